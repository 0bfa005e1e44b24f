// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.PublishOutcome;

class PooledSubscribeTest {
    private static final List<FilterAnswer> GRANTED = List.of(new FilterAnswer.Granted(Qos.AT_LEAST_ONCE));
    private static final List<FilterAnswer> NOT_AUTHORIZED = List.of(new FilterAnswer.Refused(PublishOutcome.REFUSED));

    private final PoolFixture pool = new PoolFixture(2, 10, 10, 3).connect(100);
    private final FakeSubscriber first = pool.subscriber(0);
    private final FakeSubscriber second = pool.subscriber(1);

    // ---- counted filters

    @Test
    void shouldSubscribeWithTheFirstAndUnsubscribeWithTheLast() {
        subscribe(first, "a");
        subscribe(second, "a");
        assertThat(pool.lane(0).packets).hasSize(1);
        pool.onLane(0, lane -> lane.answer(GRANTED));
        assertThat(first.answers).containsExactly("a: AT_LEAST_ONCE");
        assertThat(second.answers).containsExactly("a: AT_LEAST_ONCE");

        unsubscribe(first, "a");
        assertThat(pool.lane(0).packets).isEmpty();
        unsubscribe(second, "a");
        assertThat(pool.lane(0).packets).hasSize(1);
        pool.onLane(0, FakeConnection::answer);

        assertThat(subscribedAnywhere()).isEmpty();
    }

    @Test
    void shouldAnswerTheNextSubscriberWithoutAskingTheBroker() {
        subscribe(first, "a");
        pool.onLane(0, lane -> lane.answer(List.of(new FilterAnswer.Granted(Qos.AT_MOST_ONCE))));

        subscribe(second, "a");

        assertThat(second.answers).containsExactly("a: AT_MOST_ONCE");
        assertThat(pool.lane(0).packets).isEmpty();
    }

    @Test
    void shouldCleanUpWhatTheBrokerRefuses() {
        subscribe(first, "a");
        subscribe(second, "a");
        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));

        assertThat(first.answers).containsExactly("a: REFUSED");
        assertThat(second.answers).containsExactly("a: REFUSED");
        assertThat(pool.lane(0).packets).as("nothing to unsubscribe").isEmpty();
        assertThat(deliver(0, "a")).isEqualTo(1);
        assertThat(first.deliveries).isEmpty();

        subscribe(first, "a");
        pool.onLane(0, lane -> lane.answer(GRANTED));
        assertThat(first.answers).containsExactly("a: REFUSED", "a: AT_LEAST_ONCE");
    }

    @Test
    void shouldAnswerCongestionWhenAnAnswerIsLost() {
        subscribe(first, "a");

        pool.onLane(0, FakeConnection::failAnswer);

        assertThat(first.answers).containsExactly("a: CONGESTION");
    }

    @Test
    void shouldNotTakeAnothersSubscriptionWithOneThatWasRefused() {
        subscribe(first, "a");
        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));
        subscribe(second, "a");
        pool.onLane(1, lane -> lane.answer(GRANTED));

        // As if it had been sent before the answer was there.
        unsubscribe(first, "a");

        assertThat(pool.lane(1).packets).isEmpty();
        pool.onLane(1, lane -> lane.deliver("a"));
        assertThat(second.delivered()).containsExactly("a via a");
    }

    // ---- while the answer is outstanding

    @Test
    void shouldNotTellOneThatHasUnsubscribedMeanwhile() {
        subscribe(first, "a");
        unsubscribe(first, "a");
        pool.onLane(0, lane -> lane.answerAll());

        assertThat(first.answers).isEmpty();
        assertThat(subscribedAnywhere()).isEmpty();
    }

    @Test
    void shouldSubscribeAgainWhileBothAnswersAreOutstanding() {
        pool.subscribe(first, "a", "first");
        pool.unsubscribe(first, "a");
        pool.subscribe(first, "a", "second");
        pool.loops.settle();
        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));
        assertThat(first.answers).isEmpty();

        pool.onLane(0, FakeConnection::answerAll);

        assertThat(first.answers).containsExactly("second: AT_LEAST_ONCE");
        assertThat(subscribedAnywhere()).containsExactly("a");
        pool.onLane(0, lane -> lane.deliver("a"));
        assertThat(first.delivered()).containsExactly("a via a");
    }

    @Test
    void shouldKeepOneThatComesWhileAnotherLeaves() {
        subscribe(first, "a");
        subscribe(second, "a");
        unsubscribe(first, "a");
        pool.onLane(0, FakeConnection::answerAll);

        assertThat(first.answers).isEmpty();
        assertThat(second.answers).containsExactly("a: AT_LEAST_ONCE");
        assertThat(subscribedAnywhere()).containsExactly("a");
    }

    // ---- packets

    @Test
    void shouldPutIntoOnePacketWhatIsAskedForWhilePacketsAreUnderWay() {
        IntStream.range(0, Lane.MAX_OPEN_PACKETS + 450).forEach(i -> subscribe(first, "a/" + i));
        assertThat(pool.lane(0).packets)
                .hasSize(Lane.MAX_OPEN_PACKETS)
                .allSatisfy(packet -> assertThat(packet.filters()).hasSize(1));

        pool.onLane(0, FakeConnection::answer);
        assertThat(pool.lane(0).packets.getLast().filters()).hasSize(Lane.MAX_FILTERS_PER_PACKET);
        pool.onLane(0, FakeConnection::answerAll);

        assertThat(subscribedAnywhere()).hasSize(Lane.MAX_OPEN_PACKETS + 450);
        assertThat(first.answers).hasSize(Lane.MAX_OPEN_PACKETS + 450);
    }

    @Test
    void shouldKeepTheOrderOfSubscribingAndUnsubscribing() {
        IntStream.range(0, Lane.MAX_OPEN_PACKETS).forEach(i -> subscribe(first, "open/" + i));
        subscribe(first, "a");
        subscribe(first, "b");
        unsubscribe(first, "a");
        unsubscribe(first, "b");
        subscribe(first, "b");
        subscribe(first, "c");

        StringBuilder order = new StringBuilder();
        for (int i = 0; i < Lane.MAX_OPEN_PACKETS + 3; i++) {
            pool.onLane(0, lane -> {
                FakeConnection.FilterPacket packet = lane.packets.element();
                order.append(packet.subscribes() ? '+' : '-')
                        .append(packet.filters().stream()
                                .map(TopicFilter::value)
                                .collect(joining(",")))
                        .append(' ');
                lane.answer();
            });
        }

        assertThat(order.toString()).endsWith("open/7 +a,b -a,b +b,c ");
    }

    @Test
    void shouldUnsubscribeOnTheNextConnectionWhatWasLeftMeanwhile() {
        subscribe(first, "a");
        pool.onLane(0, FakeConnection::answerAll);
        pool.onLane(0, FakeConnection::disconnect);

        unsubscribe(first, "a");
        assertThat(pool.lane(0).packets).isEmpty();
        pool.onLane(0, lane -> lane.connect(100));
        pool.onLane(0, FakeConnection::answerAll);

        assertThat(subscribedAnywhere()).isEmpty();
    }

    @Test
    void shouldRefuseWhileTheConnectionIsLost() {
        pool.onLane(0, FakeConnection::disconnect);

        subscribe(first, "a");

        assertThat(first.answers).containsExactly("a: CONGESTION");
    }

    @Test
    void shouldRefuseWhatWaitsToBeSentWhenTheConnectionIsLost() {
        IntStream.range(0, Lane.MAX_OPEN_PACKETS).forEach(i -> subscribe(first, "open/" + i));
        subscribe(second, "open/0/waits");
        subscribe(first, "waits");

        pool.onLane(0, FakeConnection::disconnect);
        assertThat(first.answers).containsExactly("waits: CONGESTION");

        pool.onLane(0, lane -> lane.connect(100));
        pool.onLane(0, FakeConnection::answerAll);
        assertThat(first.answers).hasSize(1 + Lane.MAX_OPEN_PACKETS);
        assertThat(pool.lane(0).subscribed).hasSize(Lane.MAX_OPEN_PACKETS);
    }

    @Test
    void shouldLetFiltersWaitForTheFirstConnection() {
        PoolFixture starting = new PoolFixture(1, 10, 10, 3).open();
        FakeSubscriber subscriber = starting.subscriber(0);
        starting.subscribe(subscriber, "a");
        starting.loops.settle();
        assertThat(subscriber.answers).isEmpty();

        starting.onLane(0, lane -> lane.connect(10));
        starting.onLane(0, FakeConnection::answerAll);

        assertThat(subscriber.answers).containsExactly("a: AT_LEAST_ONCE");
    }

    @Test
    void shouldRefuseWhatWaitsForAFirstConnectionThatFails() {
        PoolFixture starting = new PoolFixture(1, 10, 10, 3).open();
        FakeSubscriber subscriber = starting.subscriber(0);
        starting.subscribe(subscriber, "a");
        starting.loops.settle();

        starting.onLane(0, FakeConnection::disconnect);

        assertThat(subscriber.answers).containsExactly("a: CONGESTION");
    }

    @Test
    void shouldLimitWhatWaitsToBeSubscribed() {
        int beyond = 5;
        IntStream.range(0, Lane.MAX_OPEN_PACKETS + Lane.MAX_WAITING_FILTERS + beyond)
                .forEach(i -> pool.subscribe(first, "a/" + i));
        pool.loops.settle();

        assertThat(first.answers)
                .hasSize(beyond)
                .allSatisfy(answer -> assertThat(answer).endsWith("CONGESTION"));
    }

    // ---- lanes

    @Test
    void shouldPreferTheLaneOfTheSubscribersShard() {
        subscribe(second, "a");

        assertThat(pool.lane(0).packets).isEmpty();
        assertThat(pool.lane(1).packets).hasSize(1);
    }

    @Test
    void shouldPutOverlappingFiltersOnDifferentLanesAndAddOnes() {
        subscribe(first, "a/+");
        subscribe(first, "a/#");
        subscribe(first, "a/b");

        assertThat(pool.connections.made).containsOnlyKeys(0, 1, 2);
        assertThat(pool.lane(2).opened).isTrue();
        pool.onLane(2, lane -> lane.connect(100));
        for (int i = 0; i < 3; i++) {
            pool.onLane(i, FakeConnection::answerAll);
            assertThat(pool.lane(i).subscribed).hasSize(1);
        }
        assertThat(first.answers)
                .containsExactlyInAnyOrder("a/+: AT_LEAST_ONCE", "a/#: AT_LEAST_ONCE", "a/b: AT_LEAST_ONCE");
    }

    @Test
    void shouldRefuseWhenAllLanesOverlapAndTheLimitIsReached() {
        subscribe(first, "a/+");
        subscribe(first, "a/#");
        subscribe(first, "a/b");
        subscribe(second, "+/b");

        assertThat(second.answers).containsExactly("+/b: CONGESTION");
        assertThat(pool.connections.made).hasSize(3);

        unsubscribe(first, "a/+");
        subscribe(second, "+/b");
        pool.onLane(0, FakeConnection::answerAll);
        assertThat(second.answers).containsExactly("+/b: CONGESTION", "+/b: AT_LEAST_ONCE");
    }

    @ParameterizedTest
    @MethodSource("harmfulFilters")
    void shouldRefuseFiltersForWhichABrokerMightCloseTheConnection(String filter) {
        subscribe(first, filter);

        assertThat(first.answers).containsExactly(filter + ": REFUSED");
        assertThat(pool.lane(0).packets).isEmpty();
    }

    static Stream<String> harmfulFilters() {
        return Stream.of(
                "a\u0001", "$share", "$share/group/a", "$share/group", "a" + "/a".repeat(201), "/".repeat(60_000));
    }

    // ---- deliveries

    @Test
    void shouldDeliverOnceToEachSubscriberOnItsLoop() {
        FakeSubscriber third = pool.subscriber(1);
        subscribeGranted(first, "a");
        subscribeGranted(second, "a");
        subscribeGranted(third, "a");

        pool.onLane(0, lane -> lane.deliver("a"));

        assertThat(first.delivered()).containsExactly("a via a");
        assertThat(second.delivered()).containsExactly("a via a");
        assertThat(third.delivered()).containsExactly("a via a");
        assertThat(pool.counters.publishesDown.sum()).isEqualTo(1);
        assertThat(pool.counters.downlinkUnmatched.sum()).isZero();
    }

    @Test
    void shouldOfferOneCopyForEachMatchingFilter() {
        subscribeGranted(first, "a/+");
        subscribeGranted(first, "a/#");

        pool.onLane(0, lane -> lane.deliver("a/b"));
        pool.onLane(1, lane -> lane.deliver("a/b"));

        assertThat(first.delivered()).containsExactly("a/b via a/+", "a/b via a/#");
    }

    @Test
    void shouldAcknowledgeOnceWhenEveryLoopHasTheMessage() {
        PoolFixture wide = new PoolFixture(3, 10, 10, 3).connect(100);
        List<FakeSubscriber> subscribers =
                IntStream.range(0, 6).mapToObj(i -> wide.subscriber(i % 3)).toList();
        subscribers.forEach(subscriber -> wide.subscribe(subscriber, "a/+"));
        wide.loops.settle();
        wide.onLane(0, FakeConnection::answerAll);

        AtomicInteger[] acknowledged = new AtomicInteger[1];
        wide.onLaneOnly(0, lane -> acknowledged[0] = lane.deliver("a/b"));
        assertThat(acknowledged[0]).hasValue(0);
        wide.loops.run(2);
        assertThat(acknowledged[0]).hasValue(0);
        wide.loops.run(1);

        assertThat(acknowledged[0]).hasValue(1);
        assertThat(subscribers)
                .allSatisfy(subscriber -> assertThat(subscriber.delivered()).containsExactly("a/b via a/+"));
    }

    @Test
    void shouldCountAndAcknowledgeWhatNobodyWants() {
        assertThat(deliver(0, "a")).isEqualTo(1);

        assertThat(pool.counters.publishesDown.sum()).isEqualTo(1);
        assertThat(pool.counters.downlinkUnmatched.sum()).isEqualTo(1);
    }

    @Test
    void shouldDeliverNothingMoreAfterUnsubscribing() {
        subscribeGranted(first, "a");
        unsubscribe(first, "a");

        assertThat(deliver(0, "a")).isEqualTo(1);
        assertThat(first.deliveries).isEmpty();
    }

    @Test
    void shouldDeliverBeforeTheAnswerIsThere() {
        subscribe(first, "a");

        pool.onLane(0, lane -> lane.deliver("a"));

        assertThat(first.delivered()).containsExactly("a via a");
    }

    @Test
    void shouldDeliverToTheOthersAndAcknowledgeWhenASubscriberThrows() {
        FakeSubscriber third = pool.subscriber(0);
        FakeSubscriber fourth = pool.subscriber(1);
        List.of(first, second, third, fourth).forEach(subscriber -> subscribeGranted(subscriber, "a"));
        first.failing = true;
        second.failing = true;

        AtomicInteger[] acknowledged = new AtomicInteger[1];
        pool.onLaneOnly(0, lane -> acknowledged[0] = lane.deliver("a"));
        assertThatThrownBy(pool.loops::settle).hasMessage("subscriber fails");
        assertThatThrownBy(pool.loops::settle).hasMessage("subscriber fails");
        pool.loops.settle();

        assertThat(third.delivered()).containsExactly("a via a");
        assertThat(fourth.delivered()).containsExactly("a via a");
        assertThat(acknowledged[0]).hasValue(1);
    }

    @Test
    void shouldDropQos0ThatAnotherLoopDoesNotTake() {
        subscribeGranted(first, "a");
        subscribeGranted(second, "a");
        for (int i = 0; i < Lane.MAX_UNTAKEN; i++) {
            pool.onLaneOnly(0, lane -> lane.deliver("a", Qos.AT_MOST_ONCE));
        }

        AtomicInteger[] acknowledged = new AtomicInteger[2];
        pool.onLaneOnly(0, lane -> acknowledged[0] = lane.deliver("a", Qos.AT_MOST_ONCE));
        pool.onLaneOnly(0, lane -> acknowledged[1] = lane.deliver("a", Qos.AT_LEAST_ONCE));
        assertThat(acknowledged[0]).as("dropped").hasValue(1);
        pool.loops.settle();

        assertThat(acknowledged[1]).hasValue(1);
        assertThat(second.deliveries).hasSize(Lane.MAX_UNTAKEN + 1);
        assertThat(first.deliveries).hasSize(Lane.MAX_UNTAKEN + 1);
        assertThat(pool.counters.downlinkDropped.sum()).isEqualTo(1);
        pool.onLane(0, lane -> lane.deliver("a", Qos.AT_MOST_ONCE));
        assertThat(second.deliveries).hasSize(Lane.MAX_UNTAKEN + 2);
    }

    // ---- cost

    /** Searching a list would compare each of the 10,000 with thousands of others. */
    @Test
    void shouldNotSearchAmongTheSubscribersOfAFilter() {
        int devices = 10_000;
        List<FakeSubscriber> all = IntStream.range(0, devices)
                .mapToObj(i -> pool.subscriber(i % 2))
                .toList();
        for (int i = 0; i < devices; i++) {
            pool.subscribe(all.get(i), "own/" + i);
            pool.subscribe(all.get(i), "all");
        }
        settleWithAnswers();
        pool.onLane(0, lane -> lane.deliver("all"));
        for (int i = 0; i < devices; i++) {
            pool.unsubscribe(all.get(i), "all");
            pool.unsubscribe(all.get(i), "own/" + i);
        }
        settleWithAnswers();

        assertThat(all.stream()
                        .mapToInt(subscriber -> subscriber.comparisons)
                        .max()
                        .orElseThrow())
                .isLessThan(10);
        assertThat(all).allSatisfy(subscriber -> {
            assertThat(subscriber.answers).hasSize(2);
            assertThat(subscriber.deliveries).hasSize(1);
        });
        assertThat(subscribedAnywhere()).isEmpty();
    }

    private void settleWithAnswers() {
        pool.loops.settle();
        pool.onLane(0, FakeConnection::answerAll);
        pool.onLane(1, FakeConnection::answerAll);
    }

    private void subscribe(FakeSubscriber subscriber, String filter) {
        pool.subscribe(subscriber, filter);
        pool.loops.settle();
    }

    private void subscribeGranted(FakeSubscriber subscriber, String filter) {
        subscribe(subscriber, filter);
        pool.connections.made.keySet().forEach(number -> pool.onLane(number, FakeConnection::answerAll));
    }

    private void unsubscribe(FakeSubscriber subscriber, String filter) {
        pool.unsubscribe(subscriber, filter);
        pool.loops.settle();
    }

    /** Returns how often the message has been acknowledged. */
    private int deliver(int lane, String topic) {
        AtomicInteger[] acknowledged = new AtomicInteger[1];
        pool.onLane(lane, connection -> acknowledged[0] = connection.deliver(topic));
        return acknowledged[0].get();
    }

    private List<String> subscribedAnywhere() {
        return pool.connections.made.values().stream()
                .flatMap(connection -> connection.subscribed.stream())
                .map(TopicFilter::value)
                .toList();
    }
}
