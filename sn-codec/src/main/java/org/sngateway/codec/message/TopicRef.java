// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** How a message names its topic: TopicIdType of MQTT-SN 1.2 §5.3.4 with the value that goes with it. */
public sealed interface TopicRef {
    /**
     * A topic id that the gateway assigned to this device.
     *
     * @param id 0..65535; 0 and 65535 are reserved (§5.3.11)
     */
    record Normal(int id) implements TopicRef {
        public Normal {
            Checks.uint16("topicId", id);
        }
    }

    /**
     * A topic id agreed on out of band.
     *
     * @param id 0..65535; 0 and 65535 are reserved (§5.3.11)
     */
    record Predefined(int id) implements TopicRef {
        public Predefined {
            Checks.uint16("topicId", id);
        }
    }

    /**
     * A short topic name, which is the topic name itself.
     *
     * @param name exactly two octets of UTF-8: two ASCII characters or one of two octets
     */
    record ShortName(String name) implements TopicRef {
        public ShortName {
            Checks.range("short topic name octets", Checks.utf8Octets(name), 2, 2);
        }

        /** The two octets as they stand in a TopicId field, 0..65535. */
        public int octets() {
            char first = name.charAt(0);
            return name.length() == 2
                    ? first << 8 | name.charAt(1)
                    : (0xC0 | first >> 6) << 8 | (0x80 | (first & 0x3F));
        }
    }

    /**
     * A topic name or filter in full, in SUBSCRIBE and UNSUBSCRIBE only.
     *
     * @param name 1..65528 octets of UTF-8
     */
    record Name(String name) implements TopicRef {
        public Name {
            Checks.range("topic name octets", Checks.utf8Octets(name), 1, Checks.MAX_FRAME_OCTETS - 7);
        }
    }
}
