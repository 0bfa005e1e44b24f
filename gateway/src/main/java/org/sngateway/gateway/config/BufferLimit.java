// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;
import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.oneOf;
import static org.sngateway.gateway.config.ScalarTypes.size;

import java.util.List;
import java.util.Locale;

/**
 * How much a buffer holds; the limit that is reached first counts.
 *
 * @param messages 1..100000
 * @param octets key {@code bytes}: payload and topic names, 1 KiB..64 MiB
 * @param overflow what gives way when it is full
 * @param keepQos0 key {@code qos-0}: whether messages of QoS 0 wait for a sleeping device, too
 */
public record BufferLimit(int messages, int octets, Overflow overflow, boolean keepQos0) {
    /** What gives way when a buffer is full. QoS 1 and 2 messages dropped were acknowledged to the broker, and are counted. */
    public enum Overflow {
        /** The oldest messages of QoS 0; when there is none, the new message. */
        DROP_OLDEST_QOS_0,
        /** The oldest message of any QoS. */
        DROP_OLDEST,
        /** The new message. */
        DROP_NEWEST;

        private static Overflow of(String text) {
            return valueOf(text.replace('-', '_').toUpperCase(Locale.ROOT));
        }
    }

    static BufferLimit read(Section in) {
        return new BufferLimit(
                in.value("messages", integer(1, 100_000), 100),
                in.value("bytes", size("1KiB", "64MiB"), 64 << 10),
                Overflow.of(in.value(
                        "overflow",
                        oneOf(List.of("drop-oldest-qos-0", "drop-oldest", "drop-newest"), List.of()),
                        "drop-oldest-qos-0")),
                in.value("qos-0", bool(), true));
    }
}
