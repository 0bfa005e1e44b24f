// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Where a port's connector computes: on the port's loop, handshakes on a worker. What one connection has to do is done one after the
 * other either way, so a task that is begun by a worker may go on there.
 */
final class LoopExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private final EventLoop loop;
    private final Executor workers;
    /** Owner only: whether what is executed now is a handshake. */
    private boolean handshake;

    LoopExecutor(EventLoop loop, Executor workers) {
        this.loop = loop;
        this.workers = workers;
    }

    /** Owner only: what the loop executes from now on, within this turn, is a handshake or is not. */
    void handshake(boolean is) {
        handshake = is;
    }

    @Override
    public void execute(Runnable task) {
        if (!loop.inEventLoop() || handshake) {
            workers.execute(task);
        } else {
            loop.execute(task);
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return loop.schedule(task, delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return loop.schedule(task, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return loop.scheduleAtFixedRate(task, initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return loop.scheduleWithFixedDelay(task, initialDelay, delay, unit);
    }

    /** Does nothing: the loop and the workers are others'. */
    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return loop.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return loop.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return loop.awaitTermination(timeout, unit);
    }
}
