// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.loop;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An owner loop on one Netty event loop, so that what owns state can share its thread with the channels that feed it.
 *
 * <p>Its timer wheel asks the event loop for a wake-up only while timers are armed, and then for the next bucket that holds any: a
 * gateway without devices sleeps. Timers stop when the loop is closed.
 */
public final class EventLoopOwnerLoop implements OwnerLoop {
    private static final Logger log = LoggerFactory.getLogger(EventLoopOwnerLoop.class);
    private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final EventLoopGroup group;
    private final EventLoop eventLoop;
    private final boolean epoll;
    private final AtomicLong failedTasks = new AtomicLong();

    // Owner only from here.
    private final TimerWheel wheel = new TimerWheel(System.nanoTime(), this::taskFailed);
    private final Runnable advanceWheel = this::advanceWheel;
    private @Nullable Future<?> wakeUp;
    private long wakeUpNanos;
    private long lastFailureLogNanos = System.nanoTime() - LOG_INTERVAL_NANOS;
    private long failuresNotLogged;

    /** @param group of exactly one event loop, which this loop takes over */
    EventLoopOwnerLoop(String name, EventLoopGroup group, boolean epoll) {
        this.name = name;
        this.group = group;
        this.eventLoop = group.next();
        this.epoll = epoll;
    }

    /** The event loop, to register channels with. */
    public EventLoop eventLoop() {
        return eventLoop;
    }

    /** A group of {@link #eventLoop} alone, for clients that take a group and pick a loop of it. */
    public EventLoopGroup group() {
        return group;
    }

    /** Whether channels on this loop must be native epoll channels; NIO channels otherwise. */
    public boolean isEpoll() {
        return epoll;
    }

    /** How many tasks, timers and callbacks on this loop have thrown; may be called from any thread. */
    public long failedTasks() {
        return failedTasks.get();
    }

    /**
     * Counts and logs what a callback on this loop threw; for the rooms that call back on it from channels of their own. At most one
     * stack trace a second is logged. Owner only.
     */
    public void taskFailed(Throwable cause) {
        failedTasks.incrementAndGet();
        long now = System.nanoTime();
        if (now - lastFailureLogNanos < LOG_INTERVAL_NANOS) {
            failuresNotLogged++;
            return;
        }
        log.atError()
                .setCause(cause)
                .addKeyValue("loop", name)
                .addKeyValue("notLogged", failuresNotLogged)
                .log("task failed");
        lastFailureLogNanos = now;
        failuresNotLogged = 0;
    }

    /**
     * {@inheritDoc}
     *
     * @throws RejectedExecutionException when the loop is closed
     */
    @Override
    public void execute(Runnable task) {
        eventLoop.execute(new GuardedTask(task));
    }

    @Override
    public boolean isOwner() {
        return eventLoop.inEventLoop();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public ReusableTimer timer(Runnable onDue) {
        return new WheelTimer(onDue);
    }

    @Override
    public String toString() {
        return name;
    }

    private void wakeUpAt(long deadlineNanos) {
        if (wakeUp != null) {
            if (deadlineNanos - wakeUpNanos >= 0) {
                return;
            }
            wakeUp.cancel(false);
        }
        wakeUpNanos = deadlineNanos;
        wakeUp = eventLoop.schedule(advanceWheel, Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void advanceWheel() {
        wheel.advanceTo(System.nanoTime());
        wakeUp = null;
        if (!wheel.isEmpty()) {
            wakeUpAt(wheel.nextWakeUpNanos());
        }
    }

    /** One small object per posted task: Netty logs what a task throws but tells nobody, and it is to be counted. */
    private final class GuardedTask implements Runnable {
        private final Runnable task;

        GuardedTask(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            try {
                task.run();
            } catch (Throwable e) {
                taskFailed(e);
            }
        }
    }

    private final class WheelTimer extends TimerWheel.Node implements ReusableTimer {
        private final Runnable onDue;

        WheelTimer(Runnable onDue) {
            this.onDue = onDue;
        }

        @Override
        public void armAt(long deadlineNanos) {
            assertOwner();
            if (wheel.isEmpty()) {
                wheel.advanceTo(System.nanoTime()); // it stood still while nothing was armed
            }
            wheel.arm(this, deadlineNanos);
            wakeUpAt(wheel.dueNanos(this));
        }

        @Override
        public void cancel() {
            assertOwner();
            wheel.disarm(this);
        }

        @Override
        void onDue() {
            onDue.run();
        }
    }
}
