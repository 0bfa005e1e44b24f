// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.ingress.ClientDirectory;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.session.BufferBudget;
import org.sngateway.gateway.session.SessionSettings;
import org.sngateway.gateway.upstream.pool.ModelBroker;
import org.sngateway.gateway.upstream.pool.PooledUpstream;
import org.sngateway.testsupport.FakeTransport;
import org.sngateway.testsupport.ManualLoop;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport;
import org.sngateway.transport.forwarder.ForwarderTransport;

/**
 * MQTT-SN devices, the whole gateway between its network and its broker connections, and the model broker, in virtual time. A share of
 * the datagrams is lost, but none of those that are never repeated.
 */
final class ModelGatewayWorld implements World {
    private static final Duration TICK = Duration.ofMillis(10);
    private static final Duration REPEAT = Duration.ofSeconds(1);
    /** Nothing that is under way is silent for so long: the retained lane's quiet time is 200 ms. */
    private static final Duration QUIET = Duration.ofMillis(600);

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final ModelBroker broker;
    private final Random random;
    private final int lossPercent;
    private final List<ManualLoop> loops;
    private final FakeTransport transport = new FakeTransport();
    private final GatewayCounters counters = new GatewayCounters();
    private final List<SnNode> nodes = new ArrayList<>();
    private final Map<DeviceAddress, SnNode> nodeAt = new HashMap<>();
    private long framesSeen;

    ModelGatewayWorld(
            int devices, int shards, GatewayConfig config, ModelBroker broker, Random random, int lossPercent) {
        this.broker = broker;
        this.random = random;
        this.lossPercent = lossPercent;
        loops = IntStream.range(0, shards).mapToObj(i -> new ManualLoop()).toList();
        loops.forEach(loop -> loop.setOwner(false));
        PooledUpstream upstream = new PooledUpstream(loops, broker, config.upstream(), "gw", counters);
        SessionSettings settings = new SessionSettings(
                config,
                counters,
                new BufferBudget(config.sessions().sleepBufferTotalOctets()),
                upstream.sessionKeeper(),
                null,
                InstantSource.system());
        ClientDirectory directory = new ClientDirectory(config.sessions().max());
        Transport listener = new ForwarderTransport(transport);
        List<Transport.Port> ports = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            ManualLoop loop = loops.get(i);
            Shard[] shard = new Shard[1];
            int number = i;
            loop.run(() -> shard[0] = new Shard(loop, upstream.uplink(number), List.of(listener), directory, settings));
            ports.add(new Transport.Port(loop, shard[0]));
        }
        listener.open(ports).toCompletableFuture().join();
        upstream.open();
        for (int i = 0; i < devices; i++) {
            DeviceAddress address = transport.address(i);
            int shard = i % shards;
            transport.attach(address, shard);
            SnNode node = new SnNode("node-" + i, message -> {
                if (!isLost(message)) {
                    loops.get(shard).run(() -> transport.receive(address, message));
                }
            });
            nodes.add(node);
            nodeAt.put(address, node);
        }
        settle(() -> true);
    }

    private boolean isLost(SnMessage message) {
        boolean repeated = !(message instanceof Publish publish && publish.qos() == Qos.AT_MOST_ONCE);
        return repeated && random.nextInt(100) < lossPercent;
    }

    @Override
    public String name() {
        return "gateway";
    }

    @Override
    public void connect(int device, boolean clean) {
        nodes.get(device).connect(clean);
    }

    @Override
    public void disconnect(int device) {
        nodes.get(device).disconnect();
    }

    @Override
    public void subscribe(int device, String filter, Qos qos) {
        nodes.get(device).subscribe(filter, qos);
    }

    @Override
    public void unsubscribe(int device, String filter) {
        nodes.get(device).unsubscribe(filter);
    }

    @Override
    public void publish(int device, String topic, String data, Qos qos, boolean retain) {
        nodes.get(device).publish(topic, data, qos, retain);
    }

    @Override
    public void loseConnections(boolean sessionKept, int which) {
        List<ModelBroker.ModelConnection> all = List.copyOf(broker.connections.values());
        for (int i = 0; i < all.size(); i++) {
            if ((which & (1 << i)) != 0) {
                all.get(i).lose(sessionKept);
            }
        }
    }

    @Override
    public void settle(BooleanSupplier isRight) {
        Duration quiet = Duration.ZERO;
        Duration sinceRepeat = Duration.ZERO;
        Duration waited = Duration.ZERO;
        while (quiet.compareTo(QUIET) < 0 || nodes.stream().anyMatch(node -> !node.isIdle())) {
            assertThat(waited).as("time to settle").isLessThan(PATIENCE);
            long before = broker.events + framesSeen;
            exchangeFrames();
            loops.forEach(loop -> loop.advance(TICK));
            exchangeFrames();
            waited = waited.plus(TICK);
            sinceRepeat = sinceRepeat.plus(TICK);
            if (sinceRepeat.compareTo(REPEAT) >= 0) {
                sinceRepeat = Duration.ZERO;
                nodes.forEach(SnNode::repeat);
            }
            // With losses somebody may wait for the time to repeat.
            Duration enough = lossPercent > 0 ? REPEAT.plus(QUIET) : Duration.ZERO;
            quiet = before == broker.events + framesSeen ? quiet.plus(TICK) : enough.negated();
        }
        assertThat(broker.unacknowledged)
                .as("messages not acknowledged to the broker")
                .isZero();
    }

    private void exchangeFrames() {
        boolean again = true;
        while (again) {
            while (loops.stream().anyMatch(loop -> loop.pendingTasks() > 0)) {
                loops.forEach(ManualLoop::runPending);
            }
            List<FakeTransport.Sent> sent = transport.sent();
            transport.clearSent();
            framesSeen += sent.size();
            again = !sent.isEmpty();
            for (FakeTransport.Sent one : sent) {
                SnNode node = nodeAt.get(one.to());
                if (node != null && !isLost(one.message())) {
                    node.onMessage(one.message());
                }
            }
        }
    }

    @Override
    public List<Received> received(int device) {
        return nodes.get(device).received();
    }

    @Override
    public void forget() {
        nodes.forEach(SnNode::forget);
    }

    @Override
    public void close() {}
}
