// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sngateway.codec.message.Qos.AT_LEAST_ONCE;
import static org.sngateway.codec.message.Qos.AT_MOST_ONCE;
import static org.sngateway.codec.message.Qos.EXACTLY_ONCE;
import static org.sngateway.gateway.upstream.BrokerConnection.End.KEEP_SESSION;
import static org.sngateway.gateway.upstream.PublishOutcome.ACCEPTED;
import static org.sngateway.gateway.upstream.PublishOutcome.CONGESTION;
import static org.sngateway.gateway.upstream.PublishOutcome.REFUSED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Payload;
import org.sngateway.gateway.observe.LatencyHistogram;
import org.sngateway.gateway.observe.PublishStats;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;

class PooledPublishTest {
    private final PoolFixture pool = new PoolFixture(2, 4, 3, 16);

    @Test
    void shouldPublishOnTheLaneOfTheShard() {
        pool.connect(100);

        pool.publish(1, "a", AT_LEAST_ONCE);

        assertThat(pool.lane(1).everSent).hasSize(1);
        assertThat(pool.lane(0).everSent).isEmpty();
    }

    @Test
    void shouldTellWhatTheBrokerAnswers() {
        pool.connect(100);
        List<PublishOutcome> first = pool.publish(0, "a", AT_LEAST_ONCE);
        List<PublishOutcome> second = pool.publish(0, "b", AT_LEAST_ONCE);
        List<PublishOutcome> third = pool.publish(0, "c", AT_MOST_ONCE);
        assertThat(first).isEmpty();

        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        pool.onLane(0, lane -> lane.acknowledge(REFUSED));
        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));

        assertThat(first).containsExactly(ACCEPTED);
        assertThat(second).containsExactly(REFUSED);
        assertThat(third).containsExactly(ACCEPTED);
        assertThat(pool.counters.publishesUp.sum()).isEqualTo(3);
        assertThat(pool.counters.publishesAcknowledged.sum()).isEqualTo(1);
    }

    @Test
    void shouldShowWhatIsOnItsWayAndHowLongItTakes() {
        pool.connect(100);
        publish(7);
        assertStats(4, 3, 6);

        pool.loops.advance(Duration.ofMillis(30));
        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        assertStats(4, 2, 4);
        pool.onLane(0, lane -> lane.acknowledge(REFUSED));

        LatencyHistogram.Snapshot times = stats().acknowledgements();
        assertThat(times.counts())
                .containsOnlyOnce(1L)
                .filteredOn(count -> count > 0)
                .hasSize(1);
        assertThat(times.sum()).isEqualTo(Duration.ofMillis(30));

        var unused = close();
        pool.loops.advance(Duration.ofSeconds(5));
        assertStats(0, 0, 0);
        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        assertStats(0, 0, 0);
    }

    private void assertStats(long inFlight, long queued, long queuedOctets) {
        assertThat(stats().inFlight()).isEqualTo(inFlight);
        assertThat(stats().queued()).isEqualTo(queued);
        assertThat(stats().queuedOctets()).isEqualTo(queuedOctets);
    }

    /** Of lane 0. */
    private PublishStats.Snapshot stats() {
        return pool.counters.publishStats.list().iterator().next();
    }

    @Test
    void shouldKeepToTheConfiguredWindow() {
        pool.connect(100);

        publish(7);

        assertThat(pool.lane(0).sent).hasSize(4);
    }

    @Test
    void shouldKeepToTheWindowOfTheBroker() {
        pool.connect(2);

        publish(5);

        assertThat(pool.lane(0).sent).hasSize(2);
    }

    @Test
    void shouldKeepToTheWindowOfQos2InOrder() {
        pool.open();
        pool.onLane(0, lane -> lane.connect(4, 2));
        for (String topic : List.of("a", "b", "c", "d")) {
            pool.publish(0, topic, topic.equals("d") ? AT_LEAST_ONCE : EXACTLY_ONCE);
        }
        assertThat(topicsSent(0)).containsExactly("a", "b");

        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));

        assertThat(topicsSent(0)).containsExactly("a", "b", "c", "d");
    }

    @Test
    void shouldKeepTheOrderThroughTheQueue() {
        pool.connect(1);
        List<List<PublishOutcome>> outcomes = publish(4);

        for (int i = 0; i < 4; i++) {
            pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        }

        assertThat(topicsSent(0)).containsExactly("0", "1", "2", "3");
        assertThat(outcomes).allSatisfy(each -> assertThat(each).containsExactly(ACCEPTED));
    }

    @Test
    void shouldNotLetAMessagePublishedFromAnAnswerOvertakeTheQueue() {
        pool.connect(1);
        pool.publish(0, "first", AT_LEAST_ONCE, outcome -> pool.publish(0, "third", AT_LEAST_ONCE));
        pool.publish(0, "second", AT_LEAST_ONCE);

        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));

        assertThat(topicsSent(0)).containsExactly("first", "second", "third");
    }

    @Test
    void shouldAnswerCongestionWhenTheQueueIsFull() {
        pool.connect(1);
        publish(4);

        assertThat(pool.publish(0, "acknowledged", AT_LEAST_ONCE)).containsExactly(CONGESTION);
        assertThat(pool.publish(0, "not acknowledged", AT_MOST_ONCE)).containsExactly(CONGESTION);

        assertThat(pool.counters.upstreamCongested.sum()).isEqualTo(1);
        assertThat(pool.counters.upstreamDropped.sum()).isEqualTo(1);
        assertThat(pool.lane(0).everSent).hasSize(1);
    }

    // ---- while the broker is away

    @Test
    void shouldSendWhatWaitedForTheFirstConnectionInOrder() {
        pool.open();

        List<List<PublishOutcome>> outcomes = publish(3);
        pool.onLane(0, lane -> lane.connect(10));
        for (int i = 0; i < 3; i++) {
            pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        }

        assertThat(topicsSent(0)).containsExactly("0", "1", "2");
        assertThat(outcomes).allSatisfy(each -> assertThat(each).containsExactly(ACCEPTED));
        assertThat(pool.counters.upstreamCongested.sum()).isZero();
    }

    @Test
    void shouldRefuseWhatIsBeyondTheBoundWhileTheBrokerIsAway() {
        pool.open();

        publish(3);

        assertThat(pool.publish(0, "a", AT_LEAST_ONCE)).containsExactly(CONGESTION);
        assertThat(pool.counters.upstreamCongested.sum()).isEqualTo(1);
    }

    @Test
    void shouldDropQos0WhileTheBrokerIsAway() {
        pool.connect(1);
        publish(1);
        List<PublishOutcome> waiting = pool.publish(0, "waits", AT_MOST_ONCE);
        List<PublishOutcome> kept = pool.publish(0, "kept", AT_LEAST_ONCE);

        pool.onLane(0, FakeConnection::disconnect);
        List<PublishOutcome> late = pool.publish(0, "late", AT_MOST_ONCE);

        assertThat(waiting).containsExactly(CONGESTION);
        assertThat(late).containsExactly(CONGESTION);
        assertThat(kept).isEmpty();
        assertThat(pool.counters.upstreamDropped.sum()).isEqualTo(2);
        pool.onLane(0, lane -> lane.connect(10));
        assertThat(topicsSent(0)).containsExactly("0", "kept");
    }

    @Test
    void shouldKeepQos0WhileTheBrokerIsAwayWhenConfigured() {
        PoolFixture keeping = new PoolFixture(1, PoolFixture.config(4, 3, 1 << 20, true, 16, 200)).connect(1);
        keeping.publish(0, "under way", AT_LEAST_ONCE);
        keeping.publish(0, "waits", AT_MOST_ONCE);
        keeping.onLane(0, FakeConnection::disconnect);
        keeping.publish(0, "late", AT_MOST_ONCE);
        assertThat(keeping.counters.upstreamDropped.sum()).isZero();

        keeping.onLane(0, lane -> lane.connect(10));

        assertThat(keeping.lane(0).everSent.stream().map(UpstreamMessage::topic))
                .containsExactly("under way", "waits", "late");
    }

    @Test
    void shouldBoundTheOctetsThatWait() {
        int octetsOfOne = "topic".length() + 1;
        PoolFixture small = new PoolFixture(1, PoolFixture.config(4, 100, 2 * octetsOfOne, false, 16, 200)).open();
        List<PublishOutcome> first = small.publish(0, "topic", AT_LEAST_ONCE);
        List<PublishOutcome> second = small.publish(0, "topic", AT_LEAST_ONCE);

        assertThat(small.publish(0, "topic", AT_LEAST_ONCE)).containsExactly(CONGESTION);
        assertThat(first).isEmpty();
        assertThat(second).isEmpty();

        small.onLane(0, lane -> lane.connect(1));
        assertThat(small.publish(0, "topic", AT_LEAST_ONCE)).as("room again").isEmpty();
    }

    @Test
    void shouldSendWhatIsPublishedFromARefusalAfterWhatWaits() {
        pool.connect(1);
        pool.publish(0, "under way", AT_LEAST_ONCE);
        pool.publish(0, "dropped", AT_MOST_ONCE, outcome -> pool.publish(0, "instead", AT_LEAST_ONCE));
        pool.publish(0, "waits", AT_LEAST_ONCE);

        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(10));

        assertThat(topicsSent(0)).containsExactly("under way", "waits", "instead");
    }

    @Test
    void shouldKeepTheOrderOfWhatIsUnderWayAndWhatWaitsThroughAReconnect() {
        pool.connect(2);
        publish(4);
        pool.onLane(0, FakeConnection::disconnect);
        pool.publish(0, "4", AT_LEAST_ONCE);

        // What was under way is sent again by the connection itself.
        pool.onLane(0, lane -> lane.connect(3));
        assertThat(topicsSent(0)).containsExactly("0", "1", "2");
        for (int i = 0; i < 5; i++) {
            pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        }

        assertThat(topicsSent(0)).containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    void shouldCountWhatIsUnderWayAgainstTheWindowOfTheNextConnection() {
        pool.connect(4);
        publish(4);
        pool.onLane(0, FakeConnection::disconnect);
        pool.onLane(0, lane -> lane.connect(2));

        pool.publish(0, "late", AT_LEAST_ONCE);
        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        assertThat(topicsSent(0)).containsExactly("0", "1", "2", "3");

        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        assertThat(topicsSent(0)).containsExactly("0", "1", "2", "3", "late");
    }

    @Test
    void shouldSurviveALongQueueThatIsAnsweredAtOnce() {
        int queued = 100_000;
        PoolFixture deep = new PoolFixture(1, 1, queued, 16).connect(1);
        List<PublishOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i <= queued; i++) {
            deep.publish(0, "a", AT_LEAST_ONCE, outcomes::add);
        }

        deep.lane(0).answerAtOnce = REFUSED;
        deep.onLane(0, lane -> lane.acknowledge(ACCEPTED));

        assertThat(outcomes).hasSize(queued + 1).endsWith(REFUSED);
    }

    @Test
    void shouldGoOnWhenAListenerThrows() {
        pool.connect(1);
        pool.publish(0, "first", AT_LEAST_ONCE, outcome -> {
            throw new IllegalStateException("listener fails");
        });
        List<PublishOutcome> second = pool.publish(0, "second", AT_LEAST_ONCE);

        pool.onLaneOnly(0, lane -> lane.acknowledge(ACCEPTED));
        assertThatThrownBy(pool.loops::settle).hasMessage("listener fails");
        pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));

        assertThat(second).containsExactly(ACCEPTED);
    }

    @Test
    void shouldRefuseTheRestWhenAListenerThrowsAsTheConnectionIsLost() {
        pool.connect(1);
        pool.publish(0, "under way", AT_LEAST_ONCE);
        pool.publish(0, "waits", AT_MOST_ONCE, outcome -> {
            throw new IllegalStateException("listener fails");
        });
        List<PublishOutcome> second = pool.publish(0, "waits, too", AT_MOST_ONCE);

        pool.onLaneOnly(0, FakeConnection::disconnect);
        assertThatThrownBy(pool.loops::settle).hasMessage("listener fails");

        assertThat(second).containsExactly(CONGESTION);
    }

    @Test
    void shouldInsistOnTheLoopOfTheShard() {
        pool.connect(100);
        FakeSubscriber subscriber = pool.subscriber(0);

        assertThatThrownBy(() -> pool.loops.on(
                        1,
                        () -> subscriber
                                .uplink()
                                .publish(new UpstreamMessage("a", Payload.EMPTY, AT_LEAST_ONCE, false), outcome -> {})))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldTellWhetherTheBrokerCanBeReached() {
        pool.open();
        assertThat(pool.upstream.uplink(0).isConnected()).isFalse();

        pool.onLane(0, lane -> lane.connect(10));
        assertThat(pool.upstream.uplink(0).isConnected()).isTrue();
        assertThat(pool.upstream.uplink(1).isConnected()).isFalse();

        pool.onLane(0, FakeConnection::disconnect);
        assertThat(pool.upstream.uplink(0).isConnected()).isFalse();
    }

    // ---- closing

    @Test
    void shouldWaitForAcknowledgementsBeforeItDisconnects() {
        pool.connect(2);
        List<List<PublishOutcome>> outcomes = publish(3);

        CompletionStage<Void> closed = close();
        assertThat(pool.lane(1).closed).as("the lane with nothing under way").isEqualTo(KEEP_SESSION);
        for (int i = 0; i < 3; i++) {
            assertThat(pool.lane(0).closed).isNull();
            pool.onLane(0, lane -> lane.acknowledge(ACCEPTED));
        }

        assertThat(outcomes).allSatisfy(each -> assertThat(each).containsExactly(ACCEPTED));
        assertThat(pool.lane(0).closed).isEqualTo(KEEP_SESSION);
        assertThat(closed).isDone();
    }

    @Test
    void shouldTakeNothingMoreWhileItCloses() {
        pool.connect(2);
        publish(1);
        FakeSubscriber subscriber = pool.subscriber(0);
        close();

        assertThat(pool.publish(0, "late", AT_LEAST_ONCE)).containsExactly(CONGESTION);
        pool.subscribe(subscriber, "late");
        pool.loops.settle();

        assertThat(subscriber.answers).containsExactly("late: CONGESTION");
        assertThat(pool.upstream.uplink(0).isConnected()).isFalse();
        assertThat(pool.lane(0).everSent).hasSize(1);
    }

    @Test
    void shouldNotWaitForEverForAcknowledgements() {
        pool.connect(2);
        publish(1);
        CompletionStage<Void> closed = close();

        pool.loops.advance(Duration.ofMillis(4_999));
        assertThat(closed).isNotDone();
        pool.loops.advance(Duration.ofMillis(1));

        assertThat(pool.lane(0).closed).isEqualTo(KEEP_SESSION);
        assertThat(closed).isDone();
    }

    @Test
    void shouldNotWaitForAcknowledgementsThatCannotCome() {
        pool.connect(2);
        publish(1);
        CompletionStage<Void> closed = close();

        pool.onLane(0, FakeConnection::disconnect);

        assertThat(closed).isDone();
    }

    @Test
    void shouldCloseAtOnceWithoutABroker() {
        pool.open();

        assertThat(close()).isDone();
        assertThat(pool.lane(0).closed).isEqualTo(KEEP_SESSION);
        assertThat(pool.loops.get(0).armedTimers()).isZero();
    }

    @Test
    void shouldCloseMoreThanOnce() {
        pool.connect(2);

        assertThat(close()).isDone();
        assertThat(close()).isDone();
    }

    private CompletionStage<Void> close() {
        CompletionStage<Void> closed = pool.upstream.close();
        pool.loops.settle();
        return closed;
    }

    private List<List<PublishOutcome>> publish(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> pool.publish(0, Integer.toString(i), AT_LEAST_ONCE))
                .toList();
    }

    private List<String> topicsSent(int lane) {
        return pool.lane(lane).everSent.stream().map(UpstreamMessage::topic).toList();
    }
}
