// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;

/** PUBLISH, PUBACK and the messages that are one MsgId, MQTT-SN 1.2 §5.4.12 to §5.4.14 and §5.4.18. */
final class PublishFormat {
    static final int PUBACK_OCTETS = 5;

    /** A body that is one MsgId: PUBREC, PUBREL, PUBCOMP, UNSUBACK. */
    static final int MSG_ID_OCTETS = 2;

    private static final int PUBLISH_FIXED_OCTETS = 5;

    private PublishFormat() {}

    static Publish readPublish(ByteBuf body, Sender sender) throws MalformedFrameException {
        Fields.requireAtLeast(body, PUBLISH_FIXED_OCTETS);
        int flags = body.readUnsignedByte();
        int topicField = body.readUnsignedShort();
        int msgId = body.readUnsignedShort();
        Qos qos = Flags.qos(flags);
        try {
            TopicRef topic = topic(flags, topicField);
            if (qos == Qos.WITHOUT_SESSION) {
                requireAllowedWithoutSession(topic, sender);
            } else if (qos != Qos.AT_MOST_ONCE) {
                Fields.requireMsgId(msgId);
            }
            return new Publish(
                    Flags.has(flags, Flags.DUP),
                    qos,
                    Flags.has(flags, Flags.RETAIN),
                    topic,
                    msgId,
                    Payload.read(body, body.readableBytes()));
        } catch (MalformedFrameException e) {
            boolean acknowledged = qos == Qos.AT_LEAST_ONCE || qos == Qos.EXACTLY_ONCE;
            throw acknowledged ? e.answeredBy(new PubAck(topicField, msgId, e.returnCode())) : e;
        }
    }

    private static TopicRef topic(int flags, int topicField) throws MalformedFrameException {
        return switch (Flags.topicIdType(flags)) {
            case Flags.TOPIC_NORMAL -> new TopicRef.Normal(TopicFields.requireTopicId(topicField));
            case Flags.TOPIC_PREDEFINED -> new TopicRef.Predefined(TopicFields.requireTopicId(topicField));
            case Flags.TOPIC_SHORT_NAME -> TopicFields.shortName(topicField);
            default -> throw TopicFields.reservedType();
        };
    }

    /** QoS -1 is for devices, with topic ids that need no session (§6.8). */
    private static void requireAllowedWithoutSession(TopicRef topic, Sender sender) throws MalformedFrameException {
        if (sender == Sender.GATEWAY) {
            throw new MalformedFrameException(MalformedReason.QOS, "QoS -1 from a gateway");
        }
        if (topic instanceof TopicRef.Normal) {
            throw new MalformedFrameException(MalformedReason.QOS, "QoS -1 with a normal topic id");
        }
    }

    static int octets(Publish message) {
        return PUBLISH_FIXED_OCTETS + message.data().length();
    }

    static ByteBuf write(Publish message, ByteBuf out) {
        int flags = Flags.bit(Flags.DUP, message.dup())
                | Flags.bits(message.qos())
                | Flags.bit(Flags.RETAIN, message.retain());
        TopicRef topic = message.topic();
        if (topic instanceof TopicRef.Normal normal) {
            out.writeByte(flags | Flags.TOPIC_NORMAL).writeShort(normal.id());
        } else if (topic instanceof TopicRef.Predefined predefined) {
            out.writeByte(flags | Flags.TOPIC_PREDEFINED).writeShort(predefined.id());
        } else if (topic instanceof TopicRef.ShortName shortName) {
            out.writeByte(flags | Flags.TOPIC_SHORT_NAME).writeShort(shortName.octets());
        }
        out.writeShort(message.msgId());
        message.data().writeTo(out);
        return out;
    }

    static PubAck readPubAck(ByteBuf body) throws MalformedFrameException {
        Fields.requireExactly(body, PUBACK_OCTETS);
        return new PubAck(body.readUnsignedShort(), body.readUnsignedShort(), ReturnCode.of(body.readUnsignedByte()));
    }

    static ByteBuf write(PubAck message, ByteBuf out) {
        return out.writeShort(message.topicId())
                .writeShort(message.msgId())
                .writeByte(message.returnCode().value());
    }

    static int readMsgId(ByteBuf body) throws MalformedFrameException {
        Fields.requireExactly(body, MSG_ID_OCTETS);
        return body.readUnsignedShort();
    }
}
