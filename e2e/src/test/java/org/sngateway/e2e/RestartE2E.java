// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.testsupport.MosquittoProcess;

/** The packaged gateway with a store: what devices and applications notice when it is killed or stopped, and started again. */
class RestartE2E {
    private static final int LANES = 2;
    private static final int SLEEP_SECONDS = 600;

    /** How the gateway ends. */
    private enum End {
        SIGKILL,
        SIGTERM
    }

    @TempDir
    private Path directory;

    private MosquittoProcess broker;
    private GatewayProcess gateway;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        Path brokersOwn = Files.createDirectory(directory.resolve("broker"));
        broker = MosquittoProcess.start(
                brokersOwn,
                Stream.concat(Stream.of(MosquittoProcess.persistent()), Stream.of("max_queued_messages 0"))
                        .toArray(String[]::new));
        // Not any free one: the configuration stays the same, so that devices are where they were.
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), MosquittoProcess.freePort());
        gateway = GatewayProcess.startAt(address, directory, broker.port(), settings());
        gateway.awaitBroker(LANES);
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private String settings() {
        return """
                gateway: { shards: %d }
                sessions: { retry-interval: 1s }
                store: { directory: %s }
                """.formatted(LANES, directory.resolve("store"));
    }

    private void end(End how) throws Exception {
        if (how == End.SIGKILL) {
            gateway.process().kill();
            gateway.process().awaitExit(Duration.ofSeconds(10));
        } else {
            gateway.process().terminate();
            assertThat(gateway.process().awaitExit(Duration.ofSeconds(30))).isZero();
        }
    }

    private void startAgain() throws Exception {
        InetSocketAddress address = gateway.address();
        gateway = GatewayProcess.startAt(address, directory, broker.port(), settings());
    }

    private Mqtt5BlockingClient application() {
        Mqtt5BlockingClient client = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        client.connect();
        return client;
    }

    private static void publish(Mqtt5BlockingClient application, String topic, String text, MqttQos qos) {
        application.publishWith().topic(topic).qos(qos).payload(octets(text)).send();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void connectKept(SnDevice device, String clientId) throws IOException {
        device.send(new Connect(false, false, 60, clientId));
        assertThat(device.expect(ConnAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
    }

    private static int subscribe(SnDevice device, String topic, Qos qos) throws IOException {
        device.send(new Subscribe(false, qos, 1, new TopicRef.Name(topic)));
        SubAck answer = device.expect(SubAck.class);
        assertThat(answer.returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        return answer.topicId();
    }

    private static void fallAsleep(SnDevice device) throws IOException {
        device.send(new Disconnect(SLEEP_SECONDS));
        device.expect(Disconnect.class);
    }

    private static void expectQos1(SnDevice device, int topicId, String text) throws IOException {
        Publish publish = expectPublish(device, topicId, text);
        device.send(new PubAck(topicId, publish.msgId(), ReturnCode.ACCEPTED));
    }

    /**
     * Wakes up until the last message has come, and returns what came, each once. Only a gateway that was killed may have the broker
     * deliver again what it had stored and not acknowledged.
     */
    private static Set<String> wake(SnDevice device, String clientId, int topicId, String last, End how)
            throws IOException {
        Set<String> texts = new LinkedHashSet<>();
        Set<Integer> unreleased = new HashSet<>();
        while (!texts.contains(last)) {
            device.send(new PingReq(clientId));
            SnMessage message = device.expect(SnMessage.class);
            for (; !(message instanceof PingResp); message = device.expect(SnMessage.class)) {
                if (message instanceof Register register) {
                    assertThat(register.topicId()).isEqualTo(topicId);
                    device.send(new RegAck(topicId, register.msgId(), ReturnCode.ACCEPTED));
                } else if (message instanceof PubRel release) {
                    unreleased.remove(release.msgId());
                    device.send(new PubComp(release.msgId()));
                } else {
                    Publish publish = (Publish) message;
                    assertThat(publish.topic()).isEqualTo(new TopicRef.Normal(topicId));
                    boolean exactlyOnce = publish.qos() == Qos.EXACTLY_ONCE;
                    boolean repeated = publish.dup() || (exactlyOnce && !unreleased.add(publish.msgId()));
                    boolean isNew = texts.add(publish.data().toUtf8());
                    assertThat(isNew || repeated || how == End.SIGKILL)
                            .as("%s comes once", publish)
                            .isTrue();
                    device.send(
                            exactlyOnce
                                    ? new PubRec(publish.msgId())
                                    : new PubAck(topicId, publish.msgId(), ReturnCode.ACCEPTED));
                }
            }
        }
        return texts;
    }

    /** The id may be registered again first, repeatedly if nobody has listened, and must be the one the device knows. */
    private static Publish expectPublish(SnDevice device, int topicId, String text) throws IOException {
        SnMessage message = device.expectEither(Register.class, Publish.class);
        while (message instanceof Register register) {
            assertThat(register.topicId()).isEqualTo(topicId);
            device.send(new RegAck(topicId, register.msgId(), ReturnCode.ACCEPTED));
            message = device.expectEither(Register.class, Publish.class);
        }
        Publish publish = (Publish) message;
        assertThat(publish.data().toUtf8()).as(publish.toString()).isEqualTo(text);
        assertThat(publish.topic()).isEqualTo(new TopicRef.Normal(topicId));
        return publish;
    }

    @ParameterizedTest
    @EnumSource
    void shouldBringASleepersMessagesFromBeforeAndDuringTheRestart(End how) throws Exception {
        Mqtt5BlockingClient application = application();
        try (SnDevice device = new SnDevice(gateway.address());
                SnDevice elsewhere = new SnDevice(gateway.address())) {
            connectKept(device, "sleeper");
            int id = subscribe(device, "cmd/a", Qos.EXACTLY_ONCE);
            fallAsleep(device);
            publish(application, "cmd/a", "before 1", MqttQos.AT_LEAST_ONCE);
            publish(application, "cmd/a", "before 2", MqttQos.EXACTLY_ONCE);

            end(how);
            publish(application, "cmd/a", "during 1", MqttQos.AT_LEAST_ONCE);
            publish(application, "cmd/a", "during 2", MqttQos.EXACTLY_ONCE);
            startAgain();
            gateway.awaitBroker(LANES);
            publish(application, "cmd/a", "after", MqttQos.AT_LEAST_ONCE);

            assertThat(wake(device, "sleeper", id, "after", how))
                    .containsExactly("before 1", "before 2", "during 1", "during 2", "after");

            // Again, and from another address, as after a night behind NAT.
            publish(application, "cmd/a", "last", MqttQos.AT_LEAST_ONCE);
            end(how);
            startAgain();
            gateway.awaitBroker(LANES);
            assertThat(wake(elsewhere, "sleeper", id, "last", how)).contains("last");
        } finally {
            application.disconnect();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKnowTopicIdsAndSubscriptionsOfAKeptSession(End how) throws Exception {
        Mqtt5BlockingClient application = application();
        try (SnDevice device = new SnDevice(gateway.address());
                Mqtt5BlockingClient.Mqtt5Publishes published =
                        application.publishes(MqttGlobalPublishFilter.SUBSCRIBED)) {
            application
                    .subscribeWith()
                    .topicFilter("data/#")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send();
            connectKept(device, "kept");
            device.send(new Register(0, 1, "data/kept"));
            int up = device.expect(RegAck.class).topicId();
            int down = subscribe(device, "cmd/kept", Qos.AT_LEAST_ONCE);

            end(how);
            startAgain();
            gateway.awaitBroker(LANES);

            connectKept(device, "kept");
            device.send(new Publish(
                    false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(up), 7, Payload.utf8("still known")));
            assertThat(device.expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
            expectAtApplication(published, "still known");
            publish(application, "cmd/kept", "still subscribed", MqttQos.AT_LEAST_ONCE);
            expectQos1(device, down, "still subscribed");
        } finally {
            application.disconnect();
        }
    }

    /** Neither the device nor the application need do anything; several, so that their frames arrive on both shards. */
    @ParameterizedTest
    @EnumSource
    void shouldGoOnWithActiveDevicesAsIfNothingHadHappened(End how) throws Exception {
        Mqtt5BlockingClient application = application();
        List<SnDevice> devices = new ArrayList<>();
        int[] down = new int[8];
        try (Mqtt5BlockingClient.Mqtt5Publishes published = application.publishes(MqttGlobalPublishFilter.SUBSCRIBED)) {
            application
                    .subscribeWith()
                    .topicFilter("data/#")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .send();
            for (int i = 0; i < down.length; i++) {
                SnDevice device = new SnDevice(gateway.address());
                devices.add(device);
                connectKept(device, "active-" + i);
                device.send(new Register(0, 1, "data/" + i));
                assertThat(device.expect(RegAck.class).topicId()).isEqualTo(1);
                down[i] = subscribe(device, "cmd/" + i, Qos.EXACTLY_ONCE);
            }

            for (int round = 0; round < 2; round++) {
                end(how);
                publish(application, "cmd/0", "during " + round, MqttQos.AT_LEAST_ONCE);
                startAgain();
                gateway.awaitBroker(LANES);

                // It has been silent, and gets what came meanwhile.
                expectQos1(devices.get(0), down[0], "during " + round);
                for (int i = 0; i < down.length; i++) {
                    SnDevice device = devices.get(i);
                    publishWhenDurable(device, new TopicRef.Normal(1), 2 * round + 3);
                    expectAtApplication(published, "message " + (2 * round + 3));
                    publishWhenDurable(device, new TopicRef.Normal(1), 2 * round + 4);
                    expectAtApplication(published, "message " + (2 * round + 4));
                    publish(application, "cmd/" + i, "after " + round, MqttQos.EXACTLY_ONCE);
                    Publish message = expectPublish(device, down[i], "after " + round);
                    device.send(new PubRec(message.msgId()));
                    device.expect(PubRel.class);
                    device.send(new PubComp(message.msgId()));
                    // Its answer is on the disk after the PUBCOMP: killed before, the gateway would repeat PUBREL.
                    device.send(new Register(0, 9, "data/round/" + round));
                    assertThat(device.expect(RegAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
                }
            }
            for (SnDevice device : devices) {
                device.send(new PingReq(""));
                device.expect(PingResp.class);
            }
        } finally {
            devices.forEach(SnDevice::close);
            application.disconnect();
        }
    }

    private static void expectAtApplication(Mqtt5BlockingClient.Mqtt5Publishes published, String text)
            throws InterruptedException {
        assertThat(receiveAtApplication(published)).isEqualTo(text);
    }

    private static String receiveAtApplication(Mqtt5BlockingClient.Mqtt5Publishes published)
            throws InterruptedException {
        Mqtt5Publish message =
                published.receive(20, TimeUnit.SECONDS).orElseThrow(() -> new AssertionError("nothing has come"));
        return new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8);
    }

    private static boolean isEven(String text) {
        return Integer.parseInt(text.substring(text.indexOf(' ') + 1)) % 2 == 0;
    }

    /** The messages of the device from this one on, every other one. */
    private static List<String> numbered(int first) {
        return IntStream.iterate(first, i -> i <= 40, i -> i + 2)
                .mapToObj(i -> "message " + i)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void shouldPublishTheWillOfADeviceThatDoesNotComeBack(End how) throws Exception {
        Mqtt5BlockingClient application = application();
        try (SnDevice device = new SnDevice(gateway.address());
                Mqtt5BlockingClient.Mqtt5Publishes published =
                        application.publishes(MqttGlobalPublishFilter.SUBSCRIBED)) {
            application
                    .subscribeWith()
                    .topicFilter("wills/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            device.send(new Connect(true, true, 1, "mortal"));
            device.expect(WillTopicReq.class);
            device.send(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "wills/mortal")));
            device.expect(WillMsgReq.class);
            device.send(new WillMsg(Payload.utf8("gone")));
            device.expect(ConnAck.class);

            end(how);
            startAgain();

            expectAtApplication(published, "gone");
        } finally {
            application.disconnect();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldPassOnWhatItAcknowledgedWhileTheBrokerWasAway(End how) throws Exception {
        Mqtt5BlockingClient application = application();
        application
                .subscribeWith()
                .topicFilter("data/#")
                .qos(MqttQos.EXACTLY_ONCE)
                .send();
        application.disconnect();
        try (SnDevice device = new SnDevice(gateway.address())) {
            connectKept(device, "diligent");
            device.send(new Register(0, 1, "data/diligent"));
            TopicRef topic = new TopicRef.Normal(device.expect(RegAck.class).topicId());

            broker.kill();
            for (int i = 1; i <= 20; i++) {
                publishWhenDurable(device, topic, i);
            }
            end(how);
            startAgain();
            connectKept(device, "diligent");
            for (int i = 21; i <= 40; i++) {
                publishWhenDurable(device, topic, i);
            }

            broker.restart();
            Mqtt5BlockingClient back = application();
            try (Mqtt5BlockingClient.Mqtt5Publishes published = back.publishes(MqttGlobalPublishFilter.ALL)) {
                back.subscribeWith()
                        .topicFilter("data/#")
                        .qos(MqttQos.EXACTLY_ONCE)
                        .send();
                // Brokers pass on messages of QoS 1 when they come and those of QoS 2 when they are released: each in
                // order.
                List<String> arrived = new ArrayList<>();
                for (int i = 1; i <= 40; i++) {
                    arrived.add(receiveAtApplication(published));
                }
                assertThat(arrived.stream().filter(RestartE2E::isEven)).containsExactlyElementsOf(numbered(2));
                assertThat(arrived.stream().filter(text -> !isEven(text))).containsExactlyElementsOf(numbered(1));
            } finally {
                back.disconnect();
            }
        }
    }

    private static void publishWhenDurable(SnDevice device, TopicRef topic, int number) throws IOException {
        Qos qos = number % 2 == 0 ? Qos.EXACTLY_ONCE : Qos.AT_LEAST_ONCE;
        device.send(new Publish(false, qos, false, topic, number, Payload.utf8("message " + number)));
        if (qos == Qos.AT_LEAST_ONCE) {
            assertThat(device.expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        } else {
            device.expect(PubRec.class);
            device.send(new PubRel(number));
            device.expect(PubComp.class);
        }
    }

    @Test
    void shouldKeepNothingOfACleanSession() throws Exception {
        Mqtt5BlockingClient application = application();
        try (SnDevice device = new SnDevice(gateway.address())) {
            device.connect("fleeting");
            subscribe(device, "cmd/fleeting", Qos.AT_LEAST_ONCE);

            end(End.SIGKILL);
            startAgain();
            gateway.awaitBroker(LANES);

            publish(application, "cmd/fleeting", "for nobody", MqttQos.AT_LEAST_ONCE);
            connectKept(device, "fleeting");
            device.expectNothing(1_000);
        } finally {
            application.disconnect();
        }
    }
}
