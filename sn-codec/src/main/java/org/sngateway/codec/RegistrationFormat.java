// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.topic.TopicName;

/** REGISTER and REGACK, MQTT-SN 1.2 §5.4.10 and §5.4.11. */
final class RegistrationFormat {
    static final int REGACK_OCTETS = 5;

    private static final int REGISTER_FIXED_OCTETS = 4;

    private RegistrationFormat() {}

    static Register readRegister(ByteBuf body, Sender sender) throws MalformedFrameException {
        Fields.requireAtLeast(body, REGISTER_FIXED_OCTETS);
        int topicId = body.readUnsignedShort();
        int msgId = body.readUnsignedShort();
        try {
            Fields.requirePresent(body, "topicName");
            Fields.requireMsgId(msgId);
            if (sender == Sender.GATEWAY) { // a device has no id to give; what it writes there is ignored
                TopicFields.requireTopicId(topicId);
            }
            String topicName = Fields.readText(body, "topicName");
            if (!TopicName.isValid(topicName)) {
                throw new MalformedFrameException(MalformedReason.WILDCARD, "topicName has a wildcard");
            }
            return new Register(topicId, msgId, topicName);
        } catch (MalformedFrameException e) {
            throw e.answeredBy(new RegAck(0, msgId, e.returnCode()));
        }
    }

    static int octets(Register message) {
        return REGISTER_FIXED_OCTETS + Fields.textOctets(message.topicName());
    }

    static ByteBuf write(Register message, ByteBuf out) {
        out.writeShort(message.topicId()).writeShort(message.msgId());
        Fields.writeText(message.topicName(), out);
        return out;
    }

    static RegAck readRegAck(ByteBuf body) throws MalformedFrameException {
        Fields.requireExactly(body, REGACK_OCTETS);
        return new RegAck(body.readUnsignedShort(), body.readUnsignedShort(), ReturnCode.of(body.readUnsignedByte()));
    }

    static ByteBuf write(RegAck message, ByteBuf out) {
        return out.writeShort(message.topicId())
                .writeShort(message.msgId())
                .writeByte(message.returnCode().value());
    }
}
