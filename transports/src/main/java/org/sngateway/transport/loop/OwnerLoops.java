// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.loop;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The gateway's threads: a fixed number of owner loops, named {@code shard-0}, {@code shard-1} and so on. May be used from any thread.
 *
 * <p>Native epoll is used where there is one; {@code -Dio.netty.transport.noNative=true} turns it off.
 */
public final class OwnerLoops implements AutoCloseable {
    private static final long STOP_SECONDS = 5;

    private final List<EventLoopOwnerLoop> loops;
    private final boolean epoll;

    private OwnerLoops(List<EventLoopOwnerLoop> loops, boolean epoll) {
        this.loops = List.copyOf(loops);
        this.epoll = epoll;
    }

    /** Starts {@code count} loops, 1 or more, on epoll where there is one. */
    public static OwnerLoops start(int count) {
        return start(count, Epoll.isAvailable());
    }

    /**
     * Starts {@code count} loops, 1 or more, on NIO. With the epoll library on the class path the MQTT client insists on epoll channels, so such
     * a loop cannot be lent to it then.
     */
    public static OwnerLoops startNio(int count) {
        return start(count, false);
    }

    private static OwnerLoops start(int count, boolean epoll) {
        if (count < 1) {
            throw new IllegalArgumentException("count is " + count + ", allowed is 1 or more");
        }
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        List<EventLoopOwnerLoop> loops = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                String name = "shard-" + i;
                ThreadFactory threads = task -> new FastThreadLocalThread(task, name);
                loops.add(new EventLoopOwnerLoop(name, new MultiThreadIoEventLoopGroup(1, threads, io), epoll));
            }
        } catch (RuntimeException | Error e) {
            stop(loops);
            throw e;
        }
        return new OwnerLoops(loops, epoll);
    }

    /** The loops, in the order of their names. */
    public List<EventLoopOwnerLoop> loops() {
        return loops;
    }

    /** The clock of the loops, {@link OwnerLoop#nanoTime}, for other threads. */
    public long nanoTime() {
        return System.nanoTime();
    }

    /** Whether the loops run on native epoll. */
    public boolean isEpoll() {
        return epoll;
    }

    /**
     * Stops the loops: runs what has been posted, closes the channels that are left, and waits for the threads to end, at most 5
     * seconds. Does not wait when called on one of them. Idempotent.
     */
    @Override
    public void close() {
        stop(loops);
    }

    private static void stop(List<EventLoopOwnerLoop> loops) {
        List<Future<?>> ends = new ArrayList<>(loops.size());
        for (EventLoopOwnerLoop loop : loops) {
            ends.add(loop.group().shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS));
        }
        if (loops.stream().noneMatch(EventLoopOwnerLoop::isOwner)) {
            ends.forEach(end -> end.awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS));
        }
    }
}
