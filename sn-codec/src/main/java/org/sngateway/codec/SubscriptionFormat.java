// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.topic.TopicFilter;

/** SUBSCRIBE, SUBACK and UNSUBSCRIBE, MQTT-SN 1.2 §5.4.15 to §5.4.17. */
final class SubscriptionFormat {
    static final int SUBACK_OCTETS = 6;

    private static final int REQUEST_FIXED_OCTETS = 3;
    private static final int TOPIC_FIELD_OCTETS = 2;

    private SubscriptionFormat() {}

    static Subscribe readSubscribe(ByteBuf body) throws MalformedFrameException {
        Fields.requireAtLeast(body, REQUEST_FIXED_OCTETS);
        int flags = body.readUnsignedByte();
        int msgId = body.readUnsignedShort();
        try {
            TopicRef topic = readTopic(flags, body);
            Fields.requireMsgId(msgId);
            return new Subscribe(Flags.has(flags, Flags.DUP), readQos(flags), msgId, topic);
        } catch (MalformedFrameException e) {
            throw e.answeredBy(new SubAck(Qos.AT_MOST_ONCE, 0, msgId, e.returnCode()));
        }
    }

    /** UNSUBACK has no return code, so nothing answers a malformed UNSUBSCRIBE. */
    static Unsubscribe readUnsubscribe(ByteBuf body) throws MalformedFrameException {
        Fields.requireAtLeast(body, REQUEST_FIXED_OCTETS);
        int flags = body.readUnsignedByte();
        int msgId = body.readUnsignedShort();
        TopicRef topic = readTopic(flags, body);
        Fields.requireMsgId(msgId);
        return new Unsubscribe(msgId, topic);
    }

    private static TopicRef readTopic(int flags, ByteBuf body) throws MalformedFrameException {
        switch (Flags.topicIdType(flags)) {
            case Flags.TOPIC_NORMAL -> {
                Fields.requirePresent(body, "topicName");
                String filter = Fields.readText(body, "topicName");
                if (!TopicFilter.isValid(filter)) {
                    throw new MalformedFrameException(MalformedReason.WILDCARD, "topicName has a misplaced wildcard");
                }
                return new TopicRef.Name(filter);
            }
            case Flags.TOPIC_PREDEFINED -> {
                Fields.requireExactly(body, TOPIC_FIELD_OCTETS);
                return new TopicRef.Predefined(TopicFields.requireTopicId(body.readUnsignedShort()));
            }
            case Flags.TOPIC_SHORT_NAME -> {
                Fields.requireExactly(body, TOPIC_FIELD_OCTETS);
                return TopicFields.shortName(body.readUnsignedShort());
            }
            default -> throw TopicFields.reservedType();
        }
    }

    private static Qos readQos(int flags) throws MalformedFrameException {
        Qos qos = Flags.qos(flags);
        if (qos == Qos.WITHOUT_SESSION) {
            throw new MalformedFrameException(MalformedReason.QOS, "QoS bits are 0b11");
        }
        return qos;
    }

    static int octets(TopicRef topic) {
        return REQUEST_FIXED_OCTETS
                + (topic instanceof TopicRef.Name name ? Fields.textOctets(name.name()) : TOPIC_FIELD_OCTETS);
    }

    static ByteBuf write(Subscribe message, ByteBuf out) {
        int flags = Flags.bit(Flags.DUP, message.dup()) | Flags.bits(message.qos());
        return writeRequest(flags, message.msgId(), message.topic(), out);
    }

    static ByteBuf write(Unsubscribe message, ByteBuf out) {
        return writeRequest(0, message.msgId(), message.topic(), out);
    }

    private static ByteBuf writeRequest(int flags, int msgId, TopicRef topic, ByteBuf out) {
        if (topic instanceof TopicRef.Name name) {
            out.writeByte(flags | Flags.TOPIC_NORMAL).writeShort(msgId);
            Fields.writeText(name.name(), out);
        } else if (topic instanceof TopicRef.Predefined predefined) {
            out.writeByte(flags | Flags.TOPIC_PREDEFINED).writeShort(msgId).writeShort(predefined.id());
        } else if (topic instanceof TopicRef.ShortName shortName) {
            out.writeByte(flags | Flags.TOPIC_SHORT_NAME).writeShort(msgId).writeShort(shortName.octets());
        }
        return out;
    }

    static SubAck readSubAck(ByteBuf body) throws MalformedFrameException {
        Fields.requireExactly(body, SUBACK_OCTETS);
        Qos granted = readQos(body.readUnsignedByte());
        return new SubAck(
                granted, body.readUnsignedShort(), body.readUnsignedShort(), ReturnCode.of(body.readUnsignedByte()));
    }

    static ByteBuf write(SubAck message, ByteBuf out) {
        return out.writeByte(Flags.bits(message.qos()))
                .writeShort(message.topicId())
                .writeShort(message.msgId())
                .writeByte(message.returnCode().value());
    }
}
