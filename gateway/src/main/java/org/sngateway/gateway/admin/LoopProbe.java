// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.time.Duration;
import org.sngateway.gateway.observe.LatencyHistogram;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Watches one loop: once a second it asks for its turn, and notes how late it gets it.
 *
 * <p>The loop's timers run on ticks of 50 ms, so a timer is late by part of a tick even when the loop has nothing to do. The deadlines
 * here are whole seconds apart, which is a whole number of ticks, so that part is the same each time: the least lateness seen so far.
 * What is beyond it is the delay.
 */
final class LoopProbe {
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final long INTERVAL_NANOS = INTERVAL.toNanos();

    private final AdminSources.Shard shard;
    private final LatencyHistogram delays = new LatencyHistogram(
            Duration.ofMillis(1),
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
            Duration.ofSeconds(10));
    private volatile long lastTurnNanos;

    /** @param nowNanos on the loop's clock: it counts as having turned */
    LoopProbe(AdminSources.Shard shard, long nowNanos) {
        this.shard = shard;
        this.lastTurnNanos = nowNanos;
    }

    void start() {
        shard.loop().execute(() -> new Beat().next());
    }

    String name() {
        return shard.name();
    }

    /** How late the loop has been; the first time is not counted. */
    LatencyHistogram.Snapshot delays() {
        return delays.snapshot();
    }

    long failedTasks() {
        return shard.failedTasks().getAsLong();
    }

    /** How long ago the loop was seen to turn: some {@link #INTERVAL} at most, unless it is stuck. Not negative. */
    long nanosSinceTurn(long nowNanos) {
        return Math.max(0, nowNanos - lastTurnNanos);
    }

    /** The part that lives on the loop. */
    private final class Beat {
        private final OwnerLoop loop = shard.loop();
        private final OwnerLoop.ReusableTimer timer = loop.timer(this::onDue);
        private long deadlineNanos = loop.nanoTime();
        private long leastLateNanos = Long.MAX_VALUE;

        void next() {
            deadlineNanos += INTERVAL_NANOS;
            timer.armAt(deadlineNanos);
        }

        private void onDue() {
            long now = loop.nanoTime();
            lastTurnNanos = now;
            long late = now - deadlineNanos;
            if (leastLateNanos != Long.MAX_VALUE) {
                delays.record(Math.max(0, late - leastLateNanos));
            }
            leastLateNanos = Math.min(leastLateNanos, late);
            deadlineNanos += late / INTERVAL_NANOS * INTERVAL_NANOS; // those missed meanwhile tell nothing more
            next();
        }
    }
}
