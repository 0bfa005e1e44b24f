// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.message.Payload;
import org.sngateway.transport.serial.framing.XbeeFrame.ModemStatus;
import org.sngateway.transport.serial.framing.XbeeFrame.Other;
import org.sngateway.transport.serial.framing.XbeeFrame.Received;
import org.sngateway.transport.serial.framing.XbeeFrame.TransmitRequest;
import org.sngateway.transport.serial.framing.XbeeFrame.TransmitStatus;

/** The layouts of frame data. */
final class XbeeFormat {
    private static final int PLAIN_TRANSMIT_LONG = 0x00;
    private static final int PLAIN_TRANSMIT_SHORT = 0x01;
    private static final int TRANSMIT = 0x10;
    private static final int PLAIN_RECEIVED_LONG = 0x80;
    private static final int PLAIN_RECEIVED_SHORT = 0x81;
    private static final int PLAIN_STATUS = 0x89;
    private static final int MODEM_STATUS = 0x8A;
    private static final int STATUS = 0x8B;
    private static final int RECEIVED = 0x90;

    // receive options
    private static final int ACKNOWLEDGED = 0x01;
    private static final int BROADCAST = 0x02;
    private static final int PAN_BROADCAST = 0x04;

    private static final int NO_OPTIONS = 0;

    private XbeeFormat() {}

    static XbeeFrame read(ByteBuf body) {
        if (!body.isReadable()) {
            return new Other(-1);
        }
        int type = body.readUnsignedByte();
        return body.readableBytes() < minOctets(type) ? new Other(type) : read(type, body);
    }

    /** How much must follow the type. */
    private static int minOctets(int type) {
        return switch (type) {
            case PLAIN_TRANSMIT_LONG, PLAIN_RECEIVED_LONG -> 10;
            case PLAIN_TRANSMIT_SHORT, PLAIN_RECEIVED_SHORT -> 4;
            case TRANSMIT -> 13;
            case RECEIVED -> 11;
            case PLAIN_STATUS -> 2;
            case STATUS -> 6;
            case MODEM_STATUS -> 1;
            default -> 0;
        };
    }

    private static XbeeFrame read(int type, ByteBuf body) {
        return switch (type) {
            case PLAIN_TRANSMIT_LONG -> readPlainTransmit(body, true);
            case PLAIN_TRANSMIT_SHORT -> readPlainTransmit(body, false);
            case TRANSMIT -> readTransmit(body);
            case PLAIN_RECEIVED_LONG -> readPlainReceived(body, true);
            case PLAIN_RECEIVED_SHORT -> readPlainReceived(body, false);
            case RECEIVED -> readReceived(body);
            case PLAIN_STATUS -> new TransmitStatus(true, body.readUnsignedByte(), body.readUnsignedByte());
            case STATUS ->
                new TransmitStatus(
                        false, body.readUnsignedByte(), body.skipBytes(3).readUnsignedByte());
            case MODEM_STATUS -> new ModemStatus(body.readUnsignedByte());
            default -> new Other(type);
        };
    }

    private static XbeeFrame readPlainTransmit(ByteBuf body, boolean isLong) {
        int frameId = body.readUnsignedByte();
        XbeeAddress to = readAddress(body, isLong);
        body.skipBytes(1); // options
        return new TransmitRequest(true, frameId, to, XbeeAddress.UNKNOWN_NETWORK, 0, rest(body));
    }

    private static XbeeFrame readTransmit(ByteBuf body) {
        int frameId = body.readUnsignedByte();
        long address = body.readLong();
        int network = body.readUnsignedShort();
        int radius = body.readUnsignedByte();
        body.skipBytes(1); // options
        return new TransmitRequest(false, frameId, addressOf(address, network), network, radius, rest(body));
    }

    private static XbeeFrame readPlainReceived(ByteBuf body, boolean isLong) {
        XbeeAddress from = readAddress(body, isLong);
        body.skipBytes(1); // signal strength
        boolean broadcast = (body.readUnsignedByte() & (BROADCAST | PAN_BROADCAST)) != 0;
        return new Received(true, from, XbeeAddress.UNKNOWN_NETWORK, broadcast, rest(body));
    }

    private static XbeeFrame readReceived(ByteBuf body) {
        long address = body.readLong();
        int network = body.readUnsignedShort();
        boolean broadcast = (body.readUnsignedByte() & BROADCAST) != 0;
        return new Received(false, addressOf(address, network), network, broadcast, rest(body));
    }

    private static XbeeAddress readAddress(ByteBuf body, boolean isLong) {
        return isLong ? XbeeAddress.ofLong(body.readLong()) : XbeeAddress.ofShort(body.readUnsignedShort());
    }

    /** The network address changes when a node joins again, so it names a node only where nothing else does. */
    private static XbeeAddress addressOf(long address, int network) {
        return address == XbeeAddress.UNKNOWN_LONG ? XbeeAddress.ofShort(network) : XbeeAddress.ofLong(address);
    }

    private static Payload rest(ByteBuf body) {
        return Payload.read(body, body.readableBytes());
    }

    static void write(XbeeFrame frame, ByteBuf out) {
        if (frame instanceof TransmitRequest request) {
            writeTransmit(request, out);
        } else if (frame instanceof Received received) {
            writeReceived(received, out);
        } else if (frame instanceof TransmitStatus status) {
            writeStatus(status, out);
        } else if (frame instanceof ModemStatus status) {
            out.writeByte(MODEM_STATUS).writeByte(status.status());
        } else {
            throw new IllegalArgumentException(frame + " has no form");
        }
    }

    private static void writeTransmit(TransmitRequest request, ByteBuf out) {
        if (request.plain()) {
            out.writeByte(request.to().isLong() ? PLAIN_TRANSMIT_LONG : PLAIN_TRANSMIT_SHORT);
            out.writeByte(request.frameId());
            request.to().toOctets().writeTo(out);
        } else {
            out.writeByte(TRANSMIT).writeByte(request.frameId());
            writeBoth(request.to(), request.network(), out);
            out.writeByte(request.radius());
        }
        out.writeByte(NO_OPTIONS);
        request.data().writeTo(out);
    }

    private static void writeReceived(Received received, ByteBuf out) {
        if (received.plain()) {
            out.writeByte(received.from().isLong() ? PLAIN_RECEIVED_LONG : PLAIN_RECEIVED_SHORT);
            received.from().toOctets().writeTo(out);
            out.writeByte(0); // signal strength
            out.writeByte(received.broadcast() ? BROADCAST : NO_OPTIONS);
        } else {
            out.writeByte(RECEIVED);
            writeBoth(received.from(), received.network(), out);
            out.writeByte(received.broadcast() ? BROADCAST : ACKNOWLEDGED);
        }
        received.data().writeTo(out);
    }

    private static void writeStatus(TransmitStatus status, ByteBuf out) {
        if (status.plain()) {
            out.writeByte(PLAIN_STATUS).writeByte(status.frameId()).writeByte(status.status());
        } else {
            out.writeByte(STATUS).writeByte(status.frameId());
            out.writeShort(XbeeAddress.UNKNOWN_NETWORK).writeByte(0);
            out.writeByte(status.status()).writeByte(0);
        }
    }

    private static void writeBoth(XbeeAddress node, int network, ByteBuf out) {
        out.writeLong(node.isLong() ? node.value() : XbeeAddress.UNKNOWN_LONG);
        out.writeShort(node.isLong() ? network : (int) node.value());
    }
}
