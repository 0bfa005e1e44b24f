// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.loop.OwnerLoop;

/** A loop with one timer that the test lets fire as late as it likes. */
final class ProbedLoop implements OwnerLoop {
    private long nowNanos = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();
    private @Nullable Runnable onDue;
    private long deadlineNanos;

    void pass(Duration duration) {
        nowNanos += duration.toNanos();
    }

    /** Lets the timer fire this long after its deadline, or now when that has passed. */
    void fireLate(Duration late) {
        nowNanos = nowNanos + Math.max(0, deadlineNanos + late.toNanos() - nowNanos);
        Objects.requireNonNull(onDue).run();
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public boolean isOwner() {
        return true;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public ReusableTimer timer(Runnable onDue) {
        this.onDue = onDue;
        return new ReusableTimer() {
            @Override
            public void armAt(long deadline) {
                deadlineNanos = deadline;
            }

            @Override
            public void cancel() {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean isArmed() {
                throw new UnsupportedOperationException();
            }

            @Override
            public long deadlineNanos() {
                return deadlineNanos;
            }
        };
    }
}
