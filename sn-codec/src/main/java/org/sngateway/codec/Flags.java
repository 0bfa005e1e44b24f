// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import org.sngateway.codec.message.Qos;

/** The Flags octet, MQTT-SN 1.2 §5.3.4. Bits that a message does not use are sent as 0 and ignored on receipt. */
final class Flags {
    static final int DUP = 0x80;
    static final int RETAIN = 0x10;
    static final int WILL = 0x08;
    static final int CLEAN_SESSION = 0x04;

    /** TopicIdType of a topic id from the gateway in PUBLISH, of a topic name in SUBSCRIBE and UNSUBSCRIBE. */
    static final int TOPIC_NORMAL = 0b00;

    static final int TOPIC_PREDEFINED = 0b01;
    static final int TOPIC_SHORT_NAME = 0b10;

    private static final int QOS_SHIFT = 5;
    private static final int TOPIC_ID_TYPE = 0b11;

    private Flags() {}

    static boolean has(int flags, int bit) {
        return (flags & bit) != 0;
    }

    static Qos qos(int flags) {
        return Qos.ofBits(flags >> QOS_SHIFT);
    }

    static int topicIdType(int flags) {
        return flags & TOPIC_ID_TYPE;
    }

    /** {@code bit} if {@code on}, else nothing. */
    static int bit(int bit, boolean on) {
        return on ? bit : 0;
    }

    static int bits(Qos qos) {
        return qos.bits() << QOS_SHIFT;
    }
}
