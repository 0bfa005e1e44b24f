// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;

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
    void shouldEndAtTheBrokerWhatItHadNoRoomFor() {
        subscribe(first, "a");

        pool.onLane(0, FakeConnection::failAnswer);

        assertThat(first.answers).containsExactly("a: CONGESTION");
        assertThat(pool.lane(0).everAsked).containsExactly("+a", "-a");
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
        pool.answerAll();

        assertThat(first.answers).isEmpty();
        assertThat(subscribedAnywhere()).isEmpty();
    }

    @Test
    void shouldTakeTheAnswerForADeviceThatHasComeBackMeanwhile() {
        pool.subscribe(first, "a", "first");
        pool.loops.settle();
        pool.unsubscribe(first, "a");
        pool.subscribe(first, "a", "second");
        pool.loops.settle();

        pool.answerAll();

        assertThat(first.answers).containsExactly("second: AT_LEAST_ONCE");
        assertThat(pool.lane(0).everAsked).containsExactly("+a");
        pool.onLane(0, lane -> lane.deliver("a"));
        assertThat(first.delivered()).containsExactly("a via a");
    }

    @Test
    void shouldNotTakeAnAnswerOnItsWayForALaterSubscription() {
        subscribe(first, "a");
        pool.subscribe(second, "a", "first");
        pool.loops.settle();
        pool.onLaneOnly(0, lane -> lane.answer(NOT_AUTHORIZED));

        // The refusal waits to be told on the other loop.
        pool.unsubscribe(second, "a");
        pool.subscribe(second, "a", "second");
        pool.loops.settle();
        assertThat(second.answers).isEmpty();
        pool.answerAll();

        assertThat(second.answers).containsExactly("second: AT_LEAST_ONCE");
        assertThat(subscribedAnywhere()).containsExactly("a");
    }

    @Test
    void shouldNotDeliverALateCopyToALaterSubscription() {
        subscribeGranted(first, "a");
        subscribeGranted(second, "a");
        AtomicInteger[] acknowledged = new AtomicInteger[1];
        pool.onLaneOnly(0, lane -> acknowledged[0] = lane.deliver("a"));

        pool.unsubscribe(second, "a");
        pool.subscribe(second, "a", "again");
        pool.loops.settle();

        assertThat(second.deliveries).isEmpty();
        assertThat(acknowledged[0]).hasValue(1);
    }

    @Test
    void shouldChangeTheQosOfASubscription() {
        List<FilterAnswer> granted = List.of(new FilterAnswer.Granted(Qos.EXACTLY_ONCE));
        pool.subscribe(first, "a", Qos.AT_MOST_ONCE, first.noting("a"));
        pool.loops.settle();
        pool.onLane(0, lane -> lane.answer(granted));
        pool.onLane(0, lane -> lane.deliver("a", Qos.EXACTLY_ONCE));

        pool.subscribe(first, "a", Qos.AT_LEAST_ONCE, first.noting("a"));
        pool.loops.settle();
        pool.onLane(0, lane -> lane.deliver("a", Qos.EXACTLY_ONCE));

        assertThat(first.answers).containsExactly("a: AT_MOST_ONCE", "a: AT_LEAST_ONCE");
        assertThat(first.deliveries).extracting(Delivery::qos).containsExactly(Qos.AT_MOST_ONCE, Qos.AT_LEAST_ONCE);
        assertThat(pool.lane(0).everAsked).containsExactly("+a");
    }

    @Test
    void shouldAnswerTheLastOfSeveralQuestions() {
        pool.subscribe(first, "a", "first");
        pool.subscribe(first, "a", Qos.AT_MOST_ONCE, first.noting("second"));
        pool.loops.settle();
        pool.answerAll();

        assertThat(first.answers).containsExactly("second: AT_MOST_ONCE");
    }

    // ---- connecting and leaving

    @Test
    void shouldKeepSubscriptionsOfAKeptSessionOnly() {
        subscribeGranted(first, "a");
        subscribeGranted(second, "b");

        pool.loops.on(0, () -> first.uplink().disconnect(true));
        pool.loops.on(1, () -> second.uplink().disconnect(false));
        pool.answerAll();
        assertThat(subscribedAnywhere()).containsExactly("a");
        pool.loops.on(0, () -> first.uplink().lose(false, null, outcome -> {}));
        pool.answerAll();

        assertThat(subscribedAnywhere()).isEmpty();
    }

    @Test
    void shouldEndSubscriptionsWithACleanSession() {
        subscribeGranted(first, "a");
        List<String> told = new ArrayList<>();

        pool.loops.on(0, () -> first.uplink().connect(false, null, noting(told)));
        pool.answerAll();
        assertThat(subscribedAnywhere()).containsExactly("a");
        pool.loops.on(0, () -> first.uplink().connect(true, null, noting(told)));
        pool.answerAll();

        assertThat(subscribedAnywhere()).isEmpty();
        assertThat(told).containsExactly("accepted", "accepted");
    }

    private static DeviceUplink.ConnectListener noting(List<String> told) {
        return new DeviceUplink.ConnectListener() {
            @Override
            public void onAccepted() {
                told.add("accepted");
            }

            @Override
            public void onRefused(PublishOutcome outcome) {
                told.add("refused " + outcome);
            }
        };
    }

    @Test
    void shouldPublishTheWillOfALostDevice() {
        UpstreamMessage will = new UpstreamMessage("will", Payload.utf8("x"), Qos.AT_LEAST_ONCE, true);
        List<PublishOutcome> outcomes = new ArrayList<>();

        pool.loops.on(0, () -> first.uplink().lose(true, will, outcomes::add));
        pool.onLane(0, lane -> lane.acknowledge(PublishOutcome.ACCEPTED));

        assertThat(pool.lane(0).everSent).containsExactly(will);
        assertThat(outcomes).containsExactly(PublishOutcome.ACCEPTED);
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
    void shouldPutIntoOnePacketWhatIsAskedForInOneTurn() {
        IntStream.range(0, 450).forEach(i -> pool.subscribe(first, "a/" + i));
        pool.loops.settle();

        assertThat(pool.lane(0).packets)
                .extracting(packet -> packet.filters().size())
                .containsExactly(200, 200, 50);
        pool.answerAll();
        assertThat(subscribedAnywhere()).hasSize(450);
        assertThat(first.answers).hasSize(450);
    }

    @Test
    void shouldPutIntoOnePacketWhatIsAskedForWhilePacketsAreUnderWay() {
        IntStream.range(0, LaneFilters.MAX_OPEN_PACKETS + 450).forEach(i -> subscribe(first, "a/" + i));
        assertThat(pool.lane(0).packets)
                .hasSize(LaneFilters.MAX_OPEN_PACKETS)
                .allSatisfy(packet -> assertThat(packet.filters()).hasSize(1));

        pool.onLane(0, FakeConnection::answer);
        assertThat(pool.lane(0).packets.getLast().filters()).hasSize(PoolFixture.MAX_FILTERS_PER_PACKET);
        pool.answerAll();

        assertThat(subscribedAnywhere()).hasSize(LaneFilters.MAX_OPEN_PACKETS + 450);
        assertThat(first.answers).hasSize(LaneFilters.MAX_OPEN_PACKETS + 450);
    }

    @Test
    void shouldKeepToTheConfiguredNumberOfFiltersInAPacket() {
        PoolFixture careful = new PoolFixture(1, PoolFixture.config(10, 10, 1 << 20, false, 3, 8)).connect(10);
        FakeSubscriber subscriber = careful.subscriber(0);
        IntStream.range(0, 20).forEach(i -> careful.subscribe(subscriber, "a/" + i));
        careful.loops.settle();
        careful.answerAll();
        IntStream.range(0, 20).forEach(i -> careful.unsubscribe(subscriber, "a/" + i));
        careful.loops.settle();

        assertThat(careful.lane(0).everAsked)
                .hasSize(6)
                .allSatisfy(asked -> assertThat(asked.split(",")).hasSizeLessThanOrEqualTo(8));
    }

    @Test
    void shouldEndAFilterBeforeAnotherThatOverlapsItIsSubscribed() {
        subscribeGranted(first, "a/+");
        IntStream.range(0, LaneFilters.MAX_OPEN_PACKETS).forEach(i -> subscribe(first, "open/" + i));

        unsubscribe(first, "a/+");
        subscribe(first, "a/b");
        unsubscribe(first, "a/b");
        subscribe(first, "a/#");
        pool.answerAll();

        assertThat(pool.lane(0).everAsked).endsWith("+open/7", "-a/+", "+a/#");
        assertThat(pool.connections.made).as("lanes").hasSize(2);
    }

    @Test
    void shouldNotUnsubscribeBeforeTheAnswerToTheSubscribe() {
        subscribe(first, "a");
        unsubscribe(first, "a");
        subscribe(first, "b");
        assertThat(pool.lane(0).everAsked)
                .as("a/b has to wait, since it may overlap")
                .containsExactly("+a");

        pool.answerAll();

        assertThat(pool.lane(0).everAsked).containsExactly("+a", "-a", "+b");
    }

    // ---- only differences

    @Test
    void shouldSendNothingForWhatHasEndedBeforeItWasSent() {
        IntStream.range(0, LaneFilters.MAX_OPEN_PACKETS).forEach(i -> subscribe(first, "open/" + i));
        int before = pool.lane(0).everAsked.size();

        subscribe(first, "a");
        unsubscribe(first, "a");
        pool.answerAll();

        assertThat(pool.lane(0).everAsked).hasSize(before);
    }

    @Test
    void shouldSendNothingForAFilterThatAnotherTakesOver() {
        subscribeGranted(first, "a");

        pool.unsubscribe(first, "a");
        pool.subscribe(second, "a");
        pool.loops.run(1);
        pool.loops.settle();

        assertThat(second.answers).containsExactly("a: AT_LEAST_ONCE");
        assertThat(pool.lane(0).everAsked).containsExactly("+a");
    }

    @Test
    void shouldSendNothingWhenADeviceComesBackInTheSameTurn() {
        subscribeGranted(first, "a");
        first.answers.clear();

        pool.unsubscribe(first, "a");
        pool.subscribe(first, "a");
        pool.loops.settle();

        assertThat(first.answers).containsExactly("a: AT_LEAST_ONCE");
        assertThat(pool.lane(0).everAsked).containsExactly("+a");
    }

    // ---- when the connection is lost

    @Test
    void shouldSubscribeAllAgainWhenTheBrokerHasLostTheSession() {
        IntStream.range(0, 250).forEach(i -> pool.subscribe(first, "a/" + i));
        subscribe(second, "a/+/b/#");
        pool.answerAll();
        pool.lane(0).sessionKept = false;

        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));

        assertThat(pool.lane(0).packets)
                .extracting(packet -> packet.filters().size())
                .containsExactly(200, 50);
        pool.answerAll();
        assertThat(pool.lane(0).subscribed).hasSize(250);
        assertThat(first.answers).as("nothing is told twice").hasSize(250);
        pool.onLane(0, lane -> lane.deliver("a/7"));
        assertThat(first.delivered()).containsExactly("a/7 via a/7");
    }

    @Test
    void shouldSubscribeAgainWhatABrokerThatCrashedDidNotSave() {
        subscribeGranted(first, "a");
        subscribeGranted(first, "b/+");

        pool.onLane(0, FakeConnection::disconnect);
        pool.lane(0).subscribed.remove(new TopicFilter("a"));
        pool.onLane(0, lane -> lane.connect(10));
        pool.answerAll();

        assertThat(pool.lane(0).everAsked).containsExactly("+a", "+b/+", "+a,b/+");
        assertThat(subscribedAnywhere()).containsExactlyInAnyOrder("a", "b/+");
        assertThat(first.answers).as("nothing is told twice").hasSize(2);
    }

    @Test
    void shouldGoOnWithFiltersOfAKeptSessionBeforeTheBrokerAnswers() {
        subscribeGranted(first, "a");
        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> {
            lane.connect(10);
            lane.deliver("a");
        });
        assertThat(pool.lane(0).packets).hasSize(1);
        pool.onLane(0, lane -> lane.deliver("a"));

        assertThat(first.delivered()).containsExactly("a via a", "a via a");
        assertThat(pool.counters.downlinkUnmatched.sum()).isZero();
    }

    @Test
    void shouldGoOnWithAFilterOfAKeptSessionThatIsNotGrantedAgain() {
        subscribeGranted(first, "a");
        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));
        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));

        pool.onLane(0, lane -> lane.deliver("a"));
        assertThat(first.delivered()).containsExactly("a via a");
        pool.loops.advance(LaneFilters.FIRST_RETRY);
        pool.onLane(0, lane -> lane.answer(GRANTED));
        assertThat(pool.lane(0).everAsked).containsExactly("+a", "+a", "+a");
    }

    @Test
    void shouldLetAnotherFilterRuleWhenOneIsNotGrantedAgain() {
        subscribeGranted(first, "a/+");
        subscribeGranted(first, "a/#");
        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));
        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));

        pool.onLane(1, lane -> lane.deliver("a/b"));

        assertThat(first.delivered()).containsExactly("a/b via a/#");
    }

    @Test
    void shouldEndAgainWhatABrokerThatCrashedHasSaved() {
        subscribeGranted(first, "a/+");
        unsubscribe(first, "a/+");
        pool.answerAll();
        subscribeGranted(first, "a/#");

        pool.onLane(0, FakeConnection::disconnect);
        pool.lane(0).subscribed.add(new TopicFilter("a/+"));
        pool.onLane(0, lane -> lane.connect(10));
        pool.answerAll();

        assertThat(pool.lane(0).everAsked).endsWith("-a/+", "+a/#");
        assertThat(subscribedAnywhere()).containsExactly("a/#");
        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));
        pool.answerAll();
        assertThat(pool.lane(0).everAsked).as("once").endsWith("-a/+", "+a/#", "+a/#");
    }

    @Test
    void shouldEndAgainWhatWasEndedLast() {
        for (int i = 0; i < LaneFilters.MAX_ENDED + 1; i++) {
            subscribeGranted(first, "a/" + i);
            unsubscribe(first, "a/" + i);
            pool.answerAll();
        }
        int before = pool.lane(0).everAsked.size();

        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));
        pool.answerAll();

        List<String> asked = pool.lane(0).everAsked;
        assertThat(asked.subList(before, asked.size()))
                .hasSize(LaneFilters.MAX_ENDED / PoolFixture.MAX_FILTERS_PER_PACKET)
                .allMatch(packet -> packet.startsWith("-"));
        assertThat(asked.get(before)).startsWith("-a/1,");
    }

    @Test
    void shouldUnsubscribeAgainWhenTheAnswerWasLost() {
        subscribeGranted(first, "a");
        unsubscribe(first, "a");

        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));
        pool.answerAll();

        assertThat(pool.lane(0).everAsked).containsExactly("+a", "-a", "-a");
        assertThat(subscribedAnywhere()).isEmpty();
    }

    @Test
    void shouldEndWhatTheBrokerHasAlthoughTheAnswerWasLost() {
        subscribe(first, "a");

        pool.onLane(0, FakeConnection::disconnectAfterPackets);
        assertThat(first.answers).containsExactly("a: CONGESTION");
        pool.onLane(0, lane -> lane.connect(10));
        pool.answerAll();

        assertThat(subscribedAnywhere()).isEmpty();
    }

    @Test
    void shouldForgetWhatWasLeftWhenTheSessionIsLost() {
        subscribeGranted(first, "a");
        unsubscribe(first, "a");
        pool.lane(0).sessionKept = false;

        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));

        assertThat(pool.lane(0).everAsked).containsExactly("+a", "-a");
    }

    @Test
    void shouldGrantAtOnceWhatOthersHaveWhileTheConnectionIsLost() {
        subscribeGranted(first, "a");
        pool.onLane(0, FakeConnection::disconnect);

        subscribe(second, "a");

        assertThat(second.answers).containsExactly("a: AT_LEAST_ONCE");
    }

    @Test
    void shouldTryAgainLaterWhatTheBrokerDoesNotGrantAgain() {
        subscribeGranted(first, "a");
        pool.lane(0).sessionKept = false;
        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));

        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));
        assertThat(pool.counters.resubscribesRefused.sum()).isEqualTo(1);
        assertThat(pool.lane(0).packets).isEmpty();
        pool.loops.advance(LaneFilters.FIRST_RETRY.minusMillis(1));
        assertThat(pool.lane(0).packets).isEmpty();
        pool.loops.advance(Duration.ofMillis(1));
        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));
        pool.loops.advance(LaneFilters.FIRST_RETRY);
        assertThat(pool.lane(0).packets).as("the wait grows").isEmpty();
        pool.loops.advance(LaneFilters.FIRST_RETRY);
        pool.onLane(0, lane -> lane.answer(GRANTED));

        assertThat(pool.lane(0).subscribed).hasSize(1);
        assertThat(first.answers).containsExactly("a: AT_LEAST_ONCE");
        pool.onLane(0, lane -> lane.deliver("a"));
        assertThat(first.delivered()).containsExactly("a via a");
        assertThat(pool.loops.get(0).armedTimers()).isZero();
    }

    @Test
    void shouldAskAgainForANewSubscriberOfAFilterThatTheBrokerRefusedToGrantAgain() {
        subscribeGranted(first, "a");
        pool.lane(0).sessionKept = false;
        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));
        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));

        subscribe(second, "a");
        pool.onLane(0, lane -> lane.answer(NOT_AUTHORIZED));

        assertThat(second.answers).containsExactly("a: REFUSED");
        unsubscribe(first, "a");
        assertThat(pool.lane(0).packets).as("there is nothing to end").isEmpty();
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
    void shouldRefuseWhatTheBrokerHasNotAnsweredWhenTheConnectionIsLost() {
        IntStream.range(0, LaneFilters.MAX_OPEN_PACKETS).forEach(i -> subscribe(first, "open/" + i));
        subscribe(second, "open/0/waits");
        subscribe(first, "waits");

        pool.onLane(0, FakeConnection::disconnect);

        assertThat(first.answers)
                .hasSize(LaneFilters.MAX_OPEN_PACKETS + 1)
                .allSatisfy(answer -> assertThat(answer).endsWith(": CONGESTION"));
        assertThat(second.answers).isEmpty();
        pool.onLane(0, lane -> lane.connect(100));
        pool.answerAll();
        assertThat(pool.lane(0).subscribed).isEmpty();
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
        List<FakeSubscriber> devices =
                IntStream.range(0, 1000).mapToObj(i -> pool.subscriber(0)).toList();
        IntStream.range(0, LaneFilters.MAX_WAITING_FILTERS)
                .forEach(i -> pool.subscribe(devices.get(i % devices.size()), "a/" + i));
        IntStream.range(0, beyond).forEach(i -> pool.subscribe(first, "b/" + i));
        pool.loops.run(0);

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
        pool.answerAll();
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
                "a\u0001",
                "$share",
                "$share//a",
                "$share/group",
                "$share/group/",
                "$share/+/a",
                "a" + "/a".repeat(201),
                "/".repeat(60_000));
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
    void shouldAcknowledgeWhatHasComeBeforeItDisconnects() {
        PoolFixture wide = new PoolFixture(2, 10, 10, 2).connect(100);
        FakeSubscriber elsewhere = wide.subscriber(1);
        wide.subscribe(elsewhere, "a");
        wide.loops.settle();
        wide.onLane(1, FakeConnection::answerAll);
        AtomicInteger[] acknowledged = new AtomicInteger[1];
        elsewhere.holdTaken();
        wide.onLane(1, lane -> acknowledged[0] = lane.deliver("a"));

        wide.upstream.close();
        wide.loops.settle();
        assertThat(wide.lane(0).closed)
                .as("the lane that has delivered nothing")
                .isNotNull();
        assertThat(wide.lane(1).closed).isNull();

        elsewhere.releaseTaken();
        wide.loops.settle();
        assertThat(acknowledged[0]).hasValue(1);
        assertThat(wide.lane(1).closed).isNotNull();
    }

    /** The client carries an acknowledgement to its connection by way of the loop. */
    @Test
    void shouldDisconnectBehindTheAcknowledgementsThatAreOnTheirWay() {
        PoolFixture wide = new PoolFixture(2, 10, 10, 2).connect(100);
        FakeSubscriber elsewhere = wide.subscriber(1);
        wide.subscribe(elsewhere, "a");
        wide.loops.settle();
        wide.onLane(1, FakeConnection::answerAll);
        elsewhere.holdTaken();
        FakeConnection connection = wide.lane(1);
        List<String> told = new ArrayList<>();
        Runnable acknowledge =
                () -> connection.loop.execute(() -> told.add(connection.closed == null ? "in time" : "too late"));
        wide.onLane(
                1,
                lane -> lane.listener.onMessage(new BrokerMessage(
                        "a", Payload.utf8("x"), Qos.EXACTLY_ONCE, false, BrokerMessage.NO_EXPIRY, acknowledge)));

        wide.upstream.close();
        wide.loops.run(0); // asks the lane to close
        wide.loops.on(1, elsewhere::releaseTaken);
        wide.loops.settle();

        assertThat(told).containsExactly("in time");
        assertThat(connection.closed).isNotNull();
    }

    @Test
    void shouldLeaveToTheBrokerWhatComesWhenItHasDisconnected() {
        PoolFixture wide = new PoolFixture(2, 10, 10, 2).connect(100);
        FakeSubscriber elsewhere = wide.subscriber(1);
        wide.subscribe(elsewhere, "a");
        wide.loops.settle();
        wide.onLane(1, FakeConnection::answerAll);
        wide.upstream.close();
        wide.loops.settle();

        AtomicInteger[] acknowledged = new AtomicInteger[1];
        wide.onLane(1, lane -> acknowledged[0] = lane.deliver("a"));

        assertThat(elsewhere.delivered()).isEmpty();
        assertThat(acknowledged[0]).hasValue(0);
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

    private void subscribe(FakeSubscriber subscriber, String filter) {
        pool.subscribe(subscriber, filter);
        pool.loops.settle();
    }

    private void subscribeGranted(FakeSubscriber subscriber, String filter) {
        subscribe(subscriber, filter);
        pool.answerAll();
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
