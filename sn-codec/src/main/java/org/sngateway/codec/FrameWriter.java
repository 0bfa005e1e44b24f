// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.frame.FrameHeader;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;

/**
 * One message to one frame. Dispatches over the type rather than with a visitor, whose result would have to be boxed;
 * a forgotten type is a compile error here too.
 */
final class FrameWriter {
    private FrameWriter() {}

    static int octets(SnMessage message) {
        return message instanceof ForwarderEncapsulation encapsulation
                ? EncapsulationFormat.headerOctets(encapsulation) + octets(encapsulation.message())
                : FrameHeader.totalOctets(bodyOctets(message));
    }

    static ByteBuf write(SnMessage message, ByteBuf out) {
        if (message instanceof ForwarderEncapsulation encapsulation) {
            EncapsulationFormat.writeHeader(encapsulation, out);
            return write(encapsulation.message(), out);
        }
        int bodyOctets = bodyOctets(message);
        out.ensureWritable(FrameHeader.totalOctets(bodyOctets));
        FrameHeader.write(out, message.type().code(), bodyOctets);
        return writeBody(message, out);
    }

    private static int bodyOctets(SnMessage message) {
        return switch (message.type()) {
            case ADVERTISE -> DiscoveryFormat.ADVERTISE_OCTETS;
            case SEARCHGW -> DiscoveryFormat.SEARCHGW_OCTETS;
            case GWINFO -> DiscoveryFormat.octets((GwInfo) message);
            case CONNECT -> ConnectionFormat.octets((Connect) message);
            case CONNACK, WILLTOPICRESP, WILLMSGRESP -> ConnectionFormat.RETURN_CODE_OCTETS;
            case WILLTOPICREQ, WILLMSGREQ, PINGRESP -> 0;
            case WILLTOPIC -> WillFormat.octets(((WillTopic) message).will());
            case WILLMSG -> ((WillMsg) message).message().length();
            case REGISTER -> RegistrationFormat.octets((Register) message);
            case REGACK -> RegistrationFormat.REGACK_OCTETS;
            case PUBLISH -> PublishFormat.octets((Publish) message);
            case PUBACK -> PublishFormat.PUBACK_OCTETS;
            case PUBCOMP, PUBREC, PUBREL, UNSUBACK -> PublishFormat.MSG_ID_OCTETS;
            case SUBSCRIBE -> SubscriptionFormat.octets(((Subscribe) message).topic());
            case SUBACK -> SubscriptionFormat.SUBACK_OCTETS;
            case UNSUBSCRIBE -> SubscriptionFormat.octets(((Unsubscribe) message).topic());
            case PINGREQ -> ConnectionFormat.octets((PingReq) message);
            case DISCONNECT -> ConnectionFormat.octets((Disconnect) message);
            case WILLTOPICUPD -> WillFormat.octets(((WillTopicUpd) message).will());
            case WILLMSGUPD -> ((WillMsgUpd) message).message().length();
            case ENCAPSULATED -> throw neverNested();
        };
    }

    private static ByteBuf writeBody(SnMessage message, ByteBuf out) {
        return switch (message.type()) {
            case ADVERTISE -> DiscoveryFormat.write((Advertise) message, out);
            case SEARCHGW -> DiscoveryFormat.write((SearchGw) message, out);
            case GWINFO -> DiscoveryFormat.write((GwInfo) message, out);
            case CONNECT -> ConnectionFormat.write((Connect) message, out);
            case CONNACK -> ConnectionFormat.write(((ConnAck) message).returnCode(), out);
            case WILLTOPICREQ, WILLMSGREQ, PINGRESP -> out;
            case WILLTOPIC -> WillFormat.write(((WillTopic) message).will(), out);
            case WILLMSG -> WillFormat.write(((WillMsg) message).message(), out);
            case REGISTER -> RegistrationFormat.write((Register) message, out);
            case REGACK -> RegistrationFormat.write((RegAck) message, out);
            case PUBLISH -> PublishFormat.write((Publish) message, out);
            case PUBACK -> PublishFormat.write((PubAck) message, out);
            case PUBCOMP -> out.writeShort(((PubComp) message).msgId());
            case PUBREC -> out.writeShort(((PubRec) message).msgId());
            case PUBREL -> out.writeShort(((PubRel) message).msgId());
            case SUBSCRIBE -> SubscriptionFormat.write((Subscribe) message, out);
            case SUBACK -> SubscriptionFormat.write((SubAck) message, out);
            case UNSUBSCRIBE -> SubscriptionFormat.write((Unsubscribe) message, out);
            case UNSUBACK -> out.writeShort(((UnsubAck) message).msgId());
            case PINGREQ -> ConnectionFormat.write((PingReq) message, out);
            case DISCONNECT -> ConnectionFormat.write((Disconnect) message, out);
            case WILLTOPICUPD -> WillFormat.write(((WillTopicUpd) message).will(), out);
            case WILLTOPICRESP -> ConnectionFormat.write(((WillTopicResp) message).returnCode(), out);
            case WILLMSGUPD -> WillFormat.write(((WillMsgUpd) message).message(), out);
            case WILLMSGRESP -> ConnectionFormat.write(((WillMsgResp) message).returnCode(), out);
            case ENCAPSULATED -> throw neverNested();
        };
    }

    private static IllegalStateException neverNested() {
        return new IllegalStateException("an encapsulation is written by its own header and its message");
    }
}
