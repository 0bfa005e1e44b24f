// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.Delivery;

/** A device with overlapping filters, which live on lanes of their own, gets one copy of each message. */
class PooledOverlapTest {
    /** On lane 0, and first: it rules. */
    private static final String FIRST = "a/+";
    /** On lane 1. */
    private static final String SECOND = "a/#";

    private final PoolFixture pool = new PoolFixture(2, 10, 10, 4).connect(100);
    private final FakeSubscriber device = pool.subscriber(0);

    @BeforeEach
    void subscribe() {
        subscribe(FIRST, Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE, 0);
        subscribe(SECOND, Qos.EXACTLY_ONCE, Qos.EXACTLY_ONCE, 1);
    }

    @Test
    void shouldTakeTheCopyOfTheFirstAndAcknowledgeAll() {
        assertThat(copy(1, "m")).as("the other lane's is first").isEqualTo(1);
        assertThat(device.deliveries).isEmpty();
        assertThat(copy(0, "m")).isEqualTo(1);

        assertThat(device.delivered()).containsExactly("a/b via " + FIRST);
    }

    @Test
    void shouldDeliverWithTheHighestQosOfAll() {
        copy(0, "m");

        assertThat(device.deliveries).extracting(Delivery::qos).containsExactly(Qos.EXACTLY_ONCE);
    }

    @Test
    void shouldTakeEveryCopyOfTheFirstHoweverAlikeTheyAre() {
        for (int i = 0; i < 5; i++) {
            copy(1, "same");
        }
        for (int i = 0; i < 5; i++) {
            copy(0, "same");
        }

        assertThat(device.deliveries).hasSize(5);
    }

    @Test
    void shouldDeliverWhatWasPassedByWhenTheFirstEnds() {
        copy(1, "1");
        copy(1, "2");
        copy(0, "1");
        assertThat(device.contents()).containsExactly("a/b=1");

        unsubscribe(FIRST);
        assertThat(device.contents()).containsExactly("a/b=1", "a/b=2");
        assertThat(copy(0, "2")).as("acknowledged").isEqualTo(1);
        copy(1, "3");

        assertThat(device.contents()).containsExactly("a/b=1", "a/b=2", "a/b=3");
        assertThat(device.deliveries.get(1).via()).hasToString("TopicFilter[value=" + SECOND + "]");
    }

    @Test
    void shouldNotDeliverAgainWhatTheFirstHasDelivered() {
        copy(0, "1");
        copy(0, "2");
        copy(1, "1");

        unsubscribe(FIRST);
        assertThat(copy(1, "2")).isEqualTo(1);
        copy(1, "3");

        assertThat(device.contents()).containsExactly("a/b=1", "a/b=2", "a/b=3");
    }

    @Test
    void shouldTakeTheSameContentForAnotherMessageAfterAWhile() {
        copy(0, "same");
        unsubscribe(FIRST);
        pool.loops.advance(CopyMemory.DELIVERED_FOR);

        copy(1, "same");

        assertThat(device.contents()).containsExactly("a/b=same", "a/b=same");
    }

    @Test
    void shouldDropWhatNoOtherFilterMatches() {
        subscribe("b/+", Qos.AT_LEAST_ONCE, Qos.EXACTLY_ONCE, 0);
        copy(1, "1");

        unsubscribe(SECOND);
        unsubscribe(FIRST);

        assertThat(device.deliveries).isEmpty();
    }

    @Test
    void shouldLetTheSecondRuleWhileTheSessionOfTheFirstIsLost() {
        copy(1, "1");
        pool.lane(0).sessionKept = false;
        pool.onLane(0, FakeConnection::disconnect);
        copy(1, "2");
        assertThat(device.deliveries).as("the session may be kept").isEmpty();

        pool.onLane(0, lane -> lane.connect(10));
        assertThat(device.contents()).containsExactly("a/b=1", "a/b=2");
        copy(1, "3");
        pool.answerAll();
        copy(0, "4");
        copy(1, "4");

        assertThat(device.contents()).containsExactly("a/b=1", "a/b=2", "a/b=3", "a/b=4");
        assertThat(device.deliveries.get(3).via()).hasToString("TopicFilter[value=" + SECOND + "]");
    }

    @Test
    void shouldTakeTheCopyOfTheFilterThatTheBrokerGrantedMoreTo() {
        PoolFixture uneven = new PoolFixture(2, 10, 10, 4).connect(100);
        FakeSubscriber one = uneven.subscriber(0);
        subscribe(uneven, one, FIRST, Qos.EXACTLY_ONCE, Qos.AT_MOST_ONCE, 0);
        subscribe(uneven, one, SECOND, Qos.EXACTLY_ONCE, Qos.AT_LEAST_ONCE, 1);

        uneven.onLane(0, lane -> lane.deliver("a/b", "m", Qos.AT_MOST_ONCE, false));
        uneven.onLane(1, lane -> lane.deliver("a/b", "m", Qos.AT_LEAST_ONCE, false));

        assertThat(one.delivered()).containsExactly("a/b via " + SECOND);
        assertThat(one.deliveries).extracting(Delivery::qos).containsExactly(Qos.AT_LEAST_ONCE);
    }

    @Test
    void shouldRememberNoMoreThanItsBound() {
        IntStream.range(0, CopyMemory.MAX_MESSAGES + 3).forEach(i -> copy(1, Integer.toString(i)));

        assertThat(pool.counters.copiesForgotten.sum()).isEqualTo(3);
        unsubscribe(FIRST);
        assertThat(device.deliveries).hasSize(CopyMemory.MAX_MESSAGES);
        assertThat(device.contents()).startsWith("a/b=3");
    }

    @Test
    void shouldRememberNoMoreOctetsThanItsBound() {
        String large = "x".repeat(CopyMemory.MAX_OCTETS / 4);
        IntStream.range(0, 5).forEach(i -> copy(1, i + large));

        unsubscribe(FIRST);

        assertThat(device.deliveries).hasSize(3);
        assertThat(pool.counters.copiesForgotten.sum()).isEqualTo(2);
    }

    @Test
    void shouldTellWhenAMessageExpires() {
        pool.onLane(0, lane -> lane.deliver("a/b", "m", Qos.AT_LEAST_ONCE, false, 60));
        pool.onLane(0, lane -> lane.deliver("a/b", "n", Qos.AT_LEAST_ONCE, false));

        long now = pool.loops.get(0).nanoTime();
        assertThat(device.deliveries.get(0).expiresNanos() - now)
                .isEqualTo(Duration.ofSeconds(60).toNanos());
        assertThat(device.deliveries.get(1).expiresNanos()).isEqualTo(Delivery.NEVER);
    }

    private void subscribe(String filter, Qos qos, Qos granted, int lane) {
        subscribe(pool, device, filter, qos, granted, lane);
    }

    private static void subscribe(
            PoolFixture pool, FakeSubscriber device, String filter, Qos qos, Qos granted, int lane) {
        pool.subscribe(device, filter, qos, device.noting(filter));
        pool.loops.settle();
        pool.onLane(lane, connection -> connection.answer(List.of(new FilterAnswer.Granted(granted))));
        assertThat(device.answers).as("it is on lane %d", lane).endsWith(filter + ": " + qos.min(granted));
    }

    private void unsubscribe(String filter) {
        pool.unsubscribe(device, filter);
        pool.loops.settle();
    }

    /** A copy of a message arrives on a lane; returns how often it has been acknowledged. */
    private int copy(int lane, String data) {
        AtomicInteger[] acknowledged = new AtomicInteger[1];
        pool.onLane(lane, connection -> acknowledged[0] = connection.deliver("a/b", data, Qos.EXACTLY_ONCE, false));
        return acknowledged[0].get();
    }
}
