// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerMessage;

/**
 * Knows messages of QoS 1 again that the broker sends once more after a connection was lost (MQTT 5 §4.4): the device has the first copy,
 * or it waits for it. The MQTT client does so for QoS 2 only.
 *
 * <p>A broker sends them first and in their order (§4.6), so a message is such a copy if it is like one of those that are waited for
 * and none has come since the reconnect that is unlike them all.
 */
final class Redeliveries {
    /** A broker that has not begun to send them after this time will not. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A message, through all its copies. */
    private static final class Open {
        private final BrokerMessage message;
        /** Of all copies: the client answers in the order in which they came, and would wait for the first for ever. */
        private Runnable acknowledge;

        private boolean taken;

        Open(BrokerMessage message) {
            this.message = message;
            this.acknowledge = message.acknowledge();
        }

        void addCopy(Runnable acknowledgeCopy) {
            if (taken) {
                acknowledgeCopy.run();
            } else {
                Runnable acknowledgeBefore = acknowledge;
                acknowledge = () -> {
                    acknowledgeBefore.run();
                    acknowledgeCopy.run();
                };
            }
        }

        boolean isLike(BrokerMessage other) {
            return message.topic().equals(other.topic())
                    && message.payload().equals(other.payload())
                    && message.retained() == other.retained();
        }
    }

    /** What the device has not taken; null when there never was anything. */
    private @Nullable Set<Open> open;
    /** What the broker is to send again on this connection. */
    private @Nullable Set<Open> expected;

    private long connectedNanos;

    /** @param sessionPresent whether the broker knows of what it sent before */
    void onConnected(boolean sessionPresent, long nowNanos) {
        connectedNanos = nowNanos;
        if (!sessionPresent) {
            expected = null;
        } else if (open != null && !open.isEmpty()) {
            if (expected == null) {
                expected = new LinkedHashSet<>(4);
            }
            expected.addAll(open);
        }
    }

    /**
     * A message has come.
     *
     * @return to be run when the device has it; null when it is a copy, and nothing is to be done
     */
    @Nullable
    Runnable receive(BrokerMessage message, long nowNanos) {
        if (message.qos() != Qos.AT_LEAST_ONCE) {
            return message.acknowledge();
        }
        Open before = expected == null ? null : find(expected, message, nowNanos);
        if (before != null) {
            before.addCopy(message.acknowledge());
            return null;
        }
        expected = null;
        if (open == null) {
            open = new LinkedHashSet<>(4);
        }
        Set<Open> all = open;
        Open first = new Open(message);
        all.add(first);
        return () -> {
            all.remove(first);
            first.taken = true;
            first.acknowledge.run();
        };
    }

    /** Those before the one that is found will not come any more. */
    private @Nullable Open find(Set<Open> among, BrokerMessage message, long nowNanos) {
        if (nowNanos - connectedNanos > PATIENCE.toNanos()
                || among.stream().noneMatch(candidate -> candidate.isLike(message))) {
            return null;
        }
        for (Iterator<Open> inOrder = among.iterator(); inOrder.hasNext(); ) {
            Open candidate = inOrder.next();
            inOrder.remove();
            if (candidate.isLike(message)) {
                return candidate;
            }
        }
        return null;
    }
}
