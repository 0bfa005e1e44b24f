// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import java.io.ByteArrayOutputStream;

/**
 * Digi API frames: {@code 7E}, the length of the frame data in two octets, the frame data, and what makes the sum of the frame data
 * 0xFF.
 */
final class XbeeApi {
    static final int START = 0x7E;
    static final int ESCAPE = 0x7D;
    static final int ESCAPE_XOR = 0x20;

    static final int LENGTH_OCTETS = 2;
    static final int CHECKSUM_OCTETS = 1;

    private static final int XON = 0x11;
    private static final int XOFF = 0x13;

    private XbeeApi() {}

    static byte[] encode(byte[] body, boolean escaped) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 8);
        out.write(START);
        write(out, body.length >> 8, escaped);
        write(out, body.length, escaped);
        for (byte octet : body) {
            write(out, octet, escaped);
        }
        write(out, checksum(body), escaped);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, int value, boolean escaped) {
        int octet = value & 0xFF;
        if (escaped && (octet == START || octet == ESCAPE || octet == XON || octet == XOFF)) {
            out.write(ESCAPE);
            out.write(octet ^ ESCAPE_XOR);
        } else {
            out.write(octet);
        }
    }

    static int checksum(byte[] body) {
        int sum = 0;
        for (byte octet : body) {
            sum += octet;
        }
        return 0xFF - sum & 0xFF;
    }
}
