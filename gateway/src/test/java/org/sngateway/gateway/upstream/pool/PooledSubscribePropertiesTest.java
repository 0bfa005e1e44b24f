// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;

/**
 * Devices that subscribe and unsubscribe at random, loops that run in any order, a broker that grants, refuses, answers late, goes and
 * comes: at every moment no connection has two filters that overlap, and in the end everybody has what it was granted.
 */
class PooledSubscribePropertiesTest {
    private static final int SHARDS = 3;
    private static final int MAX_LANES = 5;
    private static final int SUBSCRIBERS = 7;
    private static final List<String> FILTERS =
            List.of("a", "a/b", "a/+", "a/#", "+/b", "#", "b/+/c", "b/#", "/", "+/+", "$x/a", "$x/#", "+/#", "c");
    private static final List<String> TOPICS = List.of("a", "a/b", "b/b", "b/x/c", "/", "$x/a", "c", "d/e/f");

    private enum Wish {
        ASKED,
        GRANTED
    }

    private final class Device {
        final FakeSubscriber subscriber;
        final Map<String, Wish> wishes = new HashMap<>();
        final Map<String, Object> asked = new HashMap<>();

        Device(int shard) {
            subscriber = pool.subscriber(shard);
        }

        void toggle(String filter) {
            if (wishes.remove(filter) != null) {
                pool.unsubscribe(subscriber, filter);
                return;
            }
            wishes.put(filter, Wish.ASKED);
            Object thisTime = new Object();
            asked.put(filter, thisTime);
            pool.subscribe(subscriber, filter, Qos.EXACTLY_ONCE, new SubscribeListener() {
                private boolean told;

                @Override
                public void onGranted(Qos granted) {
                    tell(Wish.GRANTED);
                }

                @Override
                public void onRefused(PublishOutcome outcome) {
                    tell(null);
                }

                private void tell(@Nullable Wish wish) {
                    subscriber.loop().assertOwner();
                    assertThat(told).as("told before").isFalse();
                    told = true;
                    // What answers an earlier wish may still be on its way.
                    if (asked.get(filter) == thisTime && wishes.containsKey(filter)) {
                        if (wish == null) {
                            wishes.remove(filter);
                        } else {
                            wishes.put(filter, wish);
                        }
                    }
                }
            });
        }
    }

    private PoolFixture pool = new PoolFixture(SHARDS, 10, 10, MAX_LANES);
    private final List<Device> devices = new ArrayList<>();

    @Property(tries = 300)
    void shouldKeepFiltersApartAndGiveEverybodyItsOwn(@ForAll Random random) {
        devices.clear();
        pool = new PoolFixture(SHARDS, 10, 10, MAX_LANES).open();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            devices.add(new Device(i % SHARDS));
        }

        for (int step = 0; step < 200; step++) {
            act(random);
            checkConnections();
        }
        comeToRest();

        checkHoldings();
        TOPICS.forEach(this::checkDeliveries);
        devices.forEach(device -> List.copyOf(device.wishes.keySet()).forEach(device::toggle));
        comeToRest();
        pool.connections
                .made
                .values()
                .forEach(connection -> assertThat(connection.subscribed).isEmpty());
    }

    private void act(Random random) {
        int lane = random.nextInt(pool.connections.made.size());
        FakeConnection connection = pool.lane(lane);
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 ->
                devices.get(random.nextInt(SUBSCRIBERS)).toggle(FILTERS.get(random.nextInt(FILTERS.size())));
            case 4, 5, 6 -> pool.loops.run(random.nextInt(SHARDS));
            case 7, 8 -> {
                if (!connection.connected && connection.opened) {
                    pool.onLaneOnly(lane, each -> each.connect(10));
                } else if (connection.connected && !connection.packets.isEmpty()) {
                    pool.onLaneOnly(lane, each -> each.answer(answers(random, each)));
                }
            }
            default -> {
                if (connection.connected && random.nextInt(5) == 0) {
                    connection.sessionKept = random.nextBoolean();
                    pool.onLaneOnly(
                            lane,
                            random.nextBoolean() ? FakeConnection::disconnect : FakeConnection::disconnectAfterPackets);
                }
            }
        }
    }

    private static List<FilterAnswer> answers(Random random, FakeConnection connection) {
        return connection.packets.element().filters().stream()
                .<FilterAnswer>map(filter -> random.nextInt(4) == 0
                        ? new FilterAnswer.Refused(PublishOutcome.REFUSED)
                        : new FilterAnswer.Granted(Qos.AT_LEAST_ONCE))
                .toList();
    }

    private void checkConnections() {
        assertThat(pool.connections.made.size()).isLessThanOrEqualTo(MAX_LANES);
        for (FakeConnection connection : pool.connections.made.values()) {
            List<TopicFilter> filters = List.copyOf(connection.subscribed);
            for (int i = 0; i < filters.size(); i++) {
                for (int j = 0; j < i; j++) {
                    assertThat(filters.get(i).overlaps(filters.get(j)))
                            .as("%s overlaps %s after %s", filters.get(i), filters.get(j), connection.history)
                            .isFalse();
                }
            }
        }
    }

    private void comeToRest() {
        pool.loops.settle();
        for (int round = 0; round < 3; round++) {
            for (int lane = 0; lane < pool.connections.made.size(); lane++) {
                if (!pool.lane(lane).connected) {
                    pool.onLane(lane, connection -> connection.connect(10));
                }
                pool.answerAll();
            }
            // What was refused when it was to be subscribed again is asked for once more.
            pool.loops.advance(LaneFilters.LONGEST_RETRY);
            pool.answerAll();
            checkConnections();
        }
    }

    /** Each filter that somebody was granted is subscribed once, and no other is. */
    private void checkHoldings() {
        List<String> held = pool.connections.made.values().stream()
                .flatMap(connection -> connection.subscribed.stream())
                .map(TopicFilter::value)
                .toList();
        Set<String> wanted = new HashSet<>();
        for (Device device : devices) {
            assertThat(device.wishes).doesNotContainValue(Wish.ASKED);
            wanted.addAll(device.wishes.keySet());
        }
        assertThat(held).containsExactlyInAnyOrderElementsOf(wanted);
    }

    /** The broker sends one copy on each connection that has a matching filter, acknowledged once; a device gets one of them. */
    private void checkDeliveries(String topic) {
        devices.forEach(device -> device.subscriber.deliveries.clear());
        for (int lane = 0; lane < pool.connections.made.size(); lane++) {
            AtomicInteger acknowledged = new AtomicInteger(1);
            if (pool.lane(lane).subscribed.stream().anyMatch(filter -> filter.matches(topic))) {
                AtomicInteger[] returned = new AtomicInteger[1];
                pool.onLane(lane, connection -> returned[0] = connection.deliver(topic));
                acknowledged = returned[0];
            }
            assertThat(acknowledged).hasValue(1);
        }
        for (Device device : devices) {
            boolean wanted = device.wishes.keySet().stream().anyMatch(filter -> new TopicFilter(filter).matches(topic));
            assertThat(device.subscriber.deliveries).as(topic).hasSize(wanted ? 1 : 0);
        }
    }
}
