// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.codec.message.Qos.AT_LEAST_ONCE;
import static org.sngateway.codec.message.Qos.AT_MOST_ONCE;
import static org.sngateway.codec.message.Qos.EXACTLY_ONCE;
import static org.sngateway.gateway.upstream.PublishOutcome.ACCEPTED;
import static org.sngateway.gateway.upstream.PublishOutcome.CONGESTION;
import static org.sngateway.gateway.upstream.PublishOutcome.REFUSED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.store.FakeStore;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;

/** The journal: what devices were told of reaches the broker, in order, whatever happens to it and to the gateway. */
final class JournalTest {
    private final FakeStore store = new FakeStore();
    private PoolFixture pool = pool(1);

    private PoolFixture pool(int shards) {
        return new PoolFixture(shards, PoolFixture.config(100, 100, 1 << 20, false, 16, 200), store);
    }

    /** The process ends without warning, and another begins with what is on the disk. */
    private void restart(int shards) {
        store.crash();
        pool = pool(shards);
    }

    private List<PublishOutcome> publish(String topic, Qos qos) {
        List<PublishOutcome> outcomes = pool.publish(0, topic, qos);
        pool.loops.settle();
        return outcomes;
    }

    private List<String> sent(int lane) {
        return pool.lane(lane).everSent.stream().map(UpstreamMessage::topic).toList();
    }

    private void acknowledgeAll(int lane) {
        while (!pool.lane(lane).sent.isEmpty()) {
            pool.onLane(lane, connection -> connection.acknowledge(ACCEPTED));
        }
    }

    @Test
    void shouldTouchNoDiskWhileTheBrokerAnswers() {
        pool.connect(100);
        List<PublishOutcome> first = publish("a", AT_LEAST_ONCE);
        acknowledgeAll(0);
        pool.loops.advance(Duration.ofMinutes(1));

        assertThat(first).containsExactly(ACCEPTED);
        assertThat(store.writes()).isZero();
    }

    @Test
    void shouldTellTheDeviceWhenTheDiskHasItWhileTheBrokerIsAway() {
        pool.open();
        store.hold();
        List<PublishOutcome> first = publish("a", AT_LEAST_ONCE);
        List<PublishOutcome> second = publish("b", EXACTLY_ONCE);
        assertThat(first).isEmpty();

        store.commit();
        pool.loops.settle();

        assertThat(first).containsExactly(ACCEPTED);
        assertThat(second).containsExactly(ACCEPTED);
        assertThat(store.journalTopics()).containsExactly("a", "b");
    }

    @Test
    void shouldSendTheJournalInOrderBeforeWhatComesLater() {
        pool.open();
        publish("a", AT_LEAST_ONCE);
        publish("b", EXACTLY_ONCE);

        pool.onLane(0, lane -> lane.connect(100));
        publish("c", AT_LEAST_ONCE);

        assertThat(sent(0)).containsExactly("a", "b", "c");
        acknowledgeAll(0);
        pool.loops.advance(Duration.ofSeconds(1));
        assertThat(store.journalTopics()).isEmpty();
    }

    @Test
    void shouldTouchNoDiskAnyMoreWhenTheJournalHasBeenSent() {
        pool.open();
        publish("a", AT_LEAST_ONCE);
        pool.onLane(0, lane -> lane.connect(100));
        acknowledgeAll(0);
        pool.loops.advance(Duration.ofSeconds(1));
        int before = store.writes();

        List<PublishOutcome> later = publish("b", AT_LEAST_ONCE);
        acknowledgeAll(0);
        pool.loops.advance(Duration.ofSeconds(1));

        assertThat(later).containsExactly(ACCEPTED);
        assertThat(store.writes()).isEqualTo(before);
    }

    @Test
    void shouldKeepWhatIsUnderWayWhenTheConnectionIsLost() {
        pool.connect(100);
        List<PublishOutcome> first = publish("a", AT_LEAST_ONCE);
        List<PublishOutcome> second = publish("b", AT_LEAST_ONCE);

        pool.onLane(0, lane -> lane.disconnect());

        assertThat(first).containsExactly(ACCEPTED);
        assertThat(second).containsExactly(ACCEPTED);
        List<PublishOutcome> third = publish("c", AT_LEAST_ONCE);
        assertThat(third).containsExactly(ACCEPTED);
        assertThat(store.journalTopics()).containsExactly("a", "b", "c");

        // The connection itself sends again what was under way.
        pool.onLane(0, lane -> lane.connect(100));
        assertThat(sent(0)).containsExactly("a", "b", "c");
        acknowledgeAll(0);
        pool.loops.advance(Duration.ofSeconds(1));
        assertThat(store.journalTopics()).isEmpty();
        assertThat(first).hasSize(1);
    }

    @Test
    void shouldNotLetTheDeviceWaitForABrokerThatIsLate() {
        pool.connect(100);
        List<PublishOutcome> first = publish("a", AT_LEAST_ONCE);
        pool.loops.advance(Duration.ofMillis(1900));
        assertThat(first).isEmpty();

        pool.loops.advance(Duration.ofMillis(700));

        assertThat(first).containsExactly(ACCEPTED);
        assertThat(store.journalTopics()).containsExactly("a");
        acknowledgeAll(0);
        pool.loops.advance(Duration.ofSeconds(1));
        assertThat(store.journalTopics()).isEmpty();
        assertThat(sent(0)).containsExactly("a");
    }

    @Test
    void shouldSendTheJournalAfterARestart() {
        pool.open();
        publish("a", AT_LEAST_ONCE);
        publish("b", AT_LEAST_ONCE);

        restart(1);
        pool.connect(100);

        assertThat(sent(0)).containsExactly("a", "b");
    }

    /** A device may live on another lane after a restart. */
    @Test
    void shouldSendWhatEarlierRunsLeftBeforeAnythingElseOnAnyLane() {
        pool = pool(2);
        pool.open();
        publish("old", AT_LEAST_ONCE);
        pool.publish(1, "old too", AT_LEAST_ONCE);
        pool.loops.settle();
        restart(2);
        pool.open();
        pool.onLane(1, lane -> lane.connect(100));
        List<PublishOutcome> fresh = pool.publish(1, "new", AT_LEAST_ONCE);
        pool.loops.settle();
        assertThat(fresh).containsExactly(ACCEPTED);
        assertThat(sent(1)).isEmpty();

        pool.onLane(0, lane -> lane.connect(100));

        assertThat(sent(0)).containsExactly("old", "old too");
        // Handed over, and not yet passed on by the broker: on another connection "new" could overtake them.
        assertThat(sent(1)).isEmpty();
        acknowledgeAll(0);
        pool.loops.settle();
        assertThat(sent(1)).containsExactly("new");
    }

    @Test
    void shouldAnswerCongestionWhenTheJournalIsFull() {
        pool.open();
        store.setFull(true);

        assertThat(publish("a", AT_LEAST_ONCE)).containsExactly(CONGESTION);
        assertThat(pool.counters.upstreamCongested.sum()).isEqualTo(1);
        store.setFull(false);
        assertThat(publish("a", AT_LEAST_ONCE)).containsExactly(ACCEPTED);
    }

    @Test
    void shouldDropQos0WhileTheBrokerIsAway() {
        pool.open();

        publish("a", AT_MOST_ONCE);

        assertThat(store.writes()).isZero();
        assertThat(pool.counters.upstreamDropped.sum()).isEqualTo(1);
    }

    @Test
    void shouldCountWhatTheBrokerRefusesFromTheJournal() {
        pool.open();
        publish("a", AT_LEAST_ONCE);
        pool.onLane(0, lane -> lane.connect(100));

        pool.onLane(0, lane -> lane.acknowledge(REFUSED));
        pool.loops.advance(Duration.ofSeconds(1));

        assertThat(store.journalTopics()).isEmpty();
        assertThat(pool.counters.journalRefused.sum()).isEqualTo(1);
    }

    @Test
    void shouldOfferAgainWhatABrokerHasNoRoomFor() {
        pool.open();
        publish("a", AT_LEAST_ONCE);
        pool.onLane(0, lane -> lane.connect(100));
        pool.onLane(0, lane -> lane.acknowledge(CONGESTION));
        assertThat(store.journalTopics()).containsExactly("a");

        pool.loops.advance(Duration.ofSeconds(1));

        assertThat(sent(0)).containsExactly("a", "a");
    }

    @Test
    void shouldReadALongJournalInParts() {
        pool.open();
        List<String> topics = IntStream.range(0, 2_500).mapToObj(i -> "t" + i).toList();
        topics.forEach(topic -> pool.publish(0, topic, AT_LEAST_ONCE));
        pool.loops.settle();
        pool.onLane(0, lane -> lane.connect(10));

        assertThat(pool.lane(0).everSent).hasSize(10);
        acknowledgeAll(0);

        assertThat(sent(0)).containsExactlyElementsOf(topics);
        pool.loops.advance(Duration.ofSeconds(1));
        assertThat(store.journalTopics()).isEmpty();
    }

    /** Whatever happens, and in whatever order: all that was accepted reaches the broker, in order. */
    @Test
    void shouldLoseNothingAcceptedInAnyOrderOfEvents() {
        for (int seed = 0; seed < 500; seed++) {
            lose(new Random(seed), seed);
        }
    }

    private void lose(Random random, int seed) {
        FakeStore disk = new FakeStore();
        PoolFixture life = new PoolFixture(1, PoolFixture.config(4, 6, 1 << 20, false, 16, 200), disk);
        life.open();
        List<String> accepted = new ArrayList<>();
        List<String> atBroker = new ArrayList<>();
        for (int step = 0; step < 120; step++) {
            FakeConnection lane = life.lane(0);
            int dice = random.nextInt(20);
            if (dice < 10) {
                String topic = "m" + String.format("%04d", step);
                life.publish(0, topic, AT_LEAST_ONCE, outcome -> {
                    if (outcome == ACCEPTED) {
                        accepted.add(topic);
                    }
                });
                life.loops.settle();
            } else if (dice < 14 && lane.connected && !lane.sent.isEmpty()) {
                atBroker.add(lane.sent.element().message().topic());
                life.onLane(0, connection -> connection.acknowledge(ACCEPTED));
            } else if (dice == 14 && !lane.connected) {
                life.onLane(0, connection -> connection.connect(3));
            } else if (dice == 15 && lane.connected) {
                life.onLane(0, connection -> connection.disconnect());
            } else if (dice == 16) {
                life.loops.advance(Duration.ofSeconds(3));
            } else if (dice == 17) {
                disk.hold();
            } else if (dice == 18) {
                disk.commit();
                life.loops.settle();
            } else if (dice == 19) {
                disk.crash();
                life = new PoolFixture(1, PoolFixture.config(4, 6, 1 << 20, false, 16, 200), disk);
                life.open();
            }
        }
        disk.crash();
        PoolFixture last = new PoolFixture(1, PoolFixture.config(4, 6, 1 << 20, false, 16, 200), disk);
        last.connect(10);
        while (!last.lane(0).sent.isEmpty()) {
            atBroker.add(last.lane(0).sent.element().message().topic());
            last.onLane(0, connection -> connection.acknowledge(ACCEPTED));
        }
        assertThat(atBroker).as("seed %d", seed).containsAll(accepted);
        List<String> firsts =
                atBroker.stream().distinct().filter(accepted::contains).toList();
        assertThat(firsts).as("order, seed %d", seed).isSorted();
    }

    // ---- filters after a restart

    @Test
    void shouldFindFiltersWhereTheyWere() {
        pool = pool(2);
        pool.connect(100);
        FakeSubscriber device = pool.subscriber(0);
        pool.subscribe(device, "a/+");
        pool.subscribe(device, "#");
        pool.answerAll();
        assertThat(store.placements()).hasSize(2);

        restart(2);
        pool.loops.on(0, () -> pool.upstream.restore(lanes()));
        FakeSubscriber again = pool.subscriber(1);
        pool.loops.on(1, () -> again.uplink().resume(new TopicFilter("#"), EXACTLY_ONCE));
        pool.loops.settle();
        pool.connect(100);
        pool.answerAll();

        int lane = Objects.requireNonNull(store.placements().get("#")).lane();
        pool.onLane(lane, connection -> connection.deliver("x", EXACTLY_ONCE));
        pool.loops.settle();
        assertThat(again.deliveries).hasSize(1);
        assertThat(pool.lane(lane).everAsked).as("the broker may have crashed").containsExactly("+#");
        // Nobody wants the other any more.
        assertThat(pool.lane(1 - lane).everAsked).containsExactly("-a/+");
        pool.loops.advance(Duration.ofSeconds(1));
        assertThat(store.placements()).containsOnlyKeys("#");
    }

    @Test
    void shouldSubscribeAgainWhatTheBrokerHasForgotten() {
        pool.connect(100);
        pool.subscribe(pool.subscriber(0), "a");
        pool.answerAll();
        restart(1);
        pool.loops.on(0, () -> pool.upstream.restore(lanes()));
        FakeSubscriber again = pool.subscriber(0);
        pool.loops.on(0, () -> again.uplink().resume(new TopicFilter("a"), AT_LEAST_ONCE));
        pool.loops.settle();
        pool.lane(0).sessionKept = false;

        pool.connect(100);

        assertThat(pool.lane(0).everAsked).containsExactly("+a");
    }

    private Map<TopicFilter, Integer> lanes() {
        Map<TopicFilter, Integer> lanes = new HashMap<>();
        store.placements().forEach((filter, placement) -> lanes.put(new TopicFilter(filter), placement.lane()));
        return lanes;
    }
}
