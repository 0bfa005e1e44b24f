// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.systemd;

import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Tells the service manager how the gateway is doing. Without a manager that wants to know, and without native epoll, it says nothing.
 *
 * <p>The watchdog is told that the gateway lives by a task that goes round all loops, from each to the next: it comes back only when every
 * loop turns, and only then the manager hears of it. The same round brings the status line up to date. Used by one thread, which may be any.
 */
public final class ServiceNotifier implements AutoCloseable {
    /** Where the manager listens; not set when there is none that wants to know. */
    private static final String SOCKET = "NOTIFY_SOCKET";

    /** After how many microseconds of silence the manager takes the service for dead; not set for never. */
    private static final String WATCHDOG_MICROS = "WATCHDOG_USEC";

    /** Whom that is meant for, when set. */
    private static final String WATCHDOG_PID = "WATCHDOG_PID";

    private static final Duration STATUS_INTERVAL = Duration.ofSeconds(15);

    private static final Logger log = LoggerFactory.getLogger(ServiceNotifier.class);

    private final List<? extends OwnerLoop> loops;
    private final @Nullable NotifySocket socket;
    private final @Nullable Duration watchdog;
    private final Supplier<String> status;

    private ServiceNotifier(
            List<? extends OwnerLoop> loops,
            @Nullable NotifySocket socket,
            @Nullable Duration watchdog,
            Supplier<String> status) {
        this.loops = loops;
        this.socket = socket;
        this.watchdog = watchdog;
        this.status = status;
    }

    /**
     * Finds out from the environment whether there is a manager, and what it wants to know.
     *
     * @param environment the variables of the process
     * @param loops all loops of the gateway, at least one
     * @param status how it is doing, in one line; asked on the first loop
     */
    public static ServiceNotifier of(
            Map<String, String> environment, List<EventLoopOwnerLoop> loops, Supplier<String> status) {
        String name = environment.getOrDefault(SOCKET, "");
        if (name.isEmpty()) {
            return new ServiceNotifier(loops, null, null, status);
        }
        if (!loops.get(0).isEpoll()) {
            log.warn("the service manager is not told anything: that needs native epoll");
            return new ServiceNotifier(loops, null, null, status);
        }
        try {
            return new ServiceNotifier(loops, NotifySocket.open(loops.get(0), name), watchdog(environment), status);
        } catch (IOException failure) {
            log.atWarn().addKeyValue("reason", failure.getMessage()).log("the service manager is not told anything");
            return new ServiceNotifier(loops, null, null, status);
        }
    }

    /** Null when the manager does not watch this process. */
    private static @Nullable Duration watchdog(Map<String, String> environment) {
        String micros = environment.getOrDefault(WATCHDOG_MICROS, "");
        String pid = environment.get(WATCHDOG_PID);
        if (micros.isEmpty()
                || (pid != null
                        && !pid.equals(Long.toString(ProcessHandle.current().pid())))) {
            return null;
        }
        try {
            Duration watchdog = Duration.of(Long.parseLong(micros), ChronoUnit.MICROS);
            return watchdog.isNegative() || watchdog.isZero() ? null : watchdog;
        } catch (NumberFormatException e) {
            log.atWarn().addKeyValue("value", micros).log(WATCHDOG_MICROS + " is no number");
            return null;
        }
    }

    /** Devices are served. From now on the manager is told at regular times that it is still so. Once. */
    public void ready() {
        if (socket == null) {
            return;
        }
        socket.send("READY=1", statusLine());
        Duration interval = watchdog == null ? STATUS_INTERVAL : watchdog.dividedBy(2);
        OwnerLoop first = loops.get(0);
        first.execute(() -> new Rounds(socket, interval).next());
    }

    /** A new configuration is being read and applied. Until {@link #reloaded} the manager takes the gateway to be busy with it. */
    public void reloading() {
        if (socket != null) {
            long micros = loops.get(0).nanoTime() / 1000; // the kernel's monotonic clock, as the manager's
            socket.send("RELOADING=1", "MONOTONIC_USEC=" + micros);
        }
    }

    /** The new configuration is in force, or was refused: the gateway serves devices as before. */
    public void reloaded() {
        if (socket != null) {
            socket.send("READY=1", statusLine());
        }
    }

    /** The gateway has begun to end. */
    public void stopping() {
        if (socket != null) {
            socket.send("STOPPING=1", "STATUS=Waiting for what the broker has yet to acknowledge");
        }
    }

    /** Nothing is said any more. */
    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }

    private String statusLine() {
        return "STATUS=" + status.get();
    }

    /** Lives on the first loop. */
    private final class Rounds {
        private final NotifySocket socket;
        private final Duration interval;
        private final OwnerLoop.ReusableTimer timer = loops.get(0).timer(() -> turn(1));

        Rounds(NotifySocket socket, Duration interval) {
            this.socket = socket;
            this.interval = interval;
        }

        void next() {
            timer.armAt(loops.get(0).deadlineAfter(interval));
        }

        /** Runs on the loop before loop {@code next}, and goes on there; after the last one the round ends on the first. */
        private void turn(int next) {
            if (next < loops.size()) {
                loops.get(next).execute(() -> turn(next + 1));
            } else {
                loops.get(0).execute(this::onAllTurned);
            }
        }

        private void onAllTurned() {
            if (watchdog == null) {
                socket.send(statusLine());
            } else {
                socket.send("WATCHDOG=1", statusLine());
            }
            next();
        }
    }
}
