// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;

/**
 * Devices with overlapping filters subscribe, unsubscribe and are published to at any moment, while every lane is late by other times
 * and may be lost: what a device had a subscription for all the time it gets exactly once and in order, whatever other filters of it
 * came and went meanwhile.
 */
class PooledOverlapModelTest {
    private static final int SHARDS = 2;
    private static final int DEVICES = 4;
    private static final int STEPS = 150;
    private static final int MAX_DELAY_MILLIS = 200;
    /** After this time every copy of a message has come, unless a connection was lost. */
    private static final Duration ALL_COPIES = Duration.ofMillis(3L * MAX_DELAY_MILLIS);

    private static final List<String> FILTERS = List.of("a/b", "a/+", "a/#", "+/b", "#");
    private static final List<String> TOPICS = List.of("a/b", "a/c", "b/b", "a");

    private record Published(int number, String topic, Qos qos, Duration at) {}

    private static final class Held {
        final TopicFilter filter;
        final Qos qos;
        final Duration asked;

        @Nullable
        Duration granted;

        @Nullable
        Duration ended;

        Held(String filter, Qos qos, Duration asked) {
            this.filter = new TopicFilter(filter);
            this.qos = qos;
            this.asked = asked;
        }
    }

    /** One history, told by its seed. */
    private static final class History {
        private final Random random;
        private final boolean losesConnections;
        private final PoolModel model;
        private final List<FakeSubscriber> devices = new ArrayList<>();
        private final List<List<Held>> everHeld = new ArrayList<>();
        private final List<Map<String, Held>> held = new ArrayList<>();
        private final List<Published> published = new ArrayList<>();
        private Duration lastLoss = Duration.ZERO;

        History(long seed, boolean losesConnections) {
            this.random = new Random(seed);
            this.losesConnections = losesConnections;
            this.model = new PoolModel(SHARDS, new ModelBroker(random, MAX_DELAY_MILLIS));
            for (int i = 0; i < DEVICES; i++) {
                devices.add(model.subscriber(i % SHARDS));
                everHeld.add(new ArrayList<>());
                held.add(new LinkedHashMap<>());
            }
        }

        void run() {
            model.open();
            model.advance(Duration.ofSeconds(2));
            for (int step = 0; step < STEPS; step++) {
                act();
                model.advance(Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(300) : random.nextInt(20)));
            }
            model.advance(Duration.ofSeconds(10));
            for (int i = 0; i < DEVICES; i++) {
                check(i);
            }
            assertThat(model.broker.unacknowledged).as("unacknowledged").isZero();
        }

        private void act() {
            int device = random.nextInt(DEVICES);
            String filter = FILTERS.get(random.nextInt(FILTERS.size()));
            switch (random.nextInt(losesConnections ? 21 : 20)) {
                case 0, 1, 2, 3, 4, 5 -> toggle(device, filter);
                case 20 -> {
                    List<ModelBroker.ModelConnection> all = List.copyOf(model.broker.connections.values());
                    all.get(random.nextInt(all.size())).lose(true);
                    lastLoss = model.now();
                }
                default -> {
                    Qos qos = Qos.ofBits(random.nextInt(3));
                    String topic = TOPICS.get(random.nextInt(TOPICS.size()));
                    Published message = new Published(published.size(), topic, qos, model.now());
                    published.add(message);
                    model.broker.publish(topic, Payload.utf8(Integer.toString(message.number)), qos, false);
                }
            }
        }

        private void toggle(int device, String filter) {
            FakeSubscriber subscriber = devices.get(device);
            Held before = held.get(device).remove(filter);
            if (before != null) {
                before.ended = model.now();
                model.unsubscribe(subscriber, filter);
                return;
            }
            Held added = new Held(filter, Qos.ofBits(random.nextInt(3)), model.now());
            held.get(device).put(filter, added);
            everHeld.get(device).add(added);
            model.subscribe(subscriber, filter, added.qos, new SubscribeListener() {
                @Override
                public void onGranted(Qos granted) {
                    assertThat(granted).isEqualTo(added.qos);
                    added.granted = model.now();
                }

                @Override
                public void onRefused(PublishOutcome outcome) {
                    added.ended = model.now();
                    held.get(device).remove(filter, added);
                }
            });
        }

        private void check(int device) {
            Map<Integer, Integer> times = new LinkedHashMap<>();
            Map<String, Integer> last = new LinkedHashMap<>();
            for (Delivery delivery : devices.get(device).deliveries) {
                int number = Integer.parseInt(delivery.payload().toUtf8());
                times.merge(number, 1, Integer::sum);
                Published message = published.get(number);
                if (isDue(device, message) && !mayComeTwice(device, message)) {
                    // Between messages of different QoS no order is promised.
                    Integer before = last.put(delivery.topic() + message.qos, number);
                    assertThat(before == null || before < number)
                            .as("device %d has %d after %d", device, number, before)
                            .isTrue();
                }
                assertThat(delivery.qos().level()).isLessThanOrEqualTo(message.qos.level());
            }
            for (Published message : published) {
                int count = times.getOrDefault(message.number, 0);
                String what = "times that device %d has %s".formatted(device, message);
                if (isDue(device, message)) {
                    assertThat(count).as(what).isPositive();
                }
                if (!mayCome(device, message)) {
                    assertThat(count).as(what).isZero();
                }
                if (!mayComeTwice(device, message)) {
                    assertThat(count).as(what).isLessThanOrEqualTo(1);
                }
            }
        }

        /** Whether the device has held one filter from before the message until after all copies. */
        private boolean isDue(int device, Published message) {
            if (message.qos == Qos.AT_MOST_ONCE && losesConnections) {
                return false;
            }
            return everHeld.get(device).stream()
                    .filter(each -> each.filter.matches(message.topic))
                    .anyMatch(each -> each.granted != null
                            && each.granted.compareTo(message.at) <= 0
                            && (each.ended == null || each.ended.compareTo(allCopies(message)) > 0));
        }

        private Duration allCopies(Published message) {
            Duration late = message.at.compareTo(lastLoss) > 0 ? message.at : lastLoss;
            return (losesConnections ? late : message.at).plus(ALL_COPIES);
        }

        private boolean mayCome(int device, Published message) {
            return everHeld.get(device).stream()
                    .filter(each -> each.filter.matches(message.topic))
                    .anyMatch(each -> each.ended == null || each.ended.compareTo(message.at) >= 0);
        }

        /** A filter that joins may bring copies of what was published before it was asked for; they cannot be told from others. */
        private boolean mayComeTwice(int device, Published message) {
            return everHeld.get(device).stream()
                    .filter(each -> each.filter.matches(message.topic))
                    .anyMatch(each ->
                            each.asked.compareTo(message.at) >= 0 && each.asked.compareTo(allCopies(message)) <= 0);
        }
    }

    @Test
    void shouldLoseAndDoubleNothingWhenFiltersComeAndGo() {
        run(0, 500, false);
    }

    @Test
    void shouldLoseAndDoubleNothingWhenConnectionsAreLost() {
        run(1_000_000, 500, true);
    }

    /** Seeds that once failed. */
    @ParameterizedTest
    @ValueSource(longs = {256, 314, 853, 1749})
    void shouldHoldForTheseSeeds(long seed) {
        run(seed, false);
    }

    private static void run(long firstSeed, int defaultCount, boolean losesConnections) {
        int count = Integer.getInteger("sn.histories", defaultCount);
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            run(seed, losesConnections);
        }
    }

    private static void run(long seed, boolean losesConnections) {
        try {
            new History(seed, losesConnections).run();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("seed " + seed + ", losing connections: " + losesConnections, failure);
        }
    }

    /** The counter of what is forgotten too early stays at zero: the bounds are never reached here. */
    @Test
    void shouldForgetNothingHere() {
        History history = new History(1, false);
        history.run();
        GatewayCounters counters = history.model.counters;

        assertThat(counters.copiesForgotten.sum()).isZero();
    }
}
