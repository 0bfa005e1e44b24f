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
import java.util.Random;
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
import org.sngateway.testsupport.MosquittoProcess;

/** {@code sn-gateway run} between real sockets and a real broker. */
class GatewayE2E {
    private static final String CONFIG = """
            gateway: { shards: 2 }
            topics:
              prefix: "site-7/"
              predefined: { 7: sensors/temperature }
            """;

    @TempDir
    private Path directory;

    private MosquittoProcess broker;
    private GatewayProcess gateway;
    private Mqtt5BlockingClient application;

    @BeforeEach
    void start() throws Exception {
        // In CI the tool is there, and its absence is a failure.
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(directory);
        gateway = GatewayProcess.start(directory, broker.port(), CONFIG);
        gateway.awaitBroker(2);
        application = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        application.connect();
    }

    @AfterEach
    void stop() {
        if (application != null && application.getState().isConnected()) {
            application.disconnect();
        }
        if (gateway != null) {
            gateway.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void shouldPassAReadingOnAndACommandBack() throws Exception {
        try (SnDevice device = new SnDevice(gateway.address());
                Mqtt5BlockingClient.Mqtt5Publishes received = application.publishes(MqttGlobalPublishFilter.ALL)) {
            application
                    .subscribeWith()
                    .topicFilter("site-7/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            device.connect("t-17");

            device.send(new Register(0, 1, "t-17/reading"));
            RegAck registered = device.expect(RegAck.class);
            device.send(publish(new TopicRef.Normal(registered.topicId()), 2, "21.5"));
            assertThat(device.expect(PubAck.class)).isEqualTo(new PubAck(registered.topicId(), 2, ReturnCode.ACCEPTED));
            assertReceived(received, "site-7/t-17/reading", "21.5");
            device.send(publish(new TopicRef.Predefined(7), 3, "22"));
            device.expect(PubAck.class);
            assertReceived(received, "site-7/sensors/temperature", "22");
            device.send(publish(new TopicRef.ShortName("ab"), 4, "23"));
            device.expect(PubAck.class);
            assertReceived(received, "site-7/ab", "23");

            device.send(new Subscribe(false, Qos.AT_LEAST_ONCE, 5, new TopicRef.Name("cmd/+")));
            assertThat(device.expect(SubAck.class)).isEqualTo(new SubAck(Qos.AT_LEAST_ONCE, 0, 5, ReturnCode.ACCEPTED));
            send("site-7/cmd/led", "on");
            Register register = device.expect(Register.class);
            assertThat(register.topicName()).isEqualTo("cmd/led");
            device.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
            Publish command = device.expect(Publish.class);
            assertThat(command.data()).isEqualTo(Payload.utf8("on"));
            assertThat(command.topic()).isEqualTo(new TopicRef.Normal(register.topicId()));
            device.send(new PubAck(register.topicId(), command.msgId(), ReturnCode.ACCEPTED));

            device.send(new PingReq(""));
            device.expect(PingResp.class);
            device.send(Disconnect.PLAIN);
            device.expect(Disconnect.class);
        }
    }

    @Test
    void shouldGiveADeviceEachMessageOnceHoweverItsFiltersOverlap() throws Exception {
        try (SnDevice device = new SnDevice(gateway.address())) {
            device.connect("overlapping");
            int msgId = 1;
            for (String filter : new String[] {"a/b", "a/+", "a/#", "#"}) {
                device.send(new Subscribe(false, Qos.AT_LEAST_ONCE, msgId++, new TopicRef.Name(filter)));
                assertThat(device.expect(SubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
            }

            send("site-7/a/b", "once");
            send("site-7/a/b", "then");

            for (String expected : new String[] {"once", "then"}) {
                Publish publish = device.expect(Publish.class);
                assertThat(publish.data()).isEqualTo(Payload.utf8(expected));
                device.send(new PubAck(1, publish.msgId(), ReturnCode.ACCEPTED));
            }
            device.expectNothing(300);
        }
    }

    @Test
    void shouldNotNoticeGarbageWhileItWorks() throws Exception {
        Random random = new Random(20_261_121);
        try (SnDevice worker = new SnDevice(gateway.address());
                SnDevice vandal = new SnDevice(gateway.address())) {
            worker.connect("worker");
            vandal.send(new Connect(false, true, 60, "x\nforged"));
            vandal.expect(ConnAck.class);
            for (int i = 0; i < 2000; i++) {
                byte[] octets = new byte[random.nextInt(80)];
                random.nextBytes(octets);
                vandal.sendOctets(octets, octets.length);
                if (i % 100 == 0) {
                    worker.send(publish(new TopicRef.ShortName("ok"), 1 + i, "still here"));
                    assertThat(worker.expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
                }
            }
        }
        gateway.process().terminate();
        assertThat(gateway.process().awaitExit(Duration.ofSeconds(20))).isZero();
        assertThat(gateway.process().output())
                .noneMatch(line -> line.contains("Exception") || line.contains("ERROR "))
                .noneMatch(line -> line.startsWith("forged"));
    }

    @Test
    void shouldServeDevicesWhileTheBrokerIsAwayAndConnectWhenItComes() throws Exception {
        broker.kill();
        try (SnDevice device = new SnDevice(gateway.address())) {
            gateway.process().awaitLine(line -> line.contains("lost the broker"), Duration.ofSeconds(20));
            gateway.process().awaitLine(line -> line.contains("lost the broker"), Duration.ofSeconds(20));
            device.connect("patient");
            // It waits for the broker, and is acknowledged when the broker has it.
            device.send(publish(new TopicRef.ShortName("ab"), 1, "x"));

            broker.restart();
            gateway.awaitBroker(2);

            assertThat(device.expect(PubAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        }
    }

    @Test
    void shouldEndWithZeroOnSigterm() throws Exception {
        gateway.process().terminate();

        assertThat(gateway.process().awaitExit(Duration.ofSeconds(20))).isZero();
    }

    @Test
    void shouldCarryTwoHundredNodesWithoutLoss() throws Exception {
        // The simulator listens at the broker for the topics its nodes use, so: a gateway without a prefix.
        Path apart = Files.createDirectory(directory.resolve("apart"));
        try (GatewayProcess plain = GatewayProcess.start(apart, broker.port(), "gateway: { name: plain, shards: 2 }");
                ChildProcess simulator = simulate(plain)) {
            assertThat(simulator.awaitExit(Duration.ofSeconds(60)))
                    .as(() -> String.join("\n", simulator.output()))
                    .isZero();
        }
    }

    private ChildProcess simulate(GatewayProcess target) throws IOException, InterruptedException {
        target.awaitBroker(2);
        return ChildProcess.launch(
                "sn-sim",
                "run",
                "--gateway",
                target.hostAndPort(),
                "--broker",
                "mqtt://127.0.0.1:" + broker.port(),
                "--nodes",
                "200",
                "--rate",
                "500/s",
                "--qos",
                "1",
                "--size",
                "64",
                "--duration",
                "3s",
                "--seed",
                "7");
    }

    @Test
    void shouldNameEveryProblemOfAConfiguration() throws Exception {
        Path config = directory.resolve("wrong.yaml");
        Files.writeString(config, "gateway: { id: 300 }\nlistener: []\n");

        try (ChildProcess check = ChildProcess.launch("sn-gateway", "check", "--config", config.toString())) {
            assertThat(check.awaitExit(Duration.ofSeconds(20))).isEqualTo(2);
            assertThat(check.output()).hasSize(2);
            assertThat(check.output().get(0)).startsWith(config + ":1:16: gateway.id: ");
            assertThat(check.output().get(1)).startsWith(config + ":2:1: listener: ");
        }
    }

    private void send(String topic, String payload) {
        application
                .publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    private static Publish publish(TopicRef topic, int msgId, String text) {
        return new Publish(false, Qos.AT_LEAST_ONCE, false, topic, msgId, Payload.utf8(text));
    }

    private static void assertReceived(Mqtt5BlockingClient.Mqtt5Publishes received, String topic, String payload)
            throws InterruptedException, IOException {
        Mqtt5Publish publish = received.receive(10, TimeUnit.SECONDS).orElseThrow();
        assertThat(publish.getTopic()).hasToString(topic);
        assertThat(new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8))
                .isEqualTo(payload);
    }
}
