// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.radio;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.simulator.node.NodeNetwork;
import org.sngateway.simulator.node.NodeSink;
import org.sngateway.simulator.radio.Impairments.Bursts;
import org.sngateway.simulator.time.SimulatorClock;

final class RadioNetworkTest {
    private static final Duration NO_TIME = Duration.ZERO;
    private static final Impairments CLEAR = new Impairments(0, 0, 0, NO_TIME, NO_TIME, NO_TIME, Bursts.NONE, 0);
    private static final Impairments DEAF = new Impairments(1, 0, 0, NO_TIME, NO_TIME, NO_TIME, Bursts.NONE, 0);
    private static final Impairments TWICE = new Impairments(0, 1, 0, NO_TIME, NO_TIME, NO_TIME, Bursts.NONE, 0);

    private final EventLoop loop = new DefaultEventLoop();
    private final Cable cable = new Cable();
    private final BlockingQueue<DecodeResult> heard = new LinkedBlockingQueue<>();

    /** A network that the test is the gateway of. */
    private static final class Cable implements NodeNetwork {
        private final BlockingQueue<SnMessage> arrived = new LinkedBlockingQueue<>();
        private @Nullable Receiver node;

        @Override
        public void prepare(int nodes) {}

        @Override
        public NodeSink open(int number, EventLoop owner, Receiver receiver) {
            node = receiver;
            return arrived::add;
        }

        @Override
        public String gateway() {
            return "cable";
        }

        @Override
        public String silence() {
            return "";
        }

        @Override
        public void close() {}
    }

    @AfterEach
    void endLoop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private NodeSink open(Impairments up, Impairments down, Blackouts blackouts) throws IOException {
        return new RadioNetwork(cable, up, down, blackouts, 1, new SimulatorClock())
                .open(0, loop, new NodeNetwork.Receiver() {
                    @Override
                    public void onFrame(DecodeResult frame) {
                        heard.add(frame);
                    }

                    @Override
                    public void onUnreachable() {}
                });
    }

    private void fromGateway(SnMessage message) {
        if (cable.node != null) {
            cable.node.onFrame(new DecodeResult.Decoded(message));
        }
    }

    @Test
    void shouldSpoilEachDirectionByItself() throws Exception {
        NodeSink node = open(TWICE, DEAF, Blackouts.NONE);
        onLoop(() -> {
            node.send(new PingReq(""));
            fromGateway(new PingResp());
        });

        assertThat(drain(cable.arrived)).containsExactly(new PingReq(""), new PingReq(""));
        assertThat(heard).isEmpty();
    }

    @Test
    void shouldBringFramesLater() throws Exception {
        Impairments late = new Impairments(0, 0, 0, NO_TIME, Duration.ofMillis(20), NO_TIME, Bursts.NONE, 0);
        NodeSink node = open(CLEAR, late, Blackouts.NONE);
        long begin = System.nanoTime();
        onLoop(() -> {
            node.send(new PingReq(""));
            fromGateway(new PingResp());
        });

        assertThat(drain(cable.arrived)).containsExactly(new PingReq(""));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new DecodeResult.Decoded(new PingResp()));
        assertThat(System.nanoTime() - begin)
                .isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
    }

    @Test
    void shouldCarryNothingInABlackout() throws Exception {
        // Dark from the first instant for as good as ever.
        NodeSink node = open(
                CLEAR,
                CLEAR,
                new Blackouts(Duration.ofDays(1), Duration.ofDays(1).plusNanos(1)));
        onLoop(() -> {
            node.send(new PingReq(""));
            fromGateway(new PingResp());
        });

        assertThat(cable.arrived).isEmpty();
        assertThat(heard).isEmpty();
    }

    private void onLoop(Runnable action) throws InterruptedException {
        assertThat(loop.submit(action).await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static List<SnMessage> drain(BlockingQueue<SnMessage> queue) {
        List<SnMessage> all = new ArrayList<>();
        queue.drainTo(all);
        return all;
    }
}
