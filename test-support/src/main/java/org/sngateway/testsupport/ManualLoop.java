// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport;

import java.time.Duration;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * An owner loop whose time passes when the test says so. The thread of the test is the owner, unless {@link #setOwner} says otherwise:
 * then only what runs as a task or timer of the loop is, so that tests of several loops see who touches what.
 *
 * <p>Timers run exactly at their deadlines, those of one deadline in the order they were armed. What a task or timer throws reaches
 * the test. The clock starts shortly before it overflows, so that code which compares times other than by difference fails.
 */
public final class ManualLoop implements OwnerLoop {
    private static final long START_NANOS =
            Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>(); // any thread may post
    private final TreeSet<ManualTimer> armed = new TreeSet<>(ManualTimer::compareDue);
    private long nowNanos = START_NANOS;
    private long arms;
    private boolean owner = true;

    /** Lets {@code duration}, 0 or more, pass: runs what is posted and, one deadline after the other, the timers that come due. */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration is " + duration + ", allowed is 0 or more");
        }
        long endNanos = nowNanos + duration.toNanos();
        runPending();
        while (!armed.isEmpty() && armed.first().deadlineNanos - endNanos <= 0) {
            ManualTimer next = armed.first();
            armed.remove(next);
            nowNanos += Math.max(0, next.deadlineNanos - nowNanos);
            run(next::fire);
            runPending();
        }
        nowNanos = endNanos;
    }

    /** Runs what has been posted, and what that posts, without letting time pass. */
    public void runPending() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            run(task);
        }
    }

    /** Runs the first of what has been posted, if anything has. */
    public void runNext() {
        Runnable task = tasks.poll();
        if (task != null) {
            run(task);
        }
    }

    /** Runs {@code task} now, as a task of this loop. */
    public void run(Runnable task) {
        boolean before = owner;
        owner = true;
        try {
            task.run();
        } finally {
            owner = before;
        }
    }

    /** Whether the test acts as this loop from now on; {@code false} shows that code insists on its owner. */
    public void setOwner(boolean owner) {
        this.owner = owner;
    }

    /** How much time has passed since the loop was made. */
    public Duration elapsed() {
        return Duration.ofNanos(nowNanos - START_NANOS);
    }

    /** How many timers are armed. */
    public int armedTimers() {
        return armed.size();
    }

    /** How many tasks have been posted and not run. */
    public int pendingTasks() {
        return tasks.size();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public boolean isOwner() {
        return owner;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public ReusableTimer timer(Runnable onDue) {
        return new ManualTimer(onDue);
    }

    private final class ManualTimer implements ReusableTimer {
        private final Runnable onDue;
        private long deadlineNanos;
        private long armedAs;
        private boolean isArmed;

        ManualTimer(Runnable onDue) {
            this.onDue = onDue;
        }

        @Override
        public void armAt(long deadlineNanos) {
            cancel();
            this.deadlineNanos = deadlineNanos;
            armedAs = arms++;
            isArmed = true;
            armed.add(this);
        }

        @Override
        public void cancel() {
            assertOwner();
            if (isArmed) {
                armed.remove(this);
                isArmed = false;
            }
        }

        @Override
        public boolean isArmed() {
            return isArmed;
        }

        @Override
        public long deadlineNanos() {
            return deadlineNanos;
        }

        /** Runs the task of a timer that has been taken off. */
        void fire() {
            isArmed = false;
            onDue.run();
        }

        int compareDue(ManualTimer other) {
            int byDeadline = Long.signum(deadlineNanos - other.deadlineNanos);
            return byDeadline != 0 ? byDeadline : Long.compare(armedAs, other.armedAs);
        }
    }
}
