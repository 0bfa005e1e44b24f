// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import java.util.EnumSet;
import java.util.Set;
import org.sngateway.codec.frame.FrameHeader;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.codec.message.WillTopicResp;

/** One frame to one message: header, direction, then the body by its type. */
final class FrameReader {
    private static final Set<MessageType> FROM_GATEWAY_ONLY = EnumSet.of(
            MessageType.ADVERTISE,
            MessageType.CONNACK,
            MessageType.WILLTOPICREQ,
            MessageType.WILLMSGREQ,
            MessageType.SUBACK,
            MessageType.UNSUBACK,
            MessageType.WILLTOPICRESP,
            MessageType.WILLMSGRESP);

    private static final Set<MessageType> FROM_DEVICE_ONLY = EnumSet.of(
            MessageType.SEARCHGW,
            MessageType.CONNECT,
            MessageType.WILLTOPIC,
            MessageType.WILLMSG,
            MessageType.SUBSCRIBE,
            MessageType.UNSUBSCRIBE,
            MessageType.WILLTOPICUPD,
            MessageType.WILLMSGUPD);

    private FrameReader() {}

    /** Reads the readable octets of {@code frame}, which must be exactly one message, encapsulated or not. */
    static SnMessage read(ByteBuf frame, Sender sender) throws MalformedFrameException {
        FrameHeader header = FrameHeader.read(frame);
        if (header == null) {
            throw new MalformedFrameException(MalformedReason.HEADER, FrameHeader.problem(frame));
        }
        if (header.type() == MessageType.ENCAPSULATED.code()) {
            return readEncapsulation(frame, header, sender);
        }
        if (header.totalOctets() != frame.readableBytes()) {
            throw lengthMismatch(header, frame);
        }
        return readMessage(frame, header, sender);
    }

    private static SnMessage readEncapsulation(ByteBuf frame, FrameHeader header, Sender sender)
            throws MalformedFrameException {
        try {
            return EncapsulationFormat.read(frame, header, sender);
        } catch (MalformedFrameException e) {
            throw e.in(MessageType.ENCAPSULATED);
        }
    }

    static MalformedFrameException lengthMismatch(FrameHeader header, ByteBuf frame) {
        return new MalformedFrameException(
                MalformedReason.LENGTH_MISMATCH,
                "Length is " + header.totalOctets() + ", there are " + frame.readableBytes() + " octets");
    }

    /** Reads a message that fills {@code frame} and is not encapsulated; {@code header} has not been skipped. */
    static SnMessage readMessage(ByteBuf frame, FrameHeader header, Sender sender) throws MalformedFrameException {
        MessageType type = MessageType.ofCode(header.type());
        if (type == null) {
            throw new MalformedFrameException(MalformedReason.RESERVED_TYPE, "MsgType " + header.type());
        }
        frame.skipBytes(header.headerOctets());
        try {
            if ((sender == Sender.DEVICE ? FROM_GATEWAY_ONLY : FROM_DEVICE_ONLY).contains(type)) {
                throw new MalformedFrameException(MalformedReason.WRONG_DIRECTION, "sent by a " + sender);
            }
            return readBody(type, frame, sender);
        } catch (MalformedFrameException e) {
            throw e.in(type);
        }
    }

    private static SnMessage readBody(MessageType type, ByteBuf body, Sender sender) throws MalformedFrameException {
        return switch (type) {
            case ADVERTISE -> DiscoveryFormat.readAdvertise(body);
            case SEARCHGW -> DiscoveryFormat.readSearchGw(body);
            case GWINFO -> DiscoveryFormat.readGwInfo(body);
            case CONNECT -> ConnectionFormat.readConnect(body);
            case CONNACK -> new ConnAck(ConnectionFormat.readReturnCode(body));
            case WILLTOPICREQ -> empty(body, new WillTopicReq());
            case WILLTOPIC -> WillFormat.readWillTopic(body);
            case WILLMSGREQ -> empty(body, new WillMsgReq());
            case WILLMSG -> WillFormat.readWillMsg(body);
            case REGISTER -> RegistrationFormat.readRegister(body, sender);
            case REGACK -> RegistrationFormat.readRegAck(body);
            case PUBLISH -> PublishFormat.readPublish(body, sender);
            case PUBACK -> PublishFormat.readPubAck(body);
            case PUBCOMP -> new PubComp(PublishFormat.readMsgId(body));
            case PUBREC -> new PubRec(PublishFormat.readMsgId(body));
            case PUBREL -> new PubRel(PublishFormat.readMsgId(body));
            case SUBSCRIBE -> SubscriptionFormat.readSubscribe(body);
            case SUBACK -> SubscriptionFormat.readSubAck(body);
            case UNSUBSCRIBE -> SubscriptionFormat.readUnsubscribe(body);
            case UNSUBACK -> new UnsubAck(PublishFormat.readMsgId(body));
            case PINGREQ -> ConnectionFormat.readPingReq(body);
            case PINGRESP -> empty(body, new PingResp());
            case DISCONNECT -> ConnectionFormat.readDisconnect(body, sender);
            case WILLTOPICUPD -> WillFormat.readWillTopicUpd(body);
            case WILLTOPICRESP -> new WillTopicResp(ConnectionFormat.readReturnCode(body));
            case WILLMSGUPD -> WillFormat.readWillMsgUpd(body);
            case WILLMSGRESP -> new WillMsgResp(ConnectionFormat.readReturnCode(body));
            case ENCAPSULATED -> throw new IllegalStateException("an encapsulation is unwrapped before its message");
        };
    }

    private static SnMessage empty(ByteBuf body, SnMessage message) throws MalformedFrameException {
        Fields.requireExactly(body, 0);
        return message;
    }
}
