// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.loop;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * One thread that owns state, with its clock and its timers.
 *
 * <p>{@link #execute} and {@link #isOwner} may be called from any thread, everything else by the owner only. A task or timer that
 * throws is reported by the loop and stops nothing else.
 */
public interface OwnerLoop extends Executor {
    /** Whether the calling thread is this loop's. */
    boolean isOwner();

    /** Monotonic nanoseconds; only differences mean anything. */
    long nanoTime();

    /**
     * Makes a timer that runs {@code onDue} each time it was armed and its deadline has come. Made once, it is armed and cancelled
     * for as long as its holder lives: both are O(1) and allocate nothing. Owner only.
     */
    ReusableTimer timer(Runnable onDue);

    /**
     * Runs {@code task} once on this loop, never before {@code delay} has passed and at most one tick of the timer wheel (50 ms) later
     * than due while the loop is not busy. O(1). Owner only.
     */
    default Timer after(Duration delay, Runnable task) {
        ReusableTimer timer = timer(task);
        timer.armAt(deadlineAfter(delay));
        return timer;
    }

    /**
     * The value {@link #nanoTime} has after {@code delay}, for {@link ReusableTimer#armAt}: now when {@code delay} is negative, and 100
     * years from now when it is longer than that.
     */
    default long deadlineAfter(Duration delay) {
        if (delay.isNegative()) {
            return nanoTime();
        }
        return nanoTime() + (delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay).toNanos();
    }

    /** A task that waits for its time. */
    interface Timer {
        /** The task will not run, unless it has; idempotent. Owner only. */
        void cancel();
    }

    /** A timer that can be armed again and again, one deadline at a time. Owner only. */
    interface ReusableTimer extends Timer {
        /**
         * Waits for {@code deadlineNanos}, in place of the deadline it waited for before, if any. Fires never before it and at most one
         * tick of the timer wheel (50 ms) after it while the loop is not busy; a deadline that has passed is due within a tick. The timer is
         * disarmed when its task runs, so the task may arm it again.
         *
         * @param deadlineNanos on the scale of {@link OwnerLoop#nanoTime}, within 100 years of now
         */
        void armAt(long deadlineNanos);

        /** Whether it waits. */
        boolean isArmed();

        /** The deadline it was last armed with, whether or not it has passed; 0 when it never was. */
        long deadlineNanos();
    }

    /** Fails unless called on this loop. */
    default void assertOwner() {
        if (!isOwner()) {
            throw new IllegalStateException(
                    "touched off its loop by " + Thread.currentThread().getName());
        }
    }

    /** What {@link #deadlineAfter} caps a delay at, so that deadlines can be compared by difference. */
    Duration LONGEST_DELAY = Duration.ofDays(36_500);
}
