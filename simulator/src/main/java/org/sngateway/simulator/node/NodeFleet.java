// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import org.sngateway.simulator.time.SimulatorClock;

/** Many nodes on a few event loops, and the network that they reach the gateway by. All methods: any thread. */
public final class NodeFleet implements AutoCloseable {
    private static final int CLOSE_SECONDS = 5;

    private final NodeNetwork network;
    private final EventLoopGroup group;
    private final List<NodeLoop> loops = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    private NodeFleet(NodeNetwork network, EventLoopGroup group) {
        this.network = network;
        this.group = group;
    }

    /** Makes the node that sends to the given sink. */
    @FunctionalInterface
    public interface NodeFactory {
        Node create(int number, NodeSink sink);
    }

    /**
     * Opens the ways to the gateway; nothing is sent before {@link #start}.
     *
     * @param network closed with the fleet
     * @param count how many nodes, 1 or more
     * @param loopCount how many event loops (threads), 1 or more
     * @throws IOException when the network cannot carry that many, or cannot be opened; says what to do
     */
    public static NodeFleet open(
            NodeNetwork network,
            int count,
            int loopCount,
            SimulatorClock clock,
            NodeListener listener,
            NodeFactory factory)
            throws IOException {
        network.prepare(count);
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        NodeFleet fleet = new NodeFleet(
                network, new MultiThreadIoEventLoopGroup(loopCount, new DefaultThreadFactory("nodes", true), io));
        try {
            fleet.openNodes(count, loopCount, clock, listener, factory);
        } catch (IOException | RuntimeException e) {
            fleet.close();
            throw e;
        }
        return fleet;
    }

    private void openNodes(int count, int loopCount, SimulatorClock clock, NodeListener listener, NodeFactory factory)
            throws IOException {
        for (int l = 0; l < loopCount; l++) {
            EventLoop eventLoop = group.next();
            List<NodeEnd> ends = new ArrayList<>();
            List<NodeSink> sinks = new ArrayList<>();
            List<Node> members = new ArrayList<>();
            for (int number = l; number < count; number += loopCount) {
                NodeEnd end = new NodeEnd(number, listener);
                sinks.add(network.open(number, eventLoop, end));
                ends.add(end);
                members.add(factory.create(number, end));
            }
            nodes.addAll(members);
            NodeLoop loop = new NodeLoop(eventLoop, clock, members.toArray(Node[]::new));
            eventLoop.execute(() -> {
                for (int i = 0; i < ends.size(); i++) {
                    ends.get(i).attach(sinks.get(i), loop, i);
                }
                loop.startTicking();
            });
            loops.add(loop);
        }
    }

    /** The nodes connect one after the other, {@code spacingNanos} apart, from {@code firstNanos} on. */
    public void start(long firstNanos, long spacingNanos) {
        for (int l = 0; l < loops.size(); l++) {
            Ramp ramp = new Ramp(firstNanos + l * spacingNanos, spacingNanos * loops.size());
            loops.get(l).forEach((node, nowNanos) -> node.start(ramp.next()));
        }
    }

    /** The times at which the nodes of one loop start. */
    private static final class Ramp {
        private final long stepNanos;
        private long nextNanos;

        Ramp(long firstNanos, long stepNanos) {
            this.nextNanos = firstNanos;
            this.stepNanos = stepNanos;
        }

        long next() {
            long at = nextNanos;
            nextNanos += stepNanos;
            return at;
        }
    }

    /** Asks every node anew when it is due, after its workload has changed its mind. */
    public void wake() {
        forEach(Node::onTick);
    }

    /** {@link Node#finish} for all. */
    public void finish() {
        forEach((node, nowNanos) -> node.finish());
    }

    /** {@link Node#disconnect} for all. */
    public void disconnect() {
        forEach(Node::disconnect);
    }

    private void forEach(ObjLongConsumer<Node> action) {
        loops.forEach(loop -> loop.forEach(action));
    }

    /** Closes the network and ends the loops; blocks for at most some seconds. */
    @Override
    public void close() {
        network.close();
        boolean unused = group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
