// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;

/** A pooled upstream on manual loops, with fake connections. */
final class PoolFixture {
    private static final UpstreamConfig DEFAULTS = GatewayConfig.defaults().upstream();

    static final String NAME = "gw";
    static final int MAX_FILTERS_PER_PACKET = 200;
    static final Duration QUIET_TIME = Duration.ofSeconds(1);

    final TestLoops loops;
    final FakeConnection.Factory connections = new FakeConnection.Factory();
    final GatewayCounters counters = new GatewayCounters();
    final PooledUpstream upstream;
    private final Map<Integer, FakeSubscriber> publishers = new HashMap<>();

    PoolFixture(int shards, int maxInFlight, int maxQueued, int maxLanes) {
        this(shards, config(maxInFlight, maxQueued, 1 << 20, false, maxLanes, MAX_FILTERS_PER_PACKET));
    }

    PoolFixture(int shards, UpstreamConfig config) {
        this(shards, config, null);
    }

    PoolFixture(int shards, UpstreamConfig config, @Nullable Store store) {
        loops = new TestLoops(shards);
        connections.resumes = store != null;
        upstream = new PooledUpstream(
                loops.all(), connections, config, NAME, counters, store, () -> Instant.ofEpochSecond(1_000_000), null);
    }

    static UpstreamConfig config(
            int maxInFlight,
            int maxQueued,
            int maxQueuedOctets,
            boolean keepsQos0,
            int maxLanes,
            int maxFiltersPerSubscribe) {
        return new UpstreamConfig(
                UpstreamConfig.Mode.POOLED,
                List.of(new ServerAddress("broker.invalid", 1883)),
                UpstreamConfig.MqttVersion.V5,
                2,
                null,
                null,
                DEFAULTS.tls(),
                DEFAULTS.device(),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofDays(1),
                65_535,
                maxInFlight,
                maxQueued,
                maxQueuedOctets,
                keepsQos0,
                maxLanes,
                maxFiltersPerSubscribe,
                QUIET_TIME,
                null,
                Duration.ofSeconds(60));
    }

    PoolFixture open() {
        upstream.open();
        loops.settle();
        return this;
    }

    /** Opens and connects the lanes of all shards. */
    PoolFixture connect(int sendMaximum) {
        open();
        for (int i = 0; i < loops.all().size(); i++) {
            onLane(i, connection -> connection.connect(sendMaximum));
        }
        return this;
    }

    FakeConnection lane(int number) {
        FakeConnection connection = connections.made.get(number);
        if (connection == null) {
            throw new AssertionError("no lane " + number + " but " + connections.made.keySet());
        }
        return connection;
    }

    interface BrokerAction {
        void run(FakeConnection connection);
    }

    /** The broker does something on a lane. What follows from it on other loops happens, too. */
    void onLane(int number, BrokerAction action) {
        onLaneOnly(number, action);
        loops.settle();
    }

    void onLaneOnly(int number, BrokerAction action) {
        loops.on(number % loops.all().size(), () -> action.run(lane(number)));
    }

    /** The retained lane, which has been opened. */
    FakeConnection retained() {
        FakeConnection retained = connections.retained;
        if (retained == null) {
            throw new AssertionError("no retained lane");
        }
        return retained;
    }

    /** The broker does something on the retained lane. */
    void onRetained(BrokerAction action) {
        loops.on(0, () -> action.run(retained()));
        loops.settle();
    }

    /** Answers what is asked on every lane until nothing is. */
    void answerAll() {
        loops.settle();
        boolean answered = true;
        while (answered) {
            answered = false;
            for (int number : List.copyOf(connections.made.keySet())) {
                if (lane(number).connected && !lane(number).packets.isEmpty()) {
                    answered = true;
                    onLane(number, FakeConnection::answerAll);
                }
            }
        }
    }

    /** Answers what is asked on one lane until nothing is. */
    void answerAll(int number) {
        loops.settle();
        while (!lane(number).packets.isEmpty()) {
            onLane(number, FakeConnection::answerAll);
        }
    }

    FakeSubscriber subscriber(int shard) {
        FakeSubscriber[] made = new FakeSubscriber[1];
        loops.on(shard, () -> made[0] = new FakeSubscriber(loops.get(shard), upstream.uplink(shard)));
        return made[0];
    }

    void publish(int shard, String topic, Qos qos, PublishListener listener) {
        loops.on(
                shard,
                () -> publisher(shard)
                        .uplink()
                        .publish(new UpstreamMessage(topic, Payload.utf8("x"), qos, false), listener));
    }

    private FakeSubscriber publisher(int shard) {
        return publishers.computeIfAbsent(shard, this::subscriber);
    }

    /** What becomes of the message is added to the list. */
    List<PublishOutcome> publish(int shard, String topic, Qos qos) {
        List<PublishOutcome> outcomes = new ArrayList<>();
        publish(shard, topic, qos, outcomes::add);
        return outcomes;
    }

    /** The answer is noted as {@code filter: answer}. */
    void subscribe(FakeSubscriber subscriber, String filter) {
        subscribe(subscriber, filter, filter);
    }

    /** Asks and returns before the loops do anything. */
    void subscribe(FakeSubscriber subscriber, String filter, String name) {
        subscribe(subscriber, filter, Qos.EXACTLY_ONCE, subscriber.noting(name));
    }

    void subscribe(FakeSubscriber subscriber, String filter, Qos qos, SubscribeListener listener) {
        loops.on(shardOf(subscriber), () -> subscriber.uplink().subscribe(new TopicFilter(filter), qos, listener));
    }

    void unsubscribe(FakeSubscriber subscriber, String filter) {
        loops.on(shardOf(subscriber), () -> subscriber.uplink().unsubscribe(new TopicFilter(filter), () -> {}));
    }

    int shardOf(Subscriber subscriber) {
        for (int i = 0; i < loops.all().size(); i++) {
            if (loops.get(i) == subscriber.loop()) {
                return i;
            }
        }
        throw new AssertionError("a subscriber of no shard");
    }
}
