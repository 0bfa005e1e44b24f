// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the two ends of a line tell frames apart. Both must be set to the same: nothing on the wire says which it is.
 *
 * <p>With {@link #XBEE_API1} and {@link #XBEE_API2} a frame's body is frame data of an XBee module, {@link XbeeFrame}; with the others it
 * is the MQTT-SN frame itself.
 */
public enum Framing {
    /** RFC 1055: END, the octets with END and ESC escaped, END. Without a checksum. */
    SLIP,
    /** SLIP with a CRC-16/XMODEM behind the octets, low octet first. */
    SLIP_CRC16,
    /** Nothing but the Length field of the message. After a fault, the line must be silent for a moment. */
    RAW,
    /** Digi API frames without escapes (AP=1). */
    XBEE_API1,
    /** Digi API frames with escapes (AP=2). */
    XBEE_API2;

    /** The name in configurations and on command lines, such as {@code slip-crc16}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All names, in the order of the constants. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Framing::label).toList();
    }

    /** The framing with this {@link #label}. */
    public static Optional<Framing> of(String label) {
        return Arrays.stream(values())
                .filter(framing -> framing.label().equals(label))
                .findFirst();
    }

    /** Whether a radio module is at the other end, and bodies are its frame data. */
    public boolean isXbee() {
        return this == XBEE_API1 || this == XBEE_API2;
    }

    /** What goes over the line besides the body, escapes not counted. */
    public int overheadOctets() {
        return switch (this) {
            case SLIP -> 2;
            case SLIP_CRC16 -> 2 + Crc16.OCTETS;
            case RAW -> 0;
            case XBEE_API1, XBEE_API2 -> 1 + XbeeApi.LENGTH_OCTETS + XbeeApi.CHECKSUM_OCTETS;
        };
    }

    /** What goes over the line for a frame with this body. */
    public byte[] encode(byte[] body) {
        return switch (this) {
            case SLIP -> Slip.encode(body);
            case SLIP_CRC16 -> Slip.encode(Crc16.append(body));
            case RAW -> body.clone();
            case XBEE_API1 -> XbeeApi.encode(body, false);
            case XBEE_API2 -> XbeeApi.encode(body, true);
        };
    }

    /**
     * A decoder for one end of a line.
     *
     * @param maxBodyOctets the largest body to accept, 1..65535; a longer frame is rejected as soon as that is known
     */
    public FrameDecoder decoder(int maxBodyOctets, FrameSink sink) {
        return switch (this) {
            case SLIP -> new SlipDecoder(maxBodyOctets, sink);
            case SLIP_CRC16 -> new SlipDecoder(maxBodyOctets + Crc16.OCTETS, new Crc16.Check(sink));
            case RAW -> new RawDecoder(maxBodyOctets, sink);
            case XBEE_API1 -> new XbeeApi1Decoder(maxBodyOctets, sink);
            case XBEE_API2 -> new XbeeApi2Decoder(maxBodyOctets, sink);
        };
    }
}
