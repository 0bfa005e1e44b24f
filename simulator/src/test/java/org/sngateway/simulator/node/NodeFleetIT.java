// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.time.SimulatorClock;

/** The fleet on real sockets. */
@Timeout(60)
final class NodeFleetIT {
    private static final int NODES = 50;

    private final SimulatorClock clock = new SimulatorClock();
    private final RecordingListener listener = new RecordingListener();

    @Test
    void shouldGiveEachNodeASocketAndASessionOfItsOwn() throws Exception {
        try (FakeGateway gateway = new FakeGateway();
                NodeFleet fleet = open(gateway.address())) {
            fleet.start(clock.nanoTime(), 100_000);
            await(() -> count("acknowledged") == NODES);
            fleet.disconnect();
            await(() -> gateway.received.stream()
                            .filter(received -> received.message() instanceof Disconnect)
                            .count()
                    == NODES);

            assertThat(gateway.received.stream()
                            .filter(received -> received.message() instanceof Publish)
                            .map(FakeGateway.Received::port)
                            .distinct())
                    .hasSize(NODES);
            assertThat(gateway.received.stream()
                            .map(FakeGateway.Received::message)
                            .filter(Connect.class::isInstance)
                            .map(message -> ((Connect) message).clientId())
                            .distinct())
                    .hasSize(NODES);
            assertThat(count("ready")).isEqualTo(NODES);
        }
    }

    @Test
    void shouldNoticeThatNothingListens() throws Exception {
        InetSocketAddress closed;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            closed = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        try (NodeFleet fleet = open(closed)) {
            fleet.start(clock.nanoTime(), 0);
            await(() -> count("unreachable") >= NODES);
        }

        assertThat(count("ready")).isZero();
    }

    private NodeFleet open(InetSocketAddress gateway) throws IOException {
        return NodeFleet.open(new UdpNetwork(gateway), NODES, 2, clock, listener, (number, sink) -> {
            ListWorkload workload = new ListWorkload();
            workload.add(Qos.AT_LEAST_ONCE, "hello");
            NodeConfig config = new NodeConfig(
                    number, "node-" + number, List.of("t/" + number), List.of(), NodeConfig.Timing.standard());
            return new Node(config, workload, sink, listener);
        });
    }

    private long count(String what) {
        return new ArrayList<>(listener.heard)
                .stream().filter(line -> line.startsWith(what)).count();
    }

    /** Bounded by the time limit of the test. */
    private void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            clock.pause(Duration.ofMillis(10));
        }
    }
}
