// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.radio;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.simulator.node.NodeNetwork;
import org.sngateway.simulator.node.NodeSink;
import org.sngateway.simulator.time.SimulatorClock;

/** Another network with bad air between the nodes and the gateway. */
public final class RadioNetwork implements NodeNetwork {
    private final NodeNetwork network;
    private final Impairments up;
    private final Impairments down;
    private final Blackouts blackouts;
    private final long seed;
    private final SimulatorClock clock;
    private final RadioCounts counts = new RadioCounts();

    /**
     * @param network closed with this one
     * @param up from the nodes to the gateway
     * @param down from the gateway to the nodes
     * @param seed decides what becomes of each node's frames
     */
    public RadioNetwork(
            NodeNetwork network,
            Impairments up,
            Impairments down,
            Blackouts blackouts,
            long seed,
            SimulatorClock clock) {
        this.network = network;
        this.up = up;
        this.down = down;
        this.blackouts = blackouts;
        this.seed = seed;
        this.clock = clock;
    }

    /** What has become of the frames so far. */
    public RadioCounts counts() {
        return counts;
    }

    @Override
    public void prepare(int nodes) throws IOException {
        network.prepare(nodes);
    }

    @Override
    public NodeSink open(int number, EventLoop loop, Receiver receiver) throws IOException {
        long seedOfNode = seed * 1_000_003 + 2L * number;
        Air air = new Air(
                loop, receiver, new Link(up, counts.up, seedOfNode), new Link(down, counts.down, seedOfNode + 1));
        air.towardsGateway = network.open(number, loop, air);
        return air;
    }

    @Override
    public String gateway() {
        return network.gateway();
    }

    @Override
    public String silence() {
        return network.silence();
    }

    @Override
    public void close() {
        network.close();
    }

    /** One node's two directions. Confined to its loop. */
    private final class Air implements NodeSink, Receiver {
        private final EventLoop loop;
        private final Receiver node;
        private final Link upLink;
        private final Link downLink;
        private final long[] delaysNanos = new long[Link.MAX_COPIES];
        private @Nullable NodeSink towardsGateway;

        Air(EventLoop loop, Receiver node, Link upLink, Link downLink) {
            this.loop = loop;
            this.node = node;
            this.upLink = upLink;
            this.downLink = downLink;
        }

        @Override
        public void send(SnMessage message) {
            NodeSink sink = towardsGateway;
            if (sink != null) {
                carry(upLink, counts.up, SnCodec.encodedOctets(message), () -> sink.send(message));
            }
        }

        @Override
        public void onFrame(DecodeResult frame) {
            int octets = frame instanceof DecodeResult.Decoded decoded ? SnCodec.encodedOctets(decoded.message()) : 0;
            carry(downLink, counts.down, octets, () -> node.onFrame(frame));
        }

        /** The operating system's word, which no radio carries. */
        @Override
        public void onUnreachable() {
            node.onUnreachable();
        }

        private void carry(Link link, RadioCounts.Direction direction, int octets, Runnable arrival) {
            long nowNanos = clock.nanoTime();
            if (blackouts.isDarkAt(nowNanos)) {
                direction.frames.increment();
                direction.lost.increment();
                return;
            }
            int copies = link.carry(nowNanos, octets, delaysNanos);
            long first = delaysNanos[0];
            long second = delaysNanos[1];
            if (copies > 0) {
                arriveAfter(first, arrival);
            }
            if (copies > 1) {
                arriveAfter(second, arrival);
            }
        }

        private void arriveAfter(long nanos, Runnable arrival) {
            if (nanos == 0) {
                arrival.run();
            } else if (!loop.isShuttingDown()) {
                ScheduledFuture<?> unused = loop.schedule(arrival, nanos, TimeUnit.NANOSECONDS);
            }
        }
    }
}
