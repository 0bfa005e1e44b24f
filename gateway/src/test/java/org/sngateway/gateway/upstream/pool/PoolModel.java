// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.SubscribeListener;

/** A pooled upstream in virtual time before a {@link ModelBroker}. */
final class PoolModel {
    private static final Duration TICK = Duration.ofMillis(5);

    final GatewayCounters counters = new GatewayCounters();
    final ModelBroker broker;
    final PooledUpstream upstream;
    private final TestLoops loops;

    PoolModel(int shards, ModelBroker broker) {
        this.broker = broker;
        loops = new TestLoops(shards);
        upstream = new PooledUpstream(
                loops.all(), broker, PoolFixture.config(100, 1000, 1 << 20, false, 16, 20), PoolFixture.NAME, counters);
    }

    void open() {
        upstream.open();
        loops.settle();
    }

    TestLoops loops() {
        return loops;
    }

    /** Time since the beginning. */
    Duration now() {
        return loops.get(0).elapsed();
    }

    /** Lets time pass in small steps, so that what happens on different loops happens in order. */
    void advance(Duration duration) {
        loops.settle();
        for (Duration left = duration; !left.isZero(); ) {
            Duration step = left.compareTo(TICK) < 0 ? left : TICK;
            loops.advance(step);
            left = left.minus(step);
        }
    }

    FakeSubscriber subscriber(int shard) {
        FakeSubscriber[] made = new FakeSubscriber[1];
        loops.on(shard, () -> made[0] = new FakeSubscriber(loops.get(shard), upstream.uplink(shard)));
        return made[0];
    }

    void subscribe(FakeSubscriber subscriber, String filter, Qos qos, SubscribeListener listener) {
        on(subscriber, () -> subscriber.uplink().subscribe(new TopicFilter(filter), qos, listener));
    }

    void unsubscribe(FakeSubscriber subscriber, String filter) {
        on(subscriber, () -> subscriber.uplink().unsubscribe(new TopicFilter(filter), () -> {}));
    }

    void on(FakeSubscriber subscriber, Runnable action) {
        loops.on(loops.all().indexOf(subscriber.loop()), action);
    }
}
