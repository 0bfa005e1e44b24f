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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.testsupport.MosquittoProcess;

/** Two gateways in per-device mode before one broker: what a device has at one it finds at the other. */
class TwoGatewaysE2E {
    private static final String CLIENT_ID = "pump-1";
    private static final int QUIET_MILLIS = 1000;

    @TempDir
    private Path directory;

    private MosquittoProcess broker;
    private GatewayProcess first;
    private GatewayProcess second;
    private Mqtt5BlockingClient application;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(directory, MosquittoProcess.persistent());
        first = startGateway("first");
        second = startGateway("second");
        application = MqttClient.builder()
                .useMqttVersion5()
                .identifier("application")
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .automaticReconnectWithDefaultConfig()
                .buildBlocking();
        application.connect();
    }

    private GatewayProcess startGateway(String name) throws Exception {
        GatewayProcess gateway = GatewayProcess.startPerDevice(
                Files.createDirectory(directory.resolve(name)),
                broker.port(),
                "gateway: { name: " + name + ", shards: 2 }\nsessions: { retry-interval: 1s }");
        gateway.awaitBroker(2);
        return gateway;
    }

    @AfterEach
    void stop() {
        if (application != null) {
            var unused = application.toAsync().disconnect();
        }
        for (AutoCloseable started : new AutoCloseable[] {first, second, broker}) {
            close(started);
        }
    }

    private static void close(AutoCloseable started) {
        try {
            if (started != null) {
                started.close();
            }
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    // ---- what devices and applications do

    private static void connectKept(SnDevice device) throws IOException {
        device.send(new Connect(false, false, 60, CLIENT_ID));
        assertThat(device.expect(ConnAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
    }

    private static void subscribe(SnDevice device, String filter) throws IOException {
        device.send(new Subscribe(false, Qos.AT_LEAST_ONCE, 1, new TopicRef.Name(filter)));
        assertThat(device.expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
    }

    private void send(String topic, String payload) {
        application
                .publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    /** The next message, registered first if need be. */
    private static void expect(SnDevice device, String payload) throws IOException {
        if (device.expectEither(Register.class, Publish.class) instanceof Register register) {
            device.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
            acknowledge(device, device.expect(Publish.class), payload);
        } else {
            throw new AssertionError("the topic was registered before");
        }
    }

    private static void expectRegistered(SnDevice device, String payload) throws IOException {
        acknowledge(device, device.expect(Publish.class), payload);
    }

    private static void acknowledge(SnDevice device, Publish publish, String payload) throws IOException {
        assertThat(publish.data()).isEqualTo(Payload.utf8(payload));
        int topicId = ((TopicRef.Normal) publish.topic()).id();
        device.send(new PubAck(topicId, publish.msgId(), ReturnCode.ACCEPTED));
    }

    // ---- moving

    @Test
    void shouldBringWhatWaitsToADeviceThatHasLeftTheOtherGateway() throws Exception {
        try (SnDevice atFirst = new SnDevice(first.address());
                SnDevice atSecond = new SnDevice(second.address())) {
            connectKept(atFirst);
            subscribe(atFirst, "cmd/#");
            atFirst.send(Disconnect.PLAIN);
            atFirst.expect(Disconnect.class);
            for (int i = 0; i < 3; i++) {
                send("cmd/1", "kept " + i);
            }

            connectKept(atSecond);

            expect(atSecond, "kept 0");
            expectRegistered(atSecond, "kept 1");
            expectRegistered(atSecond, "kept 2");
            send("cmd/1", "live");
            expectRegistered(atSecond, "live");
            atFirst.expectNothing(QUIET_MILLIS);
            atSecond.expectNothing(QUIET_MILLIS);
        }
    }

    @Test
    void shouldServeADeviceThatJustConnectsElsewhere() throws Exception {
        try (SnDevice atFirst = new SnDevice(first.address());
                SnDevice atSecond = new SnDevice(second.address())) {
            connectKept(atFirst);
            subscribe(atFirst, "cmd/#");
            atFirst.send(new Disconnect(600));
            atFirst.expect(Disconnect.class);
            send("cmd/1", "while asleep 0");
            send("cmd/1", "while asleep 1");

            connectKept(atSecond);

            expect(atSecond, "while asleep 0");
            expectRegistered(atSecond, "while asleep 1");
            send("cmd/1", "live");
            expectRegistered(atSecond, "live");
            // The first gateway gives up after it has tried to get the session back.
            first.process().awaitLine(line -> line.contains("now served by another gateway"), Duration.ofSeconds(30));
            send("cmd/1", "later");
            expectRegistered(atSecond, "later");
            atSecond.expectNothing(QUIET_MILLIS);
            // Nothing comes from there but the answer to what it no longer knows.
            atFirst.send(new PingReq(CLIENT_ID));
            assertThat(atFirst.expectEither(Disconnect.class, PingResp.class)).isInstanceOf(Disconnect.class);
        }
    }

    @Test
    void shouldGiveTopicsTheSameIds() throws Exception {
        try (SnDevice atFirst = new SnDevice(first.address());
                SnDevice atSecond = new SnDevice(second.address())) {
            connectKept(atFirst);
            atFirst.send(new Register(0, 1, "a/topic/before"));
            atFirst.expect(RegAck.class);
            atFirst.send(new Register(0, 2, "sensors/1"));
            int id = atFirst.expect(RegAck.class).topicId();
            atFirst.send(Disconnect.PLAIN);
            atFirst.expect(Disconnect.class);

            connectKept(atSecond);
            Publish publish =
                    new Publish(false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(id), 3, Payload.utf8("21.5"));
            atSecond.send(publish);
            assertThat(atSecond.expect(PubAck.class)).isEqualTo(new PubAck(id, 3, ReturnCode.INVALID_TOPIC_ID));
            atSecond.send(new Register(0, 4, "sensors/1"));

            assertThat(atSecond.expect(RegAck.class)).isEqualTo(new RegAck(id, 4, ReturnCode.ACCEPTED));
            atSecond.send(publish);
            assertThat(atSecond.expect(PubAck.class)).isEqualTo(new PubAck(id, 3, ReturnCode.ACCEPTED));
        }
    }

    // ---- losing

    @Test
    void shouldHaveTheBrokerPublishTheWillOfALostDevice() throws Exception {
        try (Mqtt5BlockingClient.Mqtt5Publishes wills = application.publishes(MqttGlobalPublishFilter.ALL);
                SnDevice device = new SnDevice(first.address())) {
            application
                    .subscribeWith()
                    .topicFilter("wills/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            device.send(new Connect(true, true, 1, CLIENT_ID));
            device.expect(WillTopicReq.class);
            device.send(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "wills/" + CLIENT_ID)));
            device.expect(WillMsgReq.class);
            device.send(new WillMsg(Payload.utf8("gone")));
            device.expect(ConnAck.class);

            Mqtt5Publish will = wills.receive(20, TimeUnit.SECONDS).orElseThrow();

            assertThat(new String(will.getPayloadAsBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("gone");
        }
    }

    @Test
    void shouldKeepSessionsThroughAKillOfTheBroker() throws Exception {
        try (SnDevice device = new SnDevice(first.address())) {
            connectKept(device);
            subscribe(device, "cmd/1");
            // Mosquitto saves what is subscribed when it saves messages.
            send("cmd/1", "before");
            expectRegistered(device, "before");
            send("nobody", "listens");
            broker.kill();
            device.send(new Publish(
                    false, Qos.AT_LEAST_ONCE, false, new TopicRef.ShortName("up"), 7, Payload.utf8("meanwhile")));
            device.expectNothing(QUIET_MILLIS);
            device.send(new PingReq(""));
            device.expect(PingResp.class);

            broker.restart();

            assertThat(device.expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
            while (!application.getState().isConnected()) {
                device.send(new PingReq(""));
                device.expect(PingResp.class);
            }
            send("cmd/1", "after the restart");
            expectRegistered(device, "after the restart");
        }
    }

    @Test
    void shouldServeTheDevicesOfAGatewayThatWasKilled() throws Exception {
        try (SnDevice atFirst = new SnDevice(first.address());
                SnDevice atSecond = new SnDevice(second.address())) {
            connectKept(atFirst);
            subscribe(atFirst, "cmd/#");
            first.process().kill();
            send("cmd/1", "after the kill");

            connectKept(atSecond);

            expect(atSecond, "after the kill");
        }
    }
}
