// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.gateway.upstream.pool.PooledUpstream;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** A thousand devices subscribe a filter of their own at the same time, at a broker 50 ms away. */
class ManyFiltersIT {
    private static final int DEVICES = 1000;
    private static final int SHARDS = 2;
    private static final Duration ONE_WAY = Duration.ofMillis(25);
    private static final int PATIENCE_SECONDS = 30;

    private static final Logger log = LoggerFactory.getLogger(ManyFiltersIT.class);

    @TempDir
    private Path directory;

    @Test
    void shouldSubscribeThemInAFewRoundTrips() throws Exception {
        assumeTrue(MosquittoProcess.isInstalled(), "Mosquitto is not installed");
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                DelayingProxy proxy = new DelayingProxy(broker.port(), ONE_WAY);
                OwnerLoops loops = OwnerLoops.start(SHARDS)) {
            UpstreamConfig config = UpstreamConfigs.of(proxy.port());
            AtomicInteger packets = new AtomicInteger();
            PooledUpstream upstream = new PooledUpstream(
                    loops.loops(),
                    counting(
                            new HivemqConnectionFactory(
                                    config, loop -> ((EventLoopOwnerLoop) loop).group(), new GatewayCounters()),
                            packets),
                    config,
                    "many",
                    new GatewayCounters());
            upstream.open();
            // The first connection, so that its time does not count.
            subscribe(upstream, loops, 1, "warm/up/");
            packets.set(0);

            long begin = System.nanoTime();
            subscribe(upstream, loops, DEVICES, "own/");
            Duration taken = Duration.ofNanos(System.nanoTime() - begin);

            log.atInfo()
                    .addKeyValue("devices", DEVICES)
                    .addKeyValue("packets", packets)
                    .addKeyValue("milliseconds", taken.toMillis())
                    .log("subscribed");
            // So many packets are open at a time on one lane: with no more, all of them go out in one round trip or
            // two.
            assertThat(packets).hasValueLessThanOrEqualTo(2 * SHARDS * 8);
            upstream.close().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void subscribe(PooledUpstream upstream, OwnerLoops loops, int devices, String prefix)
            throws InterruptedException {
        CountDownLatch granted = new CountDownLatch(devices);
        for (int i = 0; i < devices; i++) {
            int shard = i % SHARDS;
            TopicFilter filter = new TopicFilter(prefix + i + "/#");
            OwnerLoop loop = loops.loops().get(shard);
            loop.execute(() -> {
                DeviceUplink uplink = upstream.uplink(shard).forDevice(new Device(loop));
                uplink.subscribe(filter, Qos.AT_LEAST_ONCE, new SubscribeListener() {
                    @Override
                    public void onGranted(Qos qos) {
                        granted.countDown();
                    }

                    @Override
                    public void onRefused(PublishOutcome outcome) {
                        log.error("{} is refused: {}", filter, outcome);
                    }
                });
            });
        }
        assertThat(granted.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private record Device(OwnerLoop loop) implements Subscriber {
        @Override
        public String clientId() {
            return "device";
        }

        @Override
        public long lastHeardNanos() {
            return 0;
        }

        @Override
        public void onDelivery(Delivery delivery) {
            delivery.taken().run();
        }

        @Override
        public void onDropped(Disconnection disconnection) {}
    }

    /** Counts SUBSCRIBEs of the lanes; those for retained messages come after the devices have their answer. */
    private static BrokerConnection.Factory counting(BrokerConnection.Factory factory, AtomicInteger packets) {
        return (spec, loop, listener) -> {
            BrokerConnection made = factory.create(spec, loop, listener);
            return spec.keepsSession() ? new Counting(made, packets) : made;
        };
    }

    private record Counting(BrokerConnection connection, AtomicInteger packets) implements BrokerConnection {
        @Override
        public void open() {
            connection.open();
        }

        @Override
        public void publish(UpstreamMessage message, PublishListener listener) {
            connection.publish(message, listener);
        }

        @Override
        public CompletionStage<List<FilterAnswer>> subscribe(List<FilterRequest> filters) {
            packets.incrementAndGet();
            return connection.subscribe(filters);
        }

        @Override
        public CompletionStage<Boolean> unsubscribe(List<TopicFilter> filters) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public void changeWill(@Nullable UpstreamMessage will) {
            connection.changeWill(will);
        }

        @Override
        public CompletionStage<Void> close(End end) {
            return connection.close(end);
        }
    }
}
