// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.simulator.check.BrokerObserver;
import org.sngateway.simulator.node.Node;
import org.sngateway.simulator.node.NodeFleet;
import org.sngateway.simulator.node.NodeListener;
import org.sngateway.simulator.node.Publication;
import org.sngateway.simulator.node.UdpNetwork;
import org.sngateway.simulator.time.SimulatorClock;

/** Runs the demo's nodes, and an application behind the broker that says hello to one of them now and then. */
public final class DemoNodes {
    private static final Duration FIRST_HELLO = Duration.ofSeconds(3);
    private static final Duration HELLO_INTERVAL = Duration.ofSeconds(10);
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration FAREWELL = Duration.ofMillis(300);
    private static final long SPACING_NANOS = 20_000_000;
    private static final String ANSWERS = "demo/+/answer";

    private final InetSocketAddress gateway;
    private final InetSocketAddress broker;
    private final int nodes;
    private final DemoOutput output;
    private final SimulatorClock clock = new SimulatorClock();
    private final SplittableRandom random = new SplittableRandom();

    /**
     * @param nodes how many, 1 or more
     * @param out gets a line for each thing that happens
     */
    public DemoNodes(InetSocketAddress gateway, InetSocketAddress broker, int nodes, PrintStream out) {
        this.gateway = gateway;
        this.broker = broker;
        this.nodes = nodes;
        this.output = new DemoOutput(out);
    }

    /**
     * Runs until {@code end} is counted down.
     *
     * @throws IOException when the broker cannot be reached or the sockets cannot be opened
     */
    public void runUntil(CountDownLatch end) throws IOException, InterruptedException {
        String clientId = "demo-application-" + Long.toHexString(random.nextLong());
        NodeListener watcher = new Watcher();
        try (BrokerObserver application = BrokerObserver.connect(broker, clientId, BROKER_TIMEOUT, this::onAnswer);
                NodeFleet fleet = NodeFleet.open(
                        new UdpNetwork(gateway),
                        nodes,
                        1,
                        clock,
                        watcher,
                        (number, sink) -> new Node(
                                DemoWorkload.config(number),
                                new DemoWorkload(number, random.split(), output),
                                sink,
                                watcher))) {
            application.subscribe(ANSWERS, Qos.AT_LEAST_ONCE);
            fleet.start(clock.nanoTime(), SPACING_NANOS);
            Duration pause = FIRST_HELLO;
            while (!end.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = HELLO_INTERVAL;
                int number = random.nextInt(nodes);
                output.sent(DemoWorkload.id(number), "hello");
                application.publish(DemoWorkload.commandTopic(number), "hello".getBytes(StandardCharsets.UTF_8));
            }
            fleet.disconnect();
            clock.pause(FAREWELL);
        }
    }

    private void onAnswer(String topic, ByteBuffer payload) {
        String node = topic.substring(topic.indexOf('/') + 1, topic.lastIndexOf('/'));
        output.answered(node, StandardCharsets.UTF_8.decode(payload).toString());
    }

    /** Tells who comes and goes; the rest shows in what the workloads print. */
    private final class Watcher implements NodeListener {
        @Override
        public void onReady(int node, boolean isFirst) {
            output.ready(DemoWorkload.id(node));
        }

        @Override
        public void onDisconnected(int node) {
            output.lost(DemoWorkload.id(node));
        }

        @Override
        public void onRefused(int node, MessageType request, ReturnCode code) {}

        @Override
        public void onSent(int node, Publication publication, long nowNanos) {}

        @Override
        public void onRetransmitted(int node) {}

        @Override
        public void onAcknowledged(int node, Publication publication, long sentNanos, long nowNanos) {}

        @Override
        public void onRejected(int node, Publication publication, ReturnCode code) {}

        @Override
        public void onMalformed(int node, String detail) {}

        @Override
        public void onUnreachable(int node) {}
    }
}
