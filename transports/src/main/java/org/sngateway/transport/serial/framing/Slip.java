// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import java.io.ByteArrayOutputStream;

/** SLIP, RFC 1055. */
final class Slip {
    static final int END = 0xC0;
    static final int ESC = 0xDB;
    static final int ESC_END = 0xDC;
    static final int ESC_ESC = 0xDD;

    private Slip() {}

    /** With an END before the frame, too: it ends whatever noise the line had. */
    static byte[] encode(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 8);
        out.write(END);
        for (byte octet : body) {
            switch (octet & 0xFF) {
                case END -> {
                    out.write(ESC);
                    out.write(ESC_END);
                }
                case ESC -> {
                    out.write(ESC);
                    out.write(ESC_ESC);
                }
                default -> out.write(octet);
            }
        }
        out.write(END);
        return out.toByteArray();
    }
}
