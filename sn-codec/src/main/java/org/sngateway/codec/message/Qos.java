// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** Quality of service, MQTT-SN 1.2 §5.3.4 and §6.8, in rising order of guarantee. */
public enum Qos {
    /** QoS -1: PUBLISH from a device without a session, never acknowledged. */
    WITHOUT_SESSION(-1, 0b11),
    AT_MOST_ONCE(0, 0b00),
    AT_LEAST_ONCE(1, 0b01),
    EXACTLY_ONCE(2, 0b10);

    private static final Qos[] BY_BITS = {AT_MOST_ONCE, AT_LEAST_ONCE, EXACTLY_ONCE, WITHOUT_SESSION};

    private final int level;
    private final int bits;

    Qos(int level, int bits) {
        this.level = level;
        this.bits = bits;
    }

    /** -1, 0, 1 or 2. */
    public int level() {
        return level;
    }

    /** The two QoS bits of the Flags octet, 0..3. */
    public int bits() {
        return bits;
    }

    /** The QoS that these two bits of the Flags octet mean. */
    public static Qos ofBits(int bits) {
        return BY_BITS[bits & 0b11];
    }

    /** The weaker of two: what a message published at one QoS is delivered with under the other. */
    public Qos min(Qos other) {
        return level <= other.level ? this : other;
    }
}
