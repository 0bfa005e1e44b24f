// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.PublishOutcome;

/** Each SUBSCRIBE brings the device its retained messages, and nobody else. */
class PooledRetainedTest {
    private final PoolFixture pool = new PoolFixture(2, 10, 10, 4).connect(100);
    private final FakeSubscriber first = pool.subscriber(0);
    private final FakeSubscriber second = pool.subscriber(1);

    @Test
    void shouldOpenItsConnectionWhenItIsFirstNeeded() {
        assertThat(pool.connections.retained).isNull();
        pool.subscribe(first, "a");
        pool.loops.settle();
        assertThat(pool.connections.retained)
                .as("before the live filter is granted")
                .isNull();

        pool.answerAll();

        assertThat(pool.retained().opened).isTrue();
    }

    @Test
    void shouldAskAfterTheLiveFilterIsGrantedAndEndWhenItIsQuiet() {
        subscribe(first, "a/+");
        pool.onRetained(lane -> lane.connect(10));
        assertThat(pool.retained().everAsked).containsExactly("+a/+");
        pool.onRetained(FakeConnection::answer);

        pool.onRetained(lane -> lane.deliver("a/1", "r", Qos.AT_LEAST_ONCE, true));
        pool.loops.advance(PoolFixture.QUIET_TIME.minusMillis(1));
        pool.onRetained(lane -> lane.deliver("a/2", "r", Qos.AT_LEAST_ONCE, true));
        pool.loops.advance(PoolFixture.QUIET_TIME.minusMillis(1));
        assertThat(pool.retained().packets).isEmpty();
        pool.loops.advance(Duration.ofMillis(1));

        assertThat(pool.retained().everAsked).containsExactly("+a/+", "-a/+");
        assertThat(first.contents()).containsExactly("a/1=r", "a/2=r");
        assertThat(first.deliveries)
                .allSatisfy(delivery -> assertThat(delivery.retained()).isTrue());
        pool.onRetained(FakeConnection::answer);
        assertThat(pool.loops.get(0).armedTimers()).isZero();
    }

    @Test
    void shouldDeliverToThoseWhoAskedOnly() {
        connectRetained();
        subscribe(second, "a/+");
        pool.onRetained(FakeConnection::answer);
        endRound();
        subscribe(first, "a/+");
        pool.onRetained(FakeConnection::answer);

        int acknowledged = retained("a/b", "r");

        assertThat(first.contents()).containsExactly("a/b=r");
        assertThat(second.contents()).isEmpty();
        assertThat(acknowledged).isEqualTo(1);
    }

    @Test
    void shouldShareARoundUntilItsSubscribeIsSent() {
        subscribe(first, "a/+");
        subscribe(second, "a/+");
        pool.onRetained(lane -> lane.connect(10));
        FakeSubscriber third = pool.subscriber(1);
        subscribe(third, "a/+");
        assertThat(pool.retained().everAsked).containsExactly("+a/+");
        pool.onRetained(FakeConnection::answer);

        retained("a/b", "r");
        assertThat(first.contents()).containsExactly("a/b=r");
        assertThat(second.contents()).containsExactly("a/b=r");
        assertThat(third.contents()).as("came after the SUBSCRIBE").isEmpty();
        endRound();
        assertThat(pool.retained().everAsked).containsExactly("+a/+", "-a/+", "+a/+");
        pool.onRetained(FakeConnection::answer);
        retained("a/b", "r");

        assertThat(third.contents()).containsExactly("a/b=r");
        assertThat(first.contents()).hasSize(1);
    }

    @Test
    void shouldHoldRoundsThatOverlapOneAfterTheOther() {
        connectRetained();
        subscribe(first, "a/+");
        subscribe(second, "a/b");
        subscribe(second, "c");
        FakeSubscriber third = pool.subscriber(0);
        subscribe(third, "+/b");
        assertThat(pool.retained().everAsked)
                .as("what overlaps waits, the rest does not")
                .containsExactly("+a/+", "+c");
        pool.onRetained(FakeConnection::answer);
        pool.onRetained(FakeConnection::answer);

        pool.loops.advance(PoolFixture.QUIET_TIME);
        assertThat(pool.retained().everAsked).endsWith("-a/+,c");
        pool.onRetained(FakeConnection::answer);
        assertThat(pool.retained().everAsked)
                .as("one of two that overlap each other")
                .endsWith("-a/+,c", "+a/b");
        pool.onRetained(FakeConnection::answer);
        retained("a/b", "r");
        endRound();

        assertThat(pool.retained().everAsked).endsWith("-a/b", "++/b");
        assertThat(second.contents()).containsExactly("a/b=r");
        assertThat(first.contents()).isEmpty();
    }

    @Test
    void shouldAskForManyFiltersInFewPackets() {
        IntStream.range(0, 450).forEach(i -> pool.subscribe(first, "a/" + i));
        pool.loops.settle();
        pool.answerAll();

        pool.onRetained(lane -> lane.connect(10));

        assertThat(pool.retained().packets)
                .extracting(packet -> packet.filters().size())
                .containsExactly(200, 200, 50);
    }

    @Test
    void shouldDropWhatIsNotRetainedOrEmpty() {
        ask(first, "a");

        assertThat(deliver("a", "live", false)).isEqualTo(1);
        assertThat(deliver("a", "", true)).isEqualTo(1);
        assertThat(deliver("b", "other", true)).isEqualTo(1);

        assertThat(first.deliveries).isEmpty();
    }

    @Test
    void shouldIgnoreWhatIsRetainedOnALiveLane() {
        ask(first, "a");
        AtomicInteger[] acknowledged = new AtomicInteger[1];

        pool.onLane(0, lane -> acknowledged[0] = lane.deliver("a", "r", Qos.AT_LEAST_ONCE, true));

        assertThat(acknowledged[0]).hasValue(1);
        assertThat(first.deliveries).isEmpty();
        assertThat(pool.counters.publishesDown.sum()).isZero();
    }

    @Test
    void shouldNotDeliverWhatIsOlderThanWhatWasDeliveredLive() {
        ask(first, "a/+");

        pool.onLane(0, lane -> lane.deliver("a/b", "new", Qos.AT_LEAST_ONCE, false));
        retained("a/b", "old");
        retained("a/c", "r");

        assertThat(first.contents()).containsExactly("a/b=new", "a/c=r");
    }

    @Test
    void shouldNoteWhatIsDeliveredLiveBeforeTheRoundBegins() {
        subscribe(first, "a/+");
        pool.onLane(0, lane -> lane.deliver("a/b", "new", Qos.AT_LEAST_ONCE, false));
        pool.onRetained(lane -> lane.connect(10));
        pool.onRetained(FakeConnection::answer);

        retained("a/b", "old");

        assertThat(first.contents()).containsExactly("a/b=new");
    }

    @Test
    void shouldDeliverWithTheSmallerQos() {
        connectRetained();
        pool.subscribe(first, "a/+", Qos.AT_LEAST_ONCE, first.noting("a"));
        pool.answerAll();
        pool.onRetained(FakeConnection::answer);

        pool.onRetained(lane -> lane.deliver("a/0", "r", Qos.AT_MOST_ONCE, true));
        pool.onRetained(lane -> lane.deliver("a/2", "r", Qos.EXACTLY_ONCE, true));

        assertThat(first.deliveries).extracting(Delivery::qos).containsExactly(Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE);
    }

    @Test
    void shouldDeliverAgainWhenTheDeviceSubscribesAgain() {
        ask(first, "a");
        retained("a", "r");
        endRound();

        subscribe(first, "a");
        pool.onRetained(FakeConnection::answer);
        retained("a", "r");

        assertThat(first.contents()).containsExactly("a=r", "a=r");
    }

    @Test
    void shouldDeliverNothingAfterUnsubscribing() {
        ask(first, "a");
        pool.unsubscribe(first, "a");
        pool.loops.settle();

        assertThat(retained("a", "r")).isEqualTo(1);

        assertThat(first.deliveries).isEmpty();
    }

    @Test
    void shouldDoTheRoundAgainWhenTheConnectionIsLost() {
        ask(first, "a/+");
        retained("a/1", "r");

        pool.onRetained(FakeConnection::disconnect);
        pool.loops.advance(PoolFixture.QUIET_TIME);
        pool.onRetained(lane -> lane.connect(10));
        assertThat(pool.retained().everAsked).containsExactly("+a/+", "+a/+");
        pool.onRetained(FakeConnection::answer);
        retained("a/1", "r");
        retained("a/2", "r");

        assertThat(first.contents()).as("each topic once").containsExactly("a/1=r", "a/2=r");
    }

    @Test
    void shouldDoTheRoundAgainWhenTheConnectionIsLostBeforeTheAnswer() {
        connectRetained();
        subscribe(first, "a");

        pool.onRetained(FakeConnection::disconnectAfterPackets);
        pool.onRetained(lane -> lane.connect(10));
        pool.onRetained(FakeConnection::answer);
        retained("a", "r");

        assertThat(first.contents()).containsExactly("a=r");
        assertThat(pool.counters.retainedNotAsked.sum()).isZero();
    }

    @Test
    void shouldGoOnWithTheNextWhenTheConnectionIsLostWhileARoundEnds() {
        ask(first, "a/+");
        subscribe(second, "a/b");
        pool.loops.advance(PoolFixture.QUIET_TIME);
        assertThat(pool.retained().everAsked).endsWith("-a/+");

        pool.onRetained(FakeConnection::disconnect);
        pool.onRetained(lane -> lane.connect(10));

        assertThat(pool.retained().everAsked).endsWith("-a/+", "+a/b");
    }

    @Test
    void shouldCountWhatTheBrokerRefuses() {
        connectRetained();
        subscribe(first, "a/+");
        subscribe(second, "a/b");

        pool.onRetained(lane -> lane.answer(List.of(new FilterAnswer.Refused(PublishOutcome.REFUSED))));

        assertThat(pool.counters.retainedNotAsked.sum()).isEqualTo(1);
        assertThat(pool.retained().everAsked).as("the next has its turn").endsWith("+a/b");
    }

    @Test
    void shouldGiveUpARoundThatTheBrokerHasNoRoomFor() {
        connectRetained();
        subscribe(first, "a");

        for (int i = 0; i < 3; i++) {
            pool.onRetained(FakeConnection::failAnswer);
        }
        pool.onRetained(FakeConnection::answer);

        assertThat(pool.retained().everAsked).containsExactly("+a", "+a", "+a", "-a");
        assertThat(pool.counters.retainedNotAsked.sum()).isEqualTo(1);
    }

    @Test
    void shouldAskForNothingWhereTheBrokerKeepsNoRetainedMessages() {
        PoolFixture without = new PoolFixture(1, 10, 10, 4).open();
        without.lane(0).retainAvailable = false;
        without.onLane(0, lane -> lane.connect(10));
        FakeSubscriber subscriber = without.subscriber(0);

        without.subscribe(subscriber, "a");
        without.answerAll();

        assertThat(subscriber.answers).containsExactly("a: AT_LEAST_ONCE");
        assertThat(without.connections.retained).isNull();
    }

    @Test
    void shouldGoOnLivingWithoutTheRetainedLane() {
        subscribe(first, "a");
        pool.onRetained(FakeConnection::disconnect);

        pool.onLane(0, lane -> lane.deliver("a"));

        assertThat(first.answers).containsExactly("a: AT_LEAST_ONCE");
        assertThat(first.deliveries).hasSize(1);
    }

    @Test
    void shouldLimitHowManyWait() {
        RetainedLane lane = new RetainedLane(
                PoolFixture.NAME + "-retained",
                pool.loops.get(0),
                pool.connections,
                PoolFixture.MAX_FILTERS_PER_PACKET,
                PoolFixture.QUIET_TIME,
                pool.counters);
        pool.subscribe(first, "a");
        PooledSubscription subscription = new PooledSubscription(
                (PooledDevice) first.uplink(), new TopicFilter("a"), Qos.AT_LEAST_ONCE, first.noting("a"));

        pool.loops.on(
                0,
                () -> IntStream.range(0, RetainedLane.MAX_WAITING_REQUESTS + 2)
                        .forEach(i -> lane.ask(new RetainedRequest(subscription))));

        assertThat(pool.counters.retainedNotAsked.sum()).isEqualTo(2);
    }

    @Test
    void shouldCloseWithItsSession() {
        ask(first, "a");

        var closed = pool.upstream.close();
        pool.loops.settle();

        assertThat(closed).isDone();
        assertThat(pool.retained().closed).isEqualTo(End.END_SESSION);
    }

    private void connectRetained() {
        FakeSubscriber other = pool.subscriber(0);
        subscribe(other, "warm/up");
        pool.onRetained(lane -> lane.connect(100));
        pool.onRetained(FakeConnection::answer);
        endRound();
        pool.retained().everAsked.clear();
    }

    /** The round of the filter listens. */
    private void ask(FakeSubscriber subscriber, String filter) {
        connectRetained();
        subscribe(subscriber, filter);
        pool.onRetained(FakeConnection::answer);
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

    private void endRound() {
        pool.loops.advance(PoolFixture.QUIET_TIME);
        pool.onRetained(FakeConnection::answer);
    }

    private int retained(String topic, String data) {
        return deliver(topic, data, true);
    }

    /** On the retained lane; returns how often the message has been acknowledged. */
    private int deliver(String topic, String data, boolean retained) {
        AtomicInteger[] acknowledged = new AtomicInteger[1];
        pool.onRetained(lane -> acknowledged[0] = lane.deliver(topic, data, Qos.AT_LEAST_ONCE, retained));
        return acknowledged[0].get();
    }
}
