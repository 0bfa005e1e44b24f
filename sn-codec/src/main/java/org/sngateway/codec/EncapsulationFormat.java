// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.frame.FrameHeader;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SnMessage;

/**
 * Encapsulated message, MQTT-SN 1.2 §5.5: {@code Length FE Ctrl WirelessNodeId} before a whole frame. Length is one
 * octet and ends with the node id, so this is the one message that is shorter than its datagram says.
 */
final class EncapsulationFormat {
    private static final int FIXED_OCTETS = 3;
    private static final int RADIUS = 0b11;
    private static final int ANSWER_RADIUS = 0;

    private EncapsulationFormat() {}

    /** Reads a whole encapsulated frame, of which {@code header} has been looked at but not skipped. */
    static ForwarderEncapsulation read(ByteBuf frame, FrameHeader header, Sender sender)
            throws MalformedFrameException {
        if (header.isLongForm()) {
            throw refused("Length has three octets where only one is defined");
        }
        if (header.totalOctets() > frame.readableBytes()) {
            throw FrameReader.lengthMismatch(header, frame);
        }
        if (header.totalOctets() <= FIXED_OCTETS) {
            throw refused("no node id");
        }
        frame.skipBytes(header.headerOctets());
        int radius = frame.readUnsignedByte() & RADIUS;
        Payload nodeId = Payload.read(frame, header.totalOctets() - FIXED_OCTETS);
        FrameHeader inner = innerHeader(frame);
        try {
            return new ForwarderEncapsulation(radius, nodeId, FrameReader.readMessage(frame, inner, sender));
        } catch (MalformedFrameException e) {
            SnMessage reply = e.reply();
            throw reply == null ? e : e.answeredBy(new ForwarderEncapsulation(ANSWER_RADIUS, nodeId, reply));
        }
    }

    /** The header of the inner frame, which must fill the rest of the datagram and not be encapsulated again. */
    private static FrameHeader innerHeader(ByteBuf frame) throws MalformedFrameException {
        FrameHeader inner = FrameHeader.read(frame);
        if (inner == null) {
            throw refused("inner frame: " + FrameHeader.problem(frame));
        }
        if (inner.type() == MessageType.ENCAPSULATED.code()) {
            throw refused("encapsulation inside encapsulation");
        }
        if (inner.totalOctets() != frame.readableBytes()) {
            throw refused(
                    "inner Length is " + inner.totalOctets() + ", there are " + frame.readableBytes() + " octets");
        }
        return inner;
    }

    private static MalformedFrameException refused(String detail) {
        return new MalformedFrameException(MalformedReason.ENCAPSULATION, detail);
    }

    static int headerOctets(ForwarderEncapsulation message) {
        return FIXED_OCTETS + message.nodeId().length();
    }

    static void writeHeader(ForwarderEncapsulation message, ByteBuf out) {
        out.writeByte(headerOctets(message));
        out.writeByte(MessageType.ENCAPSULATED.code());
        out.writeByte(message.radius());
        message.nodeId().writeTo(out);
    }
}
