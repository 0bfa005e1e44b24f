// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.observe.GatewayCounters;

/**
 * Messages of which a device with overlapping filters has seen some copies and waits for others; usually for the milliseconds by which
 * one lane is behind another. It decides nothing while the filters stay what they are, and is there for the moment in which another
 * filter takes over: then it knows what has been delivered and what has not.
 *
 * <p>Copies are told to be of one message by topic and content, the oldest first. Bounded in number, octets and time; when in doubt a
 * message is delivered twice rather than lost.
 */
final class CopyMemory {
    static final int MAX_MESSAGES = 256;
    static final int MAX_OCTETS = 64 * 1024;

    /** For so long a copy of a message that the device has may be behind. Beyond it the same content is another message. */
    static final Duration DELIVERED_FOR = Duration.ofSeconds(10);

    /** For so long the copy that the device is to get may be behind: its lane may have to reconnect. */
    static final Duration UNDELIVERED_FOR = Duration.ofMinutes(5);

    /**
     * A copy that has come, or will not.
     *
     * @param number in the order in which copies came, or {@link #MISSED}
     */
    private record Copy(PooledSubscription via, long number) {
        private static final long MISSED = 0;
    }

    /** A message that has come by some of the device's filters. */
    static final class Message {
        final String topic;
        final Payload payload;
        final Qos qos;
        final long expiresNanos;
        private final long arrivedNanos;
        private final List<Copy> copies = new ArrayList<>(2);
        boolean delivered;

        Message(String topic, Payload payload, Qos qos, long expiresNanos, long arrivedNanos) {
            this.topic = topic;
            this.payload = payload;
            this.qos = qos;
            this.expiresNanos = expiresNanos;
            this.arrivedNanos = arrivedNanos;
        }

        boolean hasArrivedVia(PooledSubscription subscription) {
            for (Copy copy : copies) {
                if (copy.via == subscription) {
                    return true;
                }
            }
            return false;
        }

        /** Whether this one came before {@code other} by some filter that brought both. */
        private boolean cameBefore(Message other) {
            for (Copy mine : copies) {
                for (Copy theirs : other.copies) {
                    if (mine.via == theirs.via && mine.number != Copy.MISSED && mine.number < theirs.number) {
                        return true;
                    }
                }
            }
            return false;
        }

        private int octets() {
            return topic.length() + payload.length();
        }

        private boolean isOutdated(long nowNanos) {
            return nowNanos - arrivedNanos >= (delivered ? DELIVERED_FOR : UNDELIVERED_FOR).toNanos();
        }
    }

    private final GatewayCounters counters;
    private final Deque<Message> messages = new ArrayDeque<>(4);
    private int octets;
    private long lastCopy;

    CopyMemory(GatewayCounters counters) {
        this.counters = counters;
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    /** The oldest message of this content that has not come by {@code missing}; null when there is none. */
    @Nullable
    Message find(String topic, Payload payload, PooledSubscription missing, long nowNanos) {
        removeOutdated(nowNanos);
        for (Message candidate : messages) {
            if (candidate.topic.equals(topic)
                    && candidate.payload.equals(payload)
                    && !candidate.hasArrivedVia(missing)) {
                return candidate;
            }
        }
        return null;
    }

    /** Adds a message; the oldest give way when there are too many. */
    void add(Message message) {
        messages.add(message);
        octets += message.octets();
        while (messages.size() > MAX_MESSAGES || (octets > MAX_OCTETS && messages.size() > 1)) {
            remove(messages.getFirst());
            counters.copiesForgotten.increment();
        }
    }

    /**
     * {@code message} has come by {@code via}. If it came by another filter before, what that one brought earlier comes by {@code via} no
     * more, since messages of one QoS keep their order on a topic; and if the device was to get that by {@code via}, it was published
     * before the broker knew of this filter, and the device is not to get it.
     *
     * @param rules whether the device is given what comes by {@code via}
     */
    void arrived(Message message, PooledSubscription via, boolean rules) {
        for (Message other : List.copyOf(messages)) {
            boolean missed = other.qos == message.qos
                    && other.topic.equals(message.topic)
                    && !other.hasArrivedVia(via)
                    && other.cameBefore(message);
            if (missed) {
                other.copies.add(new Copy(via, Copy.MISSED));
                if (rules && !other.delivered) {
                    remove(other);
                }
            }
        }
        message.copies.add(new Copy(via, ++lastCopy));
    }

    void remove(Message message) {
        // Nearly always one of the first.
        if (messages.remove(message)) {
            octets -= message.octets();
        }
    }

    /** What is remembered, the oldest first. */
    List<Message> all(long nowNanos) {
        removeOutdated(nowNanos);
        return List.copyOf(messages);
    }

    private void removeOutdated(long nowNanos) {
        messages.removeIf(message -> {
            boolean outdated = message.isOutdated(nowNanos);
            octets -= outdated ? message.octets() : 0;
            return outdated;
        });
    }
}
