// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;
import org.sngateway.codec.topic.TopicName;

/** WILLTOPIC, WILLMSG and their updates, MQTT-SN 1.2 §5.4.7, §5.4.9, §5.4.22 and §5.4.23. */
final class WillFormat {
    private static final int FLAGS_OCTETS = 1;

    private WillFormat() {}

    static WillTopic readWillTopic(ByteBuf body) throws MalformedFrameException {
        try {
            return new WillTopic(readHeader(body));
        } catch (MalformedFrameException e) {
            throw e.answeredBy(new ConnAck(e.returnCode()));
        }
    }

    static WillTopicUpd readWillTopicUpd(ByteBuf body) throws MalformedFrameException {
        try {
            return new WillTopicUpd(readHeader(body));
        } catch (MalformedFrameException e) {
            throw e.answeredBy(new WillTopicResp(e.returnCode()));
        }
    }

    /** Null for the empty form; Flags without a topic is taken for it too. */
    private static @Nullable WillHeader readHeader(ByteBuf body) throws MalformedFrameException {
        if (body.readableBytes() <= FLAGS_OCTETS) {
            return null;
        }
        int flags = body.readUnsignedByte();
        Qos qos = Flags.qos(flags);
        if (qos == Qos.WITHOUT_SESSION) {
            throw new MalformedFrameException(MalformedReason.QOS, "will QoS bits are 0b11");
        }
        String topic = Fields.readText(body, "willTopic");
        if (!TopicName.isValid(topic)) {
            throw new MalformedFrameException(MalformedReason.WILDCARD, "willTopic has a wildcard");
        }
        return new WillHeader(qos, Flags.has(flags, Flags.RETAIN), topic);
    }

    static int octets(@Nullable WillHeader will) {
        return will == null ? 0 : FLAGS_OCTETS + Fields.textOctets(will.topic());
    }

    static ByteBuf write(@Nullable WillHeader will, ByteBuf out) {
        if (will != null) {
            out.writeByte(Flags.bits(will.qos()) | Flags.bit(Flags.RETAIN, will.retain()));
            Fields.writeText(will.topic(), out);
        }
        return out;
    }

    static WillMsg readWillMsg(ByteBuf body) {
        return new WillMsg(Payload.read(body, body.readableBytes()));
    }

    static WillMsgUpd readWillMsgUpd(ByteBuf body) {
        return new WillMsgUpd(Payload.read(body, body.readableBytes()));
    }

    static ByteBuf write(Payload message, ByteBuf out) {
        message.writeTo(out);
        return out;
    }
}
