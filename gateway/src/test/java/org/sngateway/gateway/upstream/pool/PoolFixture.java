// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;

/** A pooled upstream on manual loops, with fake connections. */
final class PoolFixture {
    final TestLoops loops;
    final FakeConnection.Factory connections = new FakeConnection.Factory();
    final GatewayCounters counters = new GatewayCounters();
    final PooledUpstream upstream;

    PoolFixture(int shards, int maxInFlight, int maxQueued, int maxLanes) {
        loops = new TestLoops(shards);
        upstream = new PooledUpstream(loops.all(), connections, config(maxInFlight, maxQueued, maxLanes), counters);
    }

    private static UpstreamConfig config(int maxInFlight, int maxQueued, int maxLanes) {
        return new UpstreamConfig(
                List.of(new ServerAddress("broker.invalid", 1883)),
                null,
                null,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofDays(1),
                maxInFlight,
                maxQueued,
                maxLanes);
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

    FakeSubscriber subscriber(int shard) {
        return new FakeSubscriber(loops.get(shard));
    }

    void publish(int shard, String topic, Qos qos, PublishListener listener) {
        loops.on(
                shard,
                () -> upstream.uplink(shard)
                        .publish(new UpstreamMessage(topic, Payload.utf8("x"), qos, false), listener));
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
        int shard = shardOf(subscriber);
        loops.on(
                shard,
                () -> upstream.uplink(shard).subscribe(subscriber, new TopicFilter(filter), subscriber.noting(name)));
    }

    void unsubscribe(FakeSubscriber subscriber, String filter) {
        int shard = shardOf(subscriber);
        loops.on(shard, () -> upstream.uplink(shard).unsubscribe(subscriber, new TopicFilter(filter)));
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
