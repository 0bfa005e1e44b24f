// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.simulator.time.SimulatorClock;

/**
 * The nodes of one event loop. Instead of a timer per node there is one tick per loop that looks through an array with the
 * nodes' due times: some microseconds for ten thousand nodes, no allocation, and no timer to cancel with each acknowledgement.
 */
final class NodeLoop {
    private static final Logger log = LoggerFactory.getLogger(NodeLoop.class);
    private static final Duration TICK = Duration.ofMillis(2);

    private final EventLoop loop;
    private final SimulatorClock clock;
    private final Node[] nodes;
    private final long[] dueNanos;

    NodeLoop(EventLoop loop, SimulatorClock clock, Node[] nodes) {
        this.loop = loop;
        this.clock = clock;
        this.nodes = nodes;
        this.dueNanos = new long[nodes.length];
        Arrays.fill(dueNanos, SimulatorClock.NEVER);
    }

    void startTicking() {
        ScheduledFuture<?> unused =
                loop.scheduleAtFixedRate(this::tick, TICK.toNanos(), TICK.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Does {@code action} to every node, with the time, soon. Any thread. */
    void forEach(ObjLongConsumer<Node> action) {
        loop.execute(() -> {
            for (int i = 0; i < nodes.length; i++) {
                run(i, action);
            }
        });
    }

    /** Loop only. */
    void onMessage(int index, SnMessage message) {
        run(index, (node, nowNanos) -> node.onMessage(message, nowNanos));
    }

    private void tick() {
        long nowNanos = clock.nanoTime();
        for (int i = 0; i < dueNanos.length; i++) {
            if (dueNanos[i] <= nowNanos) {
                run(i, Node::onTick);
            }
        }
    }

    private void run(int index, ObjLongConsumer<Node> action) {
        Node node = nodes[index];
        try {
            action.accept(node, clock.nanoTime());
        } catch (RuntimeException e) {
            log.atError().addKeyValue("state", node.state()).setCause(e).log("node failed");
        }
        dueNanos[index] = node.dueNanos();
    }
}
