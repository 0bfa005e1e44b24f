// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is on its way to the broker over the connections of one loop that share a name: a lane, or the connections that devices of one shard
 * have. Written by that loop alone, which takes no lock; read from any thread.
 */
public final class PublishStats {
    /** Brokers nearby answer within a millisecond, those across a mobile network within a second. */
    private static final Duration[] BOUNDS = {
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    /**
     * The figures at one moment.
     *
     * @param name distinguishes it from others
     * @param inFlight messages that the broker has been given and has not acknowledged, or that are being written
     * @param queued messages that wait behind them
     * @param queuedOctets their topics and payloads
     * @param acknowledgements how long the broker took to acknowledge messages of QoS 1 and 2
     */
    public record Snapshot(
            String name, long inFlight, long queued, long queuedOctets, LatencyHistogram.Snapshot acknowledgements) {
        Snapshot plus(Snapshot other) {
            return new Snapshot(
                    name,
                    inFlight + other.inFlight,
                    queued + other.queued,
                    queuedOctets + other.queuedOctets,
                    acknowledgements.plus(other.acknowledgements));
        }
    }

    private final String name;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong queuedOctets = new AtomicLong();
    private final LatencyHistogram acknowledgements = new LatencyHistogram(BOUNDS);

    PublishStats(String name) {
        this.name = name;
    }

    /**
     * Counts what is in flight.
     *
     * @param messages how many more; negative for fewer
     */
    public void addInFlight(int messages) {
        inFlight.lazySet(inFlight.getPlain() + messages);
    }

    /**
     * Counts what waits.
     *
     * @param messages how many more; negative for fewer
     * @param octets of their topics and payloads, with the same sign
     */
    public void addQueued(int messages, long octets) {
        queued.lazySet(queued.getPlain() + messages);
        queuedOctets.lazySet(queuedOctets.getPlain() + octets);
    }

    /** The broker has acknowledged a message of QoS 1 or 2, {@code nanos} after it was given to the connection. */
    public void acknowledged(long nanos) {
        acknowledgements.record(nanos);
    }

    public Snapshot snapshot() {
        return new Snapshot(name, inFlight.get(), queued.get(), queuedOctets.get(), acknowledgements.snapshot());
    }
}
