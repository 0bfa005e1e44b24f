// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.config.UpstreamConfig.MqttVersion;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.gateway.upstream.dedicated.DedicatedSettings;
import org.sngateway.gateway.upstream.dedicated.DedicatedUpstream;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** A connection for each device against a Mosquitto, with one gateway or two. */
class DedicatedUpstreamIT {
    private static final int PATIENCE_SECONDS = 20;
    private static final int QUIET_MILLIS = 500;

    @TempDir
    private Path directory;

    @BeforeEach
    void needMosquitto() {
        assumeTrue(MosquittoProcess.isInstalled(), "Mosquitto is not installed");
    }

    /** A gateway's side towards the broker. */
    private static final class Site implements AutoCloseable {
        final OwnerLoops loops = OwnerLoops.start(1);
        final EventLoopOwnerLoop loop = loops.loops().get(0);
        final DedicatedUpstream upstream;

        Site(String name, UpstreamConfig config) {
            upstream = new DedicatedUpstream(
                    loops.loops(),
                    new HivemqConnectionFactory(config, any -> loop.group(), new GatewayCounters()),
                    new DedicatedSettings(
                            name,
                            id -> id,
                            1,
                            config.version() == MqttVersion.V5,
                            16,
                            100,
                            1 << 20,
                            false,
                            100,
                            10_000),
                    new GatewayCounters());
            upstream.open();
        }

        Device device(String clientId) {
            return CompletableFuture.supplyAsync(() -> new Device(this, clientId), loop)
                    .join();
        }

        /** A device that the broker has let in. */
        Device connected(String clientId, boolean clean) {
            Device device = device(clientId);
            assertThat(device.connect(clean, null)).isEqualTo(PublishOutcome.ACCEPTED);
            return device;
        }

        @Override
        public void close() {
            upstream.close()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            loops.close();
            assertThat(loop.failedTasks()).as("tasks that threw").isZero();
        }
    }

    private static final class Device implements Subscriber {
        final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        final CompletableFuture<Disconnection> dropped = new CompletableFuture<>();
        private final OwnerLoop loop;
        private final String clientId;
        private final DeviceUplink uplink;
        private final long lastHeardNanos;

        Device(Site site, String clientId) {
            this.loop = site.loop;
            this.clientId = clientId;
            this.lastHeardNanos = loop.nanoTime();
            this.uplink = site.upstream.uplink(0).forDevice(this);
        }

        PublishOutcome connect(boolean clean, @Nullable UpstreamMessage will) {
            return told(answer -> uplink.connect(clean, will, new DeviceUplink.ConnectListener() {
                @Override
                public void onAccepted() {
                    answer.complete(PublishOutcome.ACCEPTED);
                }

                @Override
                public void onRefused(PublishOutcome outcome) {
                    answer.complete(outcome);
                }
            }));
        }

        void subscribe(String filter) {
            assertThat(told(answer ->
                            uplink.subscribe(new TopicFilter(filter), Qos.EXACTLY_ONCE, new SubscribeListener() {
                                @Override
                                public void onGranted(Qos granted) {
                                    answer.complete(PublishOutcome.ACCEPTED);
                                }

                                @Override
                                public void onRefused(PublishOutcome outcome) {
                                    answer.complete(outcome);
                                }
                            })))
                    .isEqualTo(PublishOutcome.ACCEPTED);
        }

        CompletableFuture<PublishOutcome> publish(String topic, Qos qos, String payload) {
            CompletableFuture<PublishOutcome> answer = new CompletableFuture<>();
            loop.execute(() ->
                    uplink.publish(new UpstreamMessage(topic, Payload.utf8(payload), qos, false), answer::complete));
            return answer;
        }

        void publishSurely(String topic, String payload) {
            assertThat(publish(topic, Qos.AT_LEAST_ONCE, payload)
                            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .join())
                    .isEqualTo(PublishOutcome.ACCEPTED);
        }

        PublishOutcome changeWill(@Nullable UpstreamMessage will) {
            return told(answer -> uplink.changeWill(will, answer::complete));
        }

        void disconnect(boolean kept) {
            loop.execute(() -> uplink.disconnect(kept));
        }

        PublishOutcome lose(boolean kept, UpstreamMessage will) {
            return told(answer -> uplink.lose(kept, will, answer::complete));
        }

        private interface Request {
            void ask(CompletableFuture<PublishOutcome> answer);
        }

        private PublishOutcome told(Request request) {
            CompletableFuture<PublishOutcome> answer = new CompletableFuture<>();
            loop.execute(() -> request.ask(answer));
            return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        }

        /** The next message, not acknowledged. */
        Delivery next() throws InterruptedException {
            Delivery delivery = deliveries.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(delivery).as("a message for " + clientId).isNotNull();
            return delivery;
        }

        /** Takes the next message; it must be this one. */
        void expect(String payload) throws InterruptedException {
            Delivery delivery = next();
            assertThat(text(delivery)).isEqualTo(payload);
            loop.execute(delivery.taken());
        }

        void expectNothing() throws InterruptedException {
            Delivery unexpected = deliveries.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(unexpected == null ? null : text(unexpected)).isNull();
        }

        @Override
        public OwnerLoop loop() {
            return loop;
        }

        @Override
        public String clientId() {
            return clientId;
        }

        @Override
        public long lastHeardNanos() {
            return lastHeardNanos;
        }

        @Override
        public void onDelivery(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void onDropped(Disconnection disconnection) {
            dropped.complete(disconnection);
        }
    }

    private static String text(Delivery delivery) {
        return delivery.payload().toUtf8();
    }

    private static UpstreamConfig config(MqttVersion version, MosquittoProcess broker) {
        return UpstreamConfigs.to(new ServerAddress("127.0.0.1", broker.port()))
                .version(version)
                .build();
    }

    private static UpstreamMessage will(String payload) {
        return new UpstreamMessage("wills", Payload.utf8(payload), Qos.AT_LEAST_ONCE, false);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindItsSessionAtAnotherGateway(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                Site first = new Site("first", config(version, broker));
                Site second = new Site("second", config(version, broker))) {
            Device sender = second.connected("sender", true);
            Device atFirst = first.connected("pump", false);
            atFirst.subscribe("cmd/#");
            sender.publishSurely("cmd/1", "here");
            atFirst.expect("here");
            atFirst.disconnect(true);
            Device atSecond = second.device("pump");

            for (int i = 0; i < 5; i++) {
                sender.publishSurely("cmd/1", "kept " + i);
            }
            assertThat(atSecond.connect(false, null)).isEqualTo(PublishOutcome.ACCEPTED);

            for (int i = 0; i < 5; i++) {
                atSecond.expect("kept " + i);
            }
            sender.publishSurely("cmd/1", "there");
            atSecond.expect("there");
            atSecond.expectNothing();
            atFirst.expectNothing();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheDeviceUpWhenAnotherGatewayServesIt(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                Site first = new Site("first", config(version, broker));
                Site second = new Site("second", config(version, broker))) {
            Device sender = second.connected("sender", true);
            Device watcher = second.connected("watcher", true);
            watcher.subscribe("wills");
            Device atFirst = first.device("pump");
            assertThat(atFirst.connect(false, will("gone"))).isEqualTo(PublishOutcome.ACCEPTED);
            atFirst.subscribe("cmd/#");
            sender.publishSurely("cmd/1", "not acknowledged");
            atFirst.next();

            Device atSecond = second.connected("pump", false);

            assertThat(atFirst.dropped
                            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .join()
                            .cause())
                    .isEqualTo(Disconnection.Cause.TAKEN_OVER);
            atSecond.expect("not acknowledged");
            sender.publishSurely("cmd/1", "there");
            atSecond.expect("there");
            atFirst.expectNothing();
            watcher.expectNothing();
            assertThat(atSecond.dropped).isNotDone();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheBrokerPublishTheWillOfALostDevice(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                Site site = new Site("site", config(version, broker))) {
            Device watcher = site.connected("watcher", true);
            watcher.subscribe("wills");
            Device leaving = site.device("leaving");
            leaving.connect(true, will("left"));
            leaving.disconnect(false);
            Device lost = site.device("lost");
            lost.connect(false, will("lost"));

            assertThat(lost.lose(true, will("lost"))).isEqualTo(PublishOutcome.ACCEPTED);

            watcher.expect("lost");
            watcher.expectNothing();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldChangeTheWillWithoutLosingWhatIsUnderWay(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                Site site = new Site("site", config(version, broker))) {
            Device watcher = site.connected("watcher", true);
            watcher.subscribe("#");
            Device device = site.device("pump");
            device.connect(false, will("before"));
            device.subscribe("cmd");
            watcher.publishSurely("cmd", "1");
            watcher.publishSurely("cmd", "2");
            watcher.expect("1");
            watcher.expect("2");
            Delivery first = device.next();
            Delivery second = device.next();
            List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                outcomes.add(device.publish("up", Qos.EXACTLY_ONCE, "up " + i));
            }

            assertThat(device.changeWill(will("after"))).isEqualTo(PublishOutcome.ACCEPTED);

            for (CompletableFuture<PublishOutcome> outcome : outcomes) {
                assertThat(outcome.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join())
                        .isEqualTo(PublishOutcome.ACCEPTED);
            }
            for (int i = 0; i < 30; i++) {
                watcher.expect("up " + i);
            }
            site.loop.execute(first.taken());
            site.loop.execute(second.taken());
            watcher.publishSurely("cmd", "3");
            watcher.expect("3");
            device.expect("3");
            device.expectNothing();
            device.lose(true, will("after"));
            watcher.expect("after");
            watcher.expectNothing();

            Device again = site.connected("pump", false);
            again.expectNothing();
        }
    }

    @Test
    void shouldPassTheBrokersRefusalOn() throws Exception {
        Path passwords = directory.resolve("passwords");
        Files.writeString(passwords, MosquittoProcess.passwordLine("gateway", "secret") + "\n");
        Path wrong = Files.writeString(directory.resolve("wrong"), "wrong");
        try (MosquittoProcess broker =
                        MosquittoProcess.start(directory, "allow_anonymous false", "password_file " + passwords);
                Site site = new Site(
                        "site",
                        UpstreamConfigs.of(List.of(new ServerAddress("127.0.0.1", broker.port())), "gateway", wrong))) {
            assertThat(site.device("pump").connect(false, null)).isEqualTo(PublishOutcome.REFUSED);
        }
    }

    @Test
    void shouldTellADeviceToTryAgainWhenNobodyListens() throws IOException {
        try (Site site = new Site("site", UpstreamConfigs.of(MosquittoProcess.freePort()))) {
            assertThat(site.device("pump").connect(false, null)).isEqualTo(PublishOutcome.CONGESTION);
        }
    }

    /** What the device has not acknowledged is delivered again by the broker, and must not arrive a second time. */
    @ParameterizedTest
    @EnumSource
    void shouldGoOnAfterTheBrokerWasKilled(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory, MosquittoProcess.persistent());
                Site site = new Site("site", config(version, broker))) {
            Device receiver = site.connected("receiver", false);
            receiver.subscribe("cmd");
            Device sender = site.connected("sender", false);
            List<Delivery> open = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                sender.publishSurely("cmd", "before " + i);
                open.add(receiver.next());
            }

            broker.kill();
            List<CompletableFuture<PublishOutcome>> meanwhile = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                meanwhile.add(sender.publish("cmd", Qos.AT_LEAST_ONCE, "after " + i));
            }
            broker.restart();

            for (CompletableFuture<PublishOutcome> outcome : meanwhile) {
                assertThat(outcome.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join())
                        .isEqualTo(PublishOutcome.ACCEPTED);
            }
            open.forEach(delivery -> site.loop.execute(delivery.taken()));
            for (int i = 0; i < 50; i++) {
                receiver.expect("after " + i);
            }
            receiver.expectNothing();
            receiver.disconnect(true);
            site.connected("receiver", false).expectNothing();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSubscribeAgainWhenTheBrokerHasForgottenTheSession(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                Site site = new Site("site", config(version, broker))) {
            Device receiver = site.connected("receiver", false);
            receiver.subscribe("cmd");
            Device sender = site.connected("sender", false);
            sender.publishSurely("cmd", "before");
            Delivery before = receiver.next();

            broker.kill();
            broker.restart();

            String payload = null;
            for (int i = 0; payload == null; i++) {
                sender.publish("cmd", Qos.AT_LEAST_ONCE, "after " + i)
                        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .join();
                Delivery after = receiver.deliveries.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
                payload = after == null ? null : text(after);
                if (after != null) {
                    site.loop.execute(after.taken());
                }
            }
            assertThat(payload).startsWith("after");
            site.loop.execute(before.taken());
            receiver.deliveries.clear();
            sender.publishSurely("cmd", "last");
            receiver.expect("last");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetACleanSessionWhenItsDeviceLeaves(MqttVersion version) throws Exception {
        try (MosquittoProcess broker = MosquittoProcess.start(directory);
                Site site = new Site("site", config(version, broker))) {
            Device sender = site.connected("sender", false);
            Device clean = site.connected("pump", true);
            clean.subscribe("cmd");
            clean.disconnect(false);
            Device kept = site.connected("pump", false);

            sender.publishSurely("cmd", "for nobody");

            kept.expectNothing();
            kept.subscribe("cmd");
            sender.publishSurely("cmd", "for the kept one");
            kept.expect("for the kept one");
            assertThat(kept.connect(true, null)).isEqualTo(PublishOutcome.ACCEPTED);
            sender.publishSurely("cmd", "for nobody");
            kept.expectNothing();
        }
    }
}
