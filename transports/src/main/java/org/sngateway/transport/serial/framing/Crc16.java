// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import java.util.Arrays;

/** CRC-16/XMODEM: polynomial 0x1021, begun with 0, nothing reflected; behind the octets, low octet first. */
final class Crc16 {
    static final int OCTETS = 2;

    private static final int POLYNOMIAL = 0x1021;
    private static final int[] TABLE = new int[256];

    static {
        for (int octet = 0; octet < TABLE.length; octet++) {
            int crc = octet << 8;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
            }
            TABLE[octet] = crc & 0xFFFF;
        }
    }

    private Crc16() {}

    /** Of the first {@code length} octets. */
    static int of(byte[] octets, int length) {
        int crc = 0;
        for (int i = 0; i < length; i++) {
            crc = (crc << 8 ^ TABLE[(crc >> 8 ^ octets[i]) & 0xFF]) & 0xFFFF;
        }
        return crc;
    }

    static byte[] append(byte[] body) {
        int crc = of(body, body.length);
        byte[] checked = Arrays.copyOf(body, body.length + OCTETS);
        checked[body.length] = (byte) crc;
        checked[body.length + 1] = (byte) (crc >> 8);
        return checked;
    }

    /** Passes on the frames whose CRC is right, without it. */
    record Check(FrameSink sink) implements FrameSink {
        /** The shortest MQTT-SN message and a CRC. */
        private static final int MIN_OCTETS = 2 + OCTETS;

        @Override
        public void onFrame(byte[] checked) {
            int length = checked.length - OCTETS;
            if (checked.length < MIN_OCTETS
                    || of(checked, length) != ((checked[length] & 0xFF) | (checked[length + 1] & 0xFF) << 8)) {
                sink.onRejected(Rejection.CHECKSUM);
            } else {
                sink.onFrame(Arrays.copyOf(checked, length));
            }
        }

        @Override
        public void onRejected(Rejection rejection) {
            sink.onRejected(rejection);
        }
    }
}
