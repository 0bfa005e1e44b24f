// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.ReturnCode;

/** CONNECT, CONNACK, PINGREQ and DISCONNECT, MQTT-SN 1.2 §5.4.4, §5.4.5, §5.4.19 and §5.4.21; and return codes. */
final class ConnectionFormat {
    /** A body that is one return code: CONNACK, WILLTOPICRESP, WILLMSGRESP. */
    static final int RETURN_CODE_OCTETS = 1;

    private static final int CONNECT_FIXED_OCTETS = 4;
    private static final int PROTOCOL_ID = 0x01;
    private static final int DURATION_OCTETS = 2;

    private ConnectionFormat() {}

    static Connect readConnect(ByteBuf body) throws MalformedFrameException {
        Fields.requireAtLeast(body, CONNECT_FIXED_OCTETS);
        int flags = body.readUnsignedByte();
        int protocolId = body.readUnsignedByte();
        int duration = body.readUnsignedShort();
        try {
            if (protocolId != PROTOCOL_ID) {
                throw new MalformedFrameException(MalformedReason.PROTOCOL_ID, "ProtocolId is " + protocolId);
            }
            String clientId = Fields.readText(body, "clientId");
            return new Connect(Flags.has(flags, Flags.WILL), Flags.has(flags, Flags.CLEAN_SESSION), duration, clientId);
        } catch (MalformedFrameException e) {
            throw e.answeredBy(new ConnAck(e.returnCode()));
        }
    }

    static int octets(Connect message) {
        return CONNECT_FIXED_OCTETS + Fields.textOctets(message.clientId());
    }

    static ByteBuf write(Connect message, ByteBuf out) {
        out.writeByte(Flags.bit(Flags.WILL, message.will()) | Flags.bit(Flags.CLEAN_SESSION, message.cleanSession()));
        out.writeByte(PROTOCOL_ID).writeShort(message.duration());
        Fields.writeText(message.clientId(), out);
        return out;
    }

    static ReturnCode readReturnCode(ByteBuf body) throws MalformedFrameException {
        Fields.requireExactly(body, RETURN_CODE_OCTETS);
        return ReturnCode.of(body.readUnsignedByte());
    }

    static ByteBuf write(ReturnCode returnCode, ByteBuf out) {
        return out.writeByte(returnCode.value());
    }

    static PingReq readPingReq(ByteBuf body) throws MalformedFrameException {
        return new PingReq(Fields.readText(body, "clientId"));
    }

    static int octets(PingReq message) {
        return Fields.textOctets(message.clientId());
    }

    static ByteBuf write(PingReq message, ByteBuf out) {
        Fields.writeText(message.clientId(), out);
        return out;
    }

    /** A Duration of 0 is no sleep, and a gateway has none to send (§5.4.21): both are the plain form. */
    static Disconnect readDisconnect(ByteBuf body, Sender sender) throws MalformedFrameException {
        if (!body.isReadable()) {
            return Disconnect.PLAIN;
        }
        Fields.requireExactly(body, DURATION_OCTETS);
        int duration = body.readUnsignedShort();
        return duration == 0 || sender == Sender.GATEWAY ? Disconnect.PLAIN : new Disconnect(duration);
    }

    static int octets(Disconnect message) {
        return message.hasDuration() ? DURATION_OCTETS : 0;
    }

    static ByteBuf write(Disconnect message, ByteBuf out) {
        return message.hasDuration() ? out.writeShort(message.duration()) : out;
    }
}
