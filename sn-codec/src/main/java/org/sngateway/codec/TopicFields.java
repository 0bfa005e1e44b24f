// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import java.nio.charset.StandardCharsets;
import org.sngateway.codec.message.TopicRef;

/** The TopicId field of two octets: a topic id or a short topic name, MQTT-SN 1.2 §5.3.11. */
final class TopicFields {
    private static final int LOWEST_RESERVED = 0x0000;
    private static final int HIGHEST_RESERVED = 0xFFFF;

    private TopicFields() {}

    static int requireTopicId(int id) throws MalformedFrameException {
        if (id == LOWEST_RESERVED || id == HIGHEST_RESERVED) {
            throw new MalformedFrameException(MalformedReason.TOPIC_ID, "topic id " + id + " is reserved");
        }
        return id;
    }

    /** The short topic name that these two octets are; a name with a wildcard makes no sense (§6.9) and is refused. */
    static TopicRef.ShortName shortName(int octets) throws MalformedFrameException {
        int first = octets >> 8;
        int second = octets & 0xFF;
        if (first == 0 || second == 0) {
            throw new MalformedFrameException(MalformedReason.TEXT, "short topic name has U+0000");
        }
        if (first < 0x80 && second < 0x80) {
            if (isWildcard(first) || isWildcard(second)) {
                throw new MalformedFrameException(MalformedReason.WILDCARD, "short topic name has a wildcard");
            }
            return new TopicRef.ShortName(
                    new String(new byte[] {(byte) first, (byte) second}, StandardCharsets.ISO_8859_1));
        }
        if (first < 0xC2 || first > 0xDF || (second & 0xC0) != 0x80) {
            throw new MalformedFrameException(MalformedReason.TEXT, "short topic name is not UTF-8");
        }
        return new TopicRef.ShortName(String.valueOf((char) ((first & 0x1F) << 6 | (second & 0x3F))));
    }

    static MalformedFrameException reservedType() {
        return new MalformedFrameException(MalformedReason.TOPIC_ID_TYPE, "TopicIdType 0b11 is reserved");
    }

    private static boolean isWildcard(int octet) {
        return octet == '+' || octet == '#';
    }
}
