// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.testsupport.MosquittoProcess;

/** The packaged gateway when its store has no space left, and when there is some again. */
class DiskFullE2E {
    private static final int LANES = 2;
    private static final int FILLER_OCTETS = 1_900;
    private static final int TMPFS_MIB = 24;
    private static final int OTHERS_MIB = 16;
    private static final String FULL = "sn_gateway_store_state{state=\"full\"}";
    private static final String OK = "sn_gateway_store_state{state=\"ok\"}";
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    /** What is full. */
    private enum Space {
        /** {@code store.max-size} is reached. */
        QUOTA,
        /** A real file system, part of which is taken by somebody else. */
        FILE_SYSTEM
    }

    @TempDir
    private Path directory;

    private MosquittoProcess broker;
    private @SuppressWarnings("NullAway.Init") GatewayProcess gateway;
    private @SuppressWarnings("NullAway.Init") AdminPages admin;
    private @Nullable Path mounted;
    private @Nullable Path others;
    private @SuppressWarnings("NullAway.Init") String settings;
    private int lastMsgId;

    @BeforeEach
    void startBroker() throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(
                Files.createDirectory(directory.resolve("broker")),
                "persistence true",
                "max_queued_messages 0",
                // What the gateway cannot keep stays with the broker, without end.
                "max_inflight_messages 0");
    }

    @AfterEach
    void stop() throws Exception {
        if (gateway != null) {
            gateway.close();
            gateway.process().awaitExit(Duration.ofSeconds(10));
        }
        if (broker != null) {
            broker.close();
        }
        if (mounted != null) {
            assertThat(run("umount", "--lazy", mounted.toString())).isEmpty();
        }
    }

    private void start(Space space) throws Exception {
        Path store = Files.createDirectory(directory.resolve("store"));
        if (space == Space.FILE_SYSTEM) {
            Optional<String> refused =
                    run("mount", "-t", "tmpfs", "-o", "size=" + TMPFS_MIB + "m", "tmpfs", store.toString());
            assumeTrue(refused.isEmpty(), () -> "no file system can be mounted here: " + refused.orElse(""));
            mounted = store;
            others = Files.write(store.resolve("others"), new byte[OTHERS_MIB << 20]);
        }
        settings = """
                gateway: { shards: %d }
                sessions:
                  sleep-buffer: { messages: 100000, bytes: 64MiB }
                  sleep-buffer-total: 512MiB
                store: { directory: %s, max-size: %s }
                """.formatted(LANES, store, space == Space.QUOTA ? "16MiB" : "1GiB");
        gateway = GatewayProcess.start(directory, broker.port(), settings);
        admin = new AdminPages(gateway);
        gateway.awaitBroker(LANES);
    }

    /** What the command has to say when it fails. */
    private static Optional<String> run(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException absent) {
            return Optional.of(absent.toString());
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? Optional.empty() : Optional.of(said.strip());
    }

    /** Not connected yet, so that nothing comes before somebody listens. */
    private Mqtt5BlockingClient application() {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier("application")
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
    }

    private static void connect(Mqtt5BlockingClient application) {
        application.connectWith().cleanStart(false).sessionExpiryInterval(600).send();
        application
                .subscribeWith()
                .topicFilter("data/#")
                .qos(MqttQos.EXACTLY_ONCE)
                .send();
    }

    private static ReturnCode connectKept(SnDevice device, String clientId) throws IOException {
        device.send(new Connect(false, false, 600, clientId));
        return device.expect(ConnAck.class).returnCode();
    }

    private static TopicRef register(SnDevice device, String topic) throws IOException {
        device.send(new Register(0, 1, topic));
        return new TopicRef.Normal(device.expect(RegAck.class).topicId());
    }

    private static TopicRef subscribe(SnDevice device, String topic) throws IOException {
        device.send(new Subscribe(false, Qos.EXACTLY_ONCE, 1, new TopicRef.Name(topic)));
        SubAck answer = device.expect(SubAck.class);
        assertThat(answer.returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        return new TopicRef.Normal(answer.topicId());
    }

    private static String padded(String text) {
        return text + " " + "x".repeat(FILLER_OCTETS - text.length() - 1);
    }

    /** What became of a message of a device. */
    private ReturnCode publish(SnDevice device, TopicRef topic, Qos qos, String text) throws IOException {
        int msgId = ++lastMsgId;
        device.send(new Publish(false, qos, false, topic, msgId, Payload.utf8(padded(text))));
        SnMessage answer = device.expectEither(PubAck.class, PubRec.class);
        if (answer instanceof PubAck ack) {
            return ack.returnCode();
        }
        device.send(new PubRel(msgId));
        device.expect(PubComp.class);
        return ReturnCode.ACCEPTED;
    }

    /** It keeps the subscription of the application. */
    private void killBroker() throws IOException, InterruptedException {
        Path saved = directory.resolve("broker").resolve("mosquitto.db");
        Files.deleteIfExists(saved);
        broker.save();
        while (!Files.exists(saved)) { // it is renamed when it is complete
            Thread.onSpinWait();
        }
        broker.kill();
    }

    private long fullLines() {
        return gateway.process().output().stream()
                .filter(line -> line.contains("the store is full"))
                .count();
    }

    private void assertFullIsTold() throws Exception {
        assertThat(admin.metric(FULL)).isEqualTo(1);
        assertThat(admin.metric(OK)).isZero();
        assertThat(admin.body("/health/ready")).contains("{\"kind\":\"store\",\"name\":\"full\",\"reason\":\"");
        assertThat(admin.metric("sn_gateway_store_refused_changes_total{cause=\"full\"}"))
                .isPositive();
        assertThat(admin.body("/health/live")).startsWith("{\"live\":true");
    }

    /** Both are accepted again with the broker away, survive the end of the process, and arrive. */
    private void assertKeepsAgain(SnDevice device, TopicRef topic) throws Exception {
        killBroker();
        for (int lane = 0; lane < LANES; lane++) {
            admin.awaitMetric("sn_gateway_broker_connected{connection=\"lane-" + lane + "\"}", value -> value == 0);
        }
        assertThat(publish(device, topic, Qos.AT_LEAST_ONCE, "kept 1")).isEqualTo(ReturnCode.ACCEPTED);
        assertThat(publish(device, topic, Qos.EXACTLY_ONCE, "kept 2")).isEqualTo(ReturnCode.ACCEPTED);
        gateway.process().kill();
        gateway.process().awaitExit(Duration.ofSeconds(10));
        broker.restart();
        InetSocketAddress address = gateway.address();
        gateway = GatewayProcess.startAt(address, directory, broker.port(), settings);
        Mqtt5BlockingClient back = application();
        try (Mqtt5BlockingClient.Mqtt5Publishes published = back.publishes(MqttGlobalPublishFilter.ALL)) {
            connect(back);
            Set<String> missing = new HashSet<>(Set.of("kept 1", "kept 2"));
            while (!missing.isEmpty()) {
                missing.remove(receive(published));
            }
        } finally {
            back.disconnect();
        }
    }

    private static String receive(Mqtt5BlockingClient.Mqtt5Publishes published) throws InterruptedException {
        Mqtt5Publish message =
                published.receive(20, TimeUnit.SECONDS).orElseThrow(() -> new AssertionError("nothing has come"));
        String text = new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8);
        return text.replaceAll(" x*$", "");
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeOthersWhileASleepersMessagesFillTheDisk(Space space) throws Exception {
        start(space);
        Mqtt5BlockingClient application = application();
        try (SnDevice sleeper = new SnDevice(gateway.address());
                SnDevice kept = new SnDevice(gateway.address());
                SnDevice clean = new SnDevice(gateway.address());
                SnDevice late = new SnDevice(gateway.address());
                Mqtt5BlockingClient.Mqtt5Publishes published = application.publishes(MqttGlobalPublishFilter.ALL)) {
            connect(application);
            connectKept(kept, "kept");
            TopicRef up = register(kept, "data/kept");
            clean.connect("clean");
            TopicRef down = subscribe(clean, "cmd/clean");
            connectKept(sleeper, "sleeper");
            TopicRef cmd = subscribe(sleeper, "cmd/sleeper");
            sleeper.send(new Disconnect(3_000));
            sleeper.expect(Disconnect.class);

            int sent = fillBySleeper(application.toAsync());

            assertFullIsTold();
            // What need not be kept flows, both ways, at every QoS.
            kept.send(new Publish(false, Qos.AT_MOST_ONCE, false, up, 0, Payload.utf8("QoS 0 x")));
            assertThat(receive(published)).isEqualTo("QoS 0");
            assertThat(publish(kept, up, Qos.AT_LEAST_ONCE, "QoS 1")).isEqualTo(ReturnCode.ACCEPTED);
            assertThat(receive(published)).isEqualTo("QoS 1");
            assertThat(publish(kept, up, Qos.EXACTLY_ONCE, "QoS 2")).isEqualTo(ReturnCode.ACCEPTED);
            assertThat(receive(published)).isEqualTo("QoS 2");
            application
                    .publishWith()
                    .topic("cmd/clean")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload("down".getBytes(StandardCharsets.UTF_8))
                    .send();
            Publish message = clean.expect(Publish.class);
            assertThat(message.data().toUtf8()).isEqualTo("down");
            clean.send(new PubAck(((TopicRef.Normal) down).id(), message.msgId(), ReturnCode.ACCEPTED));
            // What must be kept is refused.
            assertThat(connectKept(late, "late")).isEqualTo(ReturnCode.CONGESTION);

            assertThat(fullLines()).isZero(); // not read yet
            if (space == Space.FILE_SYSTEM) {
                Files.delete(Objects.requireNonNull(others));
                gateway.process().awaitLine(line -> line.contains("the store works again"), RECOVERY);
                assertThat(fullLines()).isEqualTo(1);
            }
            assertThat(drain(sleeper, "sleeper", cmd, sent)).isEqualTo(sent);
            if (space == Space.QUOTA) {
                gateway.process().awaitLine(line -> line.contains("the store works again"), RECOVERY);
                assertThat(fullLines()).isEqualTo(1);
            }
            admin.awaitMetric(OK, value -> value == 1);
            assertThat(admin.body("/health/ready")).isEqualTo("{\"ready\":true,\"problems\":[]}\n");
            assertThat(connectKept(late, "late")).isEqualTo(ReturnCode.ACCEPTED);
            assertThat(publish(kept, up, Qos.EXACTLY_ONCE, "QoS 2 again")).isEqualTo(ReturnCode.ACCEPTED);
            application.disconnect();
            assertKeepsAgain(kept, up);
        }
    }

    /** Until the gateway says that it is full, and some more; returns how many the broker has taken. */
    private int fillBySleeper(Mqtt5AsyncClient application) throws Exception {
        int sent = 0;
        boolean full = false;
        while (true) {
            List<CompletableFuture<?>> acknowledged = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                acknowledged.add(application
                        .publishWith()
                        .topic("cmd/sleeper")
                        .qos(sent % 2 == 0 ? MqttQos.AT_LEAST_ONCE : MqttQos.EXACTLY_ONCE)
                        .payload(padded("message " + sent++).getBytes(StandardCharsets.UTF_8))
                        .send());
            }
            CompletableFuture.allOf(acknowledged.toArray(CompletableFuture<?>[]::new))
                    .get(60, TimeUnit.SECONDS);
            if (full) {
                return sent;
            }
            full = admin.metric(FULL) == 1;
            assertThat(sent).isLessThan(50_000);
        }
    }

    /** Wakes until so many different messages have come; returns how many did. */
    private static int drain(SnDevice device, String clientId, TopicRef topic, int wanted) throws IOException {
        int id = ((TopicRef.Normal) topic).id();
        Set<String> texts = new HashSet<>();
        for (int wakes = 0; texts.size() < wanted && wakes < 50; wakes++) {
            device.send(new PingReq(clientId));
            SnMessage message = device.expect(SnMessage.class);
            for (; !(message instanceof PingResp); message = device.expect(SnMessage.class)) {
                if (message instanceof Register register) {
                    device.send(new RegAck(id, register.msgId(), ReturnCode.ACCEPTED));
                } else if (message instanceof PubRel release) {
                    device.send(new PubComp(release.msgId()));
                } else {
                    Publish publish = (Publish) message;
                    texts.add(publish.data().toUtf8());
                    device.send(
                            publish.qos() == Qos.EXACTLY_ONCE
                                    ? new PubRec(publish.msgId())
                                    : new PubAck(id, publish.msgId(), ReturnCode.ACCEPTED));
                }
            }
        }
        return texts.size();
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerCongestionWhenTheJournalFillsTheDisk(Space space) throws Exception {
        start(space);
        Mqtt5BlockingClient application = application();
        connect(application);
        application.disconnect();
        try (SnDevice kept = new SnDevice(gateway.address());
                SnDevice other = new SnDevice(gateway.address())) {
            connectKept(kept, "kept");
            TopicRef up = register(kept, "data/kept");
            killBroker();
            gateway.process().awaitLine(line -> line.contains("lost the broker"), RECOVERY);
            Set<String> accepted = new HashSet<>();
            int refused = 0;
            for (int i = 0; refused < 20; i++) {
                Qos qos = i % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
                ReturnCode code = publish(kept, up, qos, "message " + i);
                if (code.isAccepted()) {
                    accepted.add("message " + i);
                    assertThat(refused).as("accepted once it was full").isZero();
                } else {
                    assertThat(code).isEqualTo(ReturnCode.CONGESTION);
                    refused++;
                }
                assertThat(i).isLessThan(50_000);
            }

            assertFullIsTold();
            other.connect("other");
            other.send(new PingReq(""));
            other.expect(PingResp.class);

            if (space == Space.FILE_SYSTEM) {
                Files.delete(Objects.requireNonNull(others));
            } else {
                broker.restart();
            }
            gateway.process().awaitLine(line -> line.contains("the store works again"), RECOVERY);
            assertThat(fullLines()).isEqualTo(1);
            admin.awaitMetric(OK, value -> value == 1);
            for (int i = 0; i < 2; i++) {
                Qos qos = i % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
                assertThat(publish(kept, up, qos, "later " + i)).isEqualTo(ReturnCode.ACCEPTED);
                accepted.add("later " + i);
            }
            if (!broker.isRunning()) {
                broker.restart();
            }
            Mqtt5BlockingClient back = application();
            try (Mqtt5BlockingClient.Mqtt5Publishes published = back.publishes(MqttGlobalPublishFilter.ALL)) {
                connect(back);
                admin.awaitMetric("sn_gateway_store_journal_messages", value -> value == 0);
                while (!accepted.isEmpty()) {
                    accepted.remove(receive(published));
                }
            } finally {
                back.disconnect();
            }
            assertKeepsAgain(kept, up);
        }
    }
}
