// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One thread with one selector.
 *
 * <p>A turn is: what became ready, what was posted, the ends of turn, and every {@link #TICK_MILLIS} the ticks. A plain
 * selector costs a message no more than an epoll channel pipeline does here (both about 4.5 µs per request and answer, nearly
 * all of it in the kernel), and lets devices and server share a thread.
 */
final class LoadLoop implements Executor, AutoCloseable {
    static final int TICK_MILLIS = 20;
    private static final long CALL_SECONDS = 10;

    /** Called on the loop when a channel is ready; deals with its own I/O errors. */
    interface ReadyHandler {
        void onReady(SelectionKey key);
    }

    /** Called on the loop about every {@link #TICK_MILLIS}. */
    interface Tick {
        void onTick(long nowNanos);
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Runnable> turnEnds = new ArrayList<>();
    private final List<Tick> ticks = new ArrayList<>();
    private long lastTickNanos;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    private LoadLoop(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::loop, name);
        thread.setDaemon(true);
    }

    static LoadLoop start(String name) throws IOException {
        LoadLoop loop = new LoadLoop(name);
        loop.thread.start();
        return loop;
    }

    boolean isOwner() {
        return Thread.currentThread() == thread;
    }

    /** Runs the task now when called on the loop, else soon. */
    @Override
    public void execute(Runnable task) {
        if (isOwner()) {
            task.run();
        } else {
            tasks.add(task);
            selector.wakeup();
        }
    }

    /** Runs the call on the loop and waits for its result. */
    <T> T call(Callable<T> call) throws LoadFailure, InterruptedException {
        CompletableFuture<T> result = new CompletableFuture<>();
        execute(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return await(result, CALL_SECONDS);
    }

    /** Waits for something the loop will complete; fails at once when the loop has failed. */
    <T> T await(CompletableFuture<T> result, long seconds) throws LoadFailure, InterruptedException {
        long deadline = LoadClock.nanos() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            checkAlive();
            try {
                return result.get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (LoadClock.nanos() - deadline > 0) {
                    throw new LoadFailure("nothing after " + seconds + " s", e);
                }
            } catch (ExecutionException e) {
                throw new LoadFailure(String.valueOf(e.getCause()), e);
            }
        }
    }

    /** Loop only. */
    SelectionKey register(SelectableChannel channel, int operations, ReadyHandler handler) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, operations, handler);
    }

    /** Loop only. */
    void atTurnEnd(Runnable task) {
        turnEnds.add(task);
    }

    /** Loop only. */
    void addTick(Tick tick) {
        ticks.add(tick);
    }

    /** Loop only; during a tick it takes effect at the next one. */
    void removeTick(Tick tick) {
        tasks.add(() -> ticks.remove(tick));
    }

    /** Processor time this loop's thread has used, nanoseconds. */
    long cpuNanos() {
        return THREADS.getThreadCpuTime(thread.getId());
    }

    void checkAlive() throws LoadFailure {
        Throwable cause = failure;
        if (cause != null) {
            throw new LoadFailure("the load generator failed: " + cause, cause);
        }
    }

    /** Stops the thread and closes what is registered. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CALL_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        try {
            lastTickNanos = LoadClock.nanos();
            while (!closed) {
                selector.select(LoadLoop::dispatch, TICK_MILLIS);
                runTasks();
                for (Runnable turnEnd : turnEnds) {
                    turnEnd.run();
                }
                runTicks();
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        } finally {
            closeAll();
        }
    }

    private static void dispatch(SelectionKey key) {
        if (key.isValid()) {
            ((ReadyHandler) key.attachment()).onReady(key);
        }
    }

    private void runTasks() {
        Runnable task = tasks.poll();
        while (task != null) {
            task.run();
            task = tasks.poll();
        }
    }

    private void runTicks() {
        long now = LoadClock.nanos();
        if (now - lastTickNanos >= TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS)) {
            lastTickNanos = now;
            for (Tick tick : ticks) {
                tick.onTick(now);
            }
        }
    }

    private void closeAll() {
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException | ClosedSelectorException e) {
            // The process is about to let go of these descriptors anyway.
        }
    }
}
