// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.gateway.upstream.pool.PooledUpstream;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** The shared connections against a Mosquitto. */
class PooledUpstreamIT {
    private static final int PATIENCE_SECONDS = 20;

    @TempDir
    private Path directory;

    @BeforeEach
    void needMosquitto() {
        assumeTrue(MosquittoProcess.isInstalled(), "Mosquitto is not installed");
    }

    /** Two shards with their loops. */
    private static final class Pool implements AutoCloseable {
        final OwnerLoops loops = OwnerLoops.start(2);
        final GatewayCounters counters = new GatewayCounters();
        final PooledUpstream upstream;

        Pool(MosquittoProcess broker) throws IOException {
            UpstreamConfig config = UpstreamConfigs.of(broker.port());
            upstream = new PooledUpstream(
                    loops.loops(),
                    new HivemqConnectionFactory(config, "pool", loop -> ((EventLoopOwnerLoop) loop).group()),
                    config,
                    counters);
        }

        Pool open() {
            upstream.open();
            awaitConnected();
            return this;
        }

        /** Waits until all shards have their connection. */
        void awaitConnected() {
            for (int shard = 0; shard < loops.loops().size(); shard++) {
                CompletableFuture<Void> connected = new CompletableFuture<>();
                awaitConnected(shard, connected);
                connected.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            }
        }

        private void awaitConnected(int shard, CompletableFuture<Void> connected) {
            OwnerLoop loop = loops.loops().get(shard);
            loop.execute(() -> {
                if (upstream.uplink(shard).isConnected()) {
                    connected.complete(null);
                } else if (!connected.isDone()) {
                    awaitConnected(shard, connected);
                }
            });
        }

        CompletableFuture<PublishOutcome> publish(int shard, String topic, Qos qos, int number) {
            CompletableFuture<PublishOutcome> told = new CompletableFuture<>();
            OwnerLoop loop = loops.loops().get(shard);
            loop.execute(() -> upstream.uplink(shard)
                    .publish(
                            new UpstreamMessage(topic, Payload.utf8(Integer.toString(number)), qos, false), outcome -> {
                                loop.assertOwner();
                                told.complete(outcome);
                            }));
            return told.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        /** The outcome of a message that is published again as long as there is congestion. */
        void publishSurely(int shard, String topic) {
            PublishOutcome outcome = PublishOutcome.CONGESTION;
            while (outcome == PublishOutcome.CONGESTION) {
                outcome = publish(shard, topic, Qos.AT_LEAST_ONCE, 0).join();
            }
            assertThat(outcome).isEqualTo(PublishOutcome.ACCEPTED);
        }

        @Override
        public void close() {
            upstream.close()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            loops.close();
            assertThat(loops.loops().stream()
                            .mapToLong(EventLoopOwnerLoop::failedTasks)
                            .sum())
                    .as("tasks that threw")
                    .isZero();
        }
    }

    private static final class Device implements Subscriber {
        final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        private final Pool pool;
        private final int shard;

        Device(Pool pool, int shard) {
            this.pool = pool;
            this.shard = shard;
        }

        @Override
        public OwnerLoop loop() {
            return pool.loops.loops().get(shard);
        }

        @Override
        public void onDelivery(Delivery delivery) {
            loop().assertOwner();
            deliveries.add(delivery);
        }

        Qos subscribe(String filter) {
            CompletableFuture<Qos> told = new CompletableFuture<>();
            loop().execute(() -> pool.upstream
                    .uplink(shard)
                    .subscribe(this, new TopicFilter(filter), new SubscribeListener() {
                        @Override
                        public void onGranted(Qos granted) {
                            loop().assertOwner();
                            told.complete(granted);
                        }

                        @Override
                        public void onRefused(PublishOutcome outcome) {
                            told.completeExceptionally(new AssertionError(filter + " " + outcome));
                        }
                    }));
            return told.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        }

        void unsubscribe(String filter) {
            loop().execute(() -> pool.upstream.uplink(shard).unsubscribe(this, new TopicFilter(filter)));
        }

        Delivery await() throws InterruptedException {
            Delivery delivery = deliveries.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(delivery).as("delivery in time").isNotNull();
            return delivery;
        }

        /** Filters by which the next {@code count} copies came. */
        List<String> awaitVia(int count) throws InterruptedException {
            List<String> via = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                via.add(await().via().value());
            }
            return via;
        }
    }

    @Test
    void shouldOfferOneCopyForEachOfTheOverlappingFilters() throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                Pool pool = new Pool(broker).open()) {
            Device device = new Device(pool, 0);
            Device other = new Device(pool, 1);
            for (String filter : List.of("a/+", "a/#", "a/b")) {
                assertThat(device.subscribe(filter)).isEqualTo(Qos.EXACTLY_ONCE);
                assertThat(other.subscribe(filter)).isEqualTo(Qos.EXACTLY_ONCE);
            }

            pool.publish(1, "a/b", Qos.AT_LEAST_ONCE, 1).join();
            pool.publish(0, "a/b", Qos.AT_MOST_ONCE, 2).join();

            assertThat(device.awaitVia(6)).containsExactlyInAnyOrder("a/+", "a/#", "a/b", "a/+", "a/#", "a/b");
            assertThat(other.awaitVia(6)).containsExactlyInAnyOrder("a/+", "a/#", "a/b", "a/+", "a/#", "a/b");
            device.subscribe("end");
            pool.publish(0, "end", Qos.AT_LEAST_ONCE, 3).join();
            assertThat(device.awaitVia(1)).as("nothing but the end").containsExactly("end");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20})
    void shouldKeepToTheReceiveMaximumOfTheBroker(int receiveMaximum) throws Exception {
        int messages = 2_000;
        try (MosquittoProcess broker = MosquittoProcess.start(
                        directory, "max_inflight_messages " + receiveMaximum, "max_queued_messages 0");
                Pool pool = new Pool(broker).open()) {
            Device device = new Device(pool, 1);
            device.subscribe("a/#");

            List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                outcomes.add(pool.publish(0, "a/" + i % 7, Qos.AT_LEAST_ONCE, i));
            }

            assertThat(outcomes)
                    .allSatisfy(outcome -> assertThat(outcome.join()).isEqualTo(PublishOutcome.ACCEPTED));
            for (int i = 0; i < messages; i++) {
                assertThat(device.await().payload().toUtf8()).isEqualTo(Integer.toString(i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGoOnWhenTheBrokerWasKilled(boolean sessionKept) throws Exception {
        String[] settings = sessionKept ? MosquittoProcess.persistent() : new String[0];
        try (MosquittoProcess broker = MosquittoProcess.start(directory, settings);
                Pool pool = new Pool(broker).open()) {
            Device device = new Device(pool, 0);
            Device other = new Device(pool, 1);
            for (String filter : List.of("a/+", "a/#", "a/b")) {
                device.subscribe(filter);
            }
            other.subscribe("own");

            broker.freeze();
            List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                outcomes.add(pool.publish(0, "x", Qos.AT_LEAST_ONCE, i));
                outcomes.add(pool.publish(1, "x", Qos.AT_LEAST_ONCE, i));
            }
            broker.kill();
            broker.restart();
            pool.awaitConnected();

            Set<PublishOutcome> told = ConcurrentHashMap.newKeySet();
            outcomes.forEach(outcome -> told.add(outcome.join()));
            assertThat(told).isSubsetOf(PublishOutcome.ACCEPTED, PublishOutcome.CONGESTION);
            assertThat(outcomes.get(0).join()).isEqualTo(PublishOutcome.ACCEPTED);
            pool.publishSurely(1, "own");
            assertThat(other.awaitVia(1)).containsExactly("own");
            device.unsubscribe("a/#");
            Device late = new Device(pool, 1);
            late.subscribe("late/#");
            pool.publishSurely(0, "late/1");
            assertThat(late.awaitVia(1)).containsExactly("late/#");
        }
    }
}
