// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads fields of one MQTT packet; a field that goes beyond its end is a violation. */
final class PacketReader {
    private final ByteBuffer in;
    private final int end;
    private int position;

    PacketReader(ByteBuffer in, int start, int end) {
        this.in = in;
        this.position = start;
        this.end = end;
    }

    boolean hasRemaining() {
        return position < end;
    }

    int uint8() throws MqttViolation {
        return in.get(advance(1)) & 0xFF;
    }

    int uint16() throws MqttViolation {
        return in.getShort(advance(2)) & 0xFFFF;
    }

    /** MQTT 5 §1.5.5. */
    int variableInt() throws MqttViolation {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int octet = uint8();
            value |= (octet & 0x7F) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new MqttViolation("variable byte integer of more than four octets");
    }

    String string() throws MqttViolation {
        byte[] octets = new byte[uint16()];
        in.get(advance(octets.length), octets);
        return new String(octets, StandardCharsets.UTF_8);
    }

    /** The next {@code octets} octets, which this reader skips. */
    PacketReader slice(int octets) throws MqttViolation {
        int start = advance(octets);
        return new PacketReader(in, start, start + octets);
    }

    private int advance(int octets) throws MqttViolation {
        if (octets > end - position) {
            throw new MqttViolation("a field of " + octets + " octets where " + (end - position) + " are left");
        }
        int start = position;
        position += octets;
        return start;
    }
}
