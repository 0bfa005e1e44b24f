// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.MessageType;
import org.sngateway.transport.DeviceAddress;

/**
 * Lets one answer of a type per address and interval pass, in a fixed amount of memory: addresses share a few thousand slots by
 * their hash, and an address whose slot another one has taken within the interval is let pass once more. For answers to peers
 * without a session, which must not cost memory (MQTT-SN 1.2 §5.4.21, §6.1).
 */
final class AnswerLimiter {
    private static final int SLOTS = 4096;

    private final @Nullable DeviceAddress[] addresses = new DeviceAddress[SLOTS];
    private final @Nullable MessageType[] types = new MessageType[SLOTS];
    private final long[] nanos = new long[SLOTS];
    private long intervalNanos;

    AnswerLimiter(Duration interval) {
        intervalNanos = interval.toNanos();
    }

    void setInterval(Duration interval) {
        intervalNanos = interval.toNanos();
    }

    /** Whether this answer may be sent; if so, the next one has to wait. */
    boolean allows(DeviceAddress address, MessageType answer, long now) {
        int slot = ((31 * address.hashCode() + answer.code()) * 0x9E3779B9) >>> 20;
        if (types[slot] == answer && Objects.equals(addresses[slot], address) && now - nanos[slot] < intervalNanos) {
            return false;
        }
        addresses[slot] = address;
        types[slot] = answer;
        nanos[slot] = now;
        return true;
    }
}
