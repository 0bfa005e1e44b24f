// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Qos;

/** Shared subscriptions, MQTT 5 §4.8.2: the gateway is one member at the broker and hands each message to one of its devices. */
class PooledSharedTest {
    private static final String SHARED = "$share/group/a/+";

    private final PoolFixture pool = new PoolFixture(2, 10, 10, 4).connect(100);
    private final FakeSubscriber first = pool.subscriber(0);
    private final FakeSubscriber second = pool.subscriber(1);
    private final FakeSubscriber third = pool.subscriber(0);

    @Test
    void shouldBeOneMemberAndHandMessagesOutInTurn() {
        List.of(first, second, third).forEach(each -> subscribe(each, SHARED));
        assertThat(pool.lane(0).everAsked).containsExactly("+" + SHARED);

        for (int i = 0; i < 6; i++) {
            assertThat(deliver("a/" + i)).isEqualTo(1);
        }

        assertThat(first.delivered()).containsExactly("a/0 via " + SHARED, "a/3 via " + SHARED);
        assertThat(second.delivered()).containsExactly("a/1 via " + SHARED, "a/4 via " + SHARED);
        assertThat(third.delivered()).containsExactly("a/2 via " + SHARED, "a/5 via " + SHARED);
    }

    @Test
    void shouldPreferMembersThatAreAwake() {
        List.of(first, second, third).forEach(each -> subscribe(each, SHARED));
        awake(second, true);
        IntStream.range(0, 3).forEach(i -> deliver("a/" + i));
        assertThat(second.deliveries).hasSize(3);

        awake(second, false);
        IntStream.range(0, 3).forEach(i -> deliver("a/" + i));

        assertThat(first.deliveries).hasSize(1);
        assertThat(second.deliveries).hasSize(4);
        assertThat(third.deliveries).hasSize(1);
    }

    @Test
    void shouldNotPreferADeviceThatHasLeft() {
        List.of(first, third).forEach(each -> subscribe(each, SHARED));
        awake(first, true);

        pool.loops.on(0, () -> first.uplink().disconnect(true));
        awake(third, true);
        deliver("a/0");

        assertThat(third.deliveries).hasSize(1);
    }

    @Test
    void shouldGiveTheMessageToTheNextWhenTheChosenHasJustLeft() {
        subscribe(second, SHARED);
        subscribe(first, SHARED);
        AtomicInteger[] acknowledged = new AtomicInteger[1];
        pool.onLaneOnly(1, lane -> acknowledged[0] = lane.deliver("a/b"));

        // The lane hands over to its own loop at once, so let the one that leaves live on the other.
        assertThat(second.deliveries).hasSize(1);
        pool.onLaneOnly(1, lane -> acknowledged[0] = lane.deliver("a/c"));
        pool.unsubscribe(first, SHARED);
        pool.loops.settle();

        assertThat(first.deliveries).isEmpty();
        assertThat(second.deliveries).hasSize(2);
        assertThat(acknowledged[0]).hasValue(1);
        assertThat(pool.counters.sharedUndelivered.sum()).isZero();
    }

    @Test
    void shouldDropAndCountWhatNobodyIsLeftFor() {
        subscribe(second, SHARED);
        subscribe(first, SHARED);
        AtomicInteger[] acknowledged = new AtomicInteger[1];
        pool.unsubscribe(second, SHARED);
        pool.unsubscribe(first, SHARED);
        pool.onLaneOnly(1, lane -> acknowledged[0] = lane.deliver("a/b"));
        pool.loops.settle();

        assertThat(first.deliveries).isEmpty();
        assertThat(second.deliveries).isEmpty();
        assertThat(acknowledged[0]).hasValue(1);
        assertThat(pool.counters.sharedUndelivered.sum()).isEqualTo(1);
    }

    @Test
    void shouldDeliverWithNoMoreThanTheMemberWasGranted() {
        pool.subscribe(first, SHARED, Qos.AT_MOST_ONCE, first.noting("a"));
        pool.answerAll();

        deliver("a/b");

        assertThat(first.deliveries).singleElement().satisfies(delivery -> {
            assertThat(delivery.qos()).isEqualTo(Qos.AT_MOST_ONCE);
            assertThat(delivery.retained()).isFalse();
        });
    }

    @Test
    void shouldKeepGroupsAndOrdinarySubscriptionsApart() {
        subscribe(first, SHARED);
        subscribe(first, "$share/other/a/+");
        subscribe(first, "a/+");
        assertThat(pool.connections.made).hasSize(3);

        pool.onLane(0, lane -> lane.deliver("a/b"));
        pool.onLane(1, lane -> lane.deliver("a/b"));
        pool.onLane(2, lane -> lane.deliver("a/b"));

        assertThat(first.delivered())
                .containsExactlyInAnyOrder("a/b via " + SHARED, "a/b via $share/other/a/+", "a/b via a/+");
    }

    @Test
    void shouldRefuseWhereTheBrokerHasNone() {
        PoolFixture old = new PoolFixture(1, 10, 10, 4).open();
        FakeSubscriber subscriber = old.subscriber(0);
        old.lane(0).sharedSubscriptions = false;
        old.subscribe(subscriber, SHARED);
        old.subscribe(subscriber, "b");
        old.loops.settle();
        assertThat(subscriber.answers).as("not known yet").isEmpty();

        old.onLane(0, lane -> lane.connect(10));
        old.answerAll();

        assertThat(subscriber.answers).containsExactly(SHARED + ": REFUSED", "b: AT_LEAST_ONCE");
        assertThat(old.lane(0).everAsked).containsExactly("+b");
    }

    @Test
    void shouldNotAskForRetainedMessages() {
        subscribe(first, SHARED);

        assertThat(pool.connections.retained).isNull();
    }

    @Test
    void shouldEndWithTheLastMember() {
        subscribe(first, SHARED);
        subscribe(second, SHARED);
        pool.unsubscribe(first, SHARED);
        pool.loops.settle();
        assertThat(pool.lane(0).packets).isEmpty();

        pool.unsubscribe(second, SHARED);
        pool.answerAll();

        assertThat(pool.lane(0).everAsked).containsExactly("+" + SHARED, "-" + SHARED);
    }

    private void subscribe(FakeSubscriber subscriber, String filter) {
        pool.subscribe(subscriber, filter);
        pool.loops.settle();
        pool.connections.made.forEach((number, lane) -> {
            if (!lane.connected && lane.opened) {
                pool.onLane(number, connection -> connection.connect(10));
            }
        });
        pool.answerAll();
    }

    private void awake(FakeSubscriber subscriber, boolean awake) {
        pool.loops.on(pool.shardOf(subscriber), () -> subscriber.uplink().onAwake(awake));
    }

    /** On the lane of the first shard; returns how often the message has been acknowledged. */
    private int deliver(String topic) {
        AtomicInteger[] acknowledged = new AtomicInteger[1];
        pool.onLane(0, connection -> acknowledged[0] = connection.deliver(topic));
        return acknowledged[0].get();
    }
}
