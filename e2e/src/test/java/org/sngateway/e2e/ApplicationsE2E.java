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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
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
import org.sngateway.testsupport.broker.MqttApp;
import org.sngateway.testsupport.broker.MqttJsApp;
import org.sngateway.testsupport.broker.MqttVersion;

/** Applications behind Mosquitto, one of MQTT.js and one of the HiveMQ client, that send commands to devices and get answers. */
@Timeout(120)
class ApplicationsE2E {
    private static final int QUIET_MILLIS = 500;

    private enum Mode {
        POOLED,
        PER_DEVICE
    }

    @TempDir
    private Path directory;

    private final List<AutoCloseable> started = new ArrayList<>();
    private MosquittoProcess broker;
    private int lastMsgId;

    @BeforeEach
    void startBroker() throws IOException {
        // In CI the tool is there, and its absence is a failure.
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = closed(MosquittoProcess.start(directory));
    }

    private GatewayProcess start(Mode mode) throws Exception {
        String configuration = "gateway: { shards: 2 }";
        GatewayProcess gateway = closed(
                mode == Mode.POOLED
                        ? GatewayProcess.start(directory, broker.port(), configuration)
                        : GatewayProcess.startPerDevice(directory, broker.port(), configuration));
        gateway.awaitBroker(2);
        return gateway;
    }

    private <T extends AutoCloseable> T closed(T one) {
        started.add(0, one);
        return one;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : started) {
            one.close();
        }
    }

    // ---- applications

    private MqttJsApp mqttJsApp() throws IOException {
        return closed(MqttJsApp.start(broker.port(), MqttVersion.MQTT_3_1_1, "mqtt-js"));
    }

    private MqttApp hivemqApp() throws Exception {
        MqttApp app = closed(MqttApp.of(MqttVersion.MQTT_5, broker.port(), "hivemq"));
        app.connect(false);
        return app;
    }

    private static MqttJsApp.Message js(String topic, String payload, int qos, boolean retained) {
        return new MqttJsApp.Message(topic, payload, qos, retained);
    }

    private static MqttApp.Message hivemq(String topic, String payload, int qos, boolean retained) {
        return new MqttApp.Message(topic, payload, qos, retained);
    }

    // ---- devices

    /** Connected with a session that is kept. */
    private SnDevice device(GatewayProcess gateway, String clientId) throws IOException {
        SnDevice device = closed(new SnDevice(gateway.address()));
        device.send(new Connect(false, false, 60, clientId));
        assertThat(device.expect(ConnAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        return device;
    }

    /** The topic id, 0 for a filter with wildcards. */
    private int subscribe(SnDevice device, String filter) throws IOException {
        int msgId = ++lastMsgId;
        device.send(new Subscribe(false, Qos.EXACTLY_ONCE, msgId, new TopicRef.Name(filter)));
        SubAck answer = device.expect(SubAck.class);
        assertThat(answer.msgId()).isEqualTo(msgId);
        assertThat(answer.returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        assertThat(answer.qos()).isEqualTo(Qos.EXACTLY_ONCE);
        return answer.topicId();
    }

    private int register(SnDevice device, String topic) throws IOException {
        device.send(new Register(0, ++lastMsgId, topic));
        return device.expect(RegAck.class).topicId();
    }

    private void publish(SnDevice device, int topicId, String payload, Qos qos, boolean retain) throws IOException {
        int msgId = ++lastMsgId;
        device.send(new Publish(false, qos, retain, new TopicRef.Normal(topicId), msgId, Payload.utf8(payload)));
        if (qos == Qos.AT_LEAST_ONCE) {
            assertThat(device.expect(PubAck.class)).isEqualTo(new PubAck(topicId, msgId, ReturnCode.ACCEPTED));
        } else {
            assertThat(device.expect(PubRec.class)).isEqualTo(new PubRec(msgId));
            device.send(new PubRel(msgId));
            assertThat(device.expect(PubComp.class)).isEqualTo(new PubComp(msgId));
        }
    }

    private static String topicOf(Register register, SnDevice device) throws IOException {
        device.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        return register.topicName();
    }

    private static void take(SnDevice device, Publish command, int topicId, String payload, Qos qos)
            throws IOException {
        assertThat(command.topic()).isEqualTo(new TopicRef.Normal(topicId));
        assertThat(command.data()).isEqualTo(Payload.utf8(payload));
        assertThat(command.qos()).isEqualTo(qos);
        if (qos == Qos.AT_LEAST_ONCE) {
            device.send(new PubAck(topicId, command.msgId(), ReturnCode.ACCEPTED));
        } else {
            device.send(new PubRec(command.msgId()));
            assertThat(device.expect(PubRel.class)).isEqualTo(new PubRel(command.msgId()));
            device.send(new PubComp(command.msgId()));
        }
    }

    // ---- commands and answers

    @ParameterizedTest
    @EnumSource
    void shouldExchangeCommandsAndAnswersWithAnAwakeDevice(Mode mode) throws Exception {
        GatewayProcess gateway = start(mode);
        MqttJsApp js = mqttJsApp();
        MqttApp hivemq = hivemqApp();
        assertThat(js.subscribe("answers/+", 2)).isEqualTo(2);
        hivemq.subscribe("answers/#", 2);
        SnDevice device = device(gateway, "valve-1");
        int command = subscribe(device, "cmd/valve-1");
        int answer = register(device, "answers/valve-1");

        js.publish("cmd/valve-1", "open", 1, false);
        take(device, device.expect(Publish.class), command, "open", Qos.AT_LEAST_ONCE);
        publish(device, answer, "opened", Qos.AT_LEAST_ONCE, false);
        hivemq.publish("cmd/valve-1", "close", 2);
        take(device, device.expect(Publish.class), command, "close", Qos.EXACTLY_ONCE);
        publish(device, answer, "closed", Qos.EXACTLY_ONCE, false);

        assertThat(js.awaitMessage()).isEqualTo(js("answers/valve-1", "opened", 1, false));
        assertThat(js.awaitMessage()).isEqualTo(js("answers/valve-1", "closed", 2, false));
        assertThat(hivemq.awaitMessages(2))
                .containsExactly(
                        hivemq("answers/valve-1", "opened", 1, false), hivemq("answers/valve-1", "closed", 2, false));
        device.expectNothing(QUIET_MILLIS);
        assertThat(js.messages()).isEmpty();
        assertThat(hivemq.messages()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldCommandADeviceInAnswerToWhatItSays(Mode mode) throws Exception {
        GatewayProcess gateway = start(mode);
        MqttJsApp js = mqttJsApp();
        assertThat(js.answer("alarms/+", "cmd/+", "seen: ", 1)).isEqualTo(1);
        SnDevice device = device(gateway, "valve-1");
        assertThat(subscribe(device, "cmd/valve-1/#")).isZero();
        int alarm = register(device, "alarms/valve-1");

        device.send(new Publish(
                false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(alarm), ++lastMsgId, Payload.utf8("hot")));

        // The broker's acknowledgement and the application's command come on connections of their own.
        SnMessage first = device.expectEither(PubAck.class, Register.class);
        Register register = first instanceof Register early ? early : device.expect(Register.class);
        assertThat(topicOf(register, device)).isEqualTo("cmd/valve-1");
        if (first instanceof Register) {
            SnMessage next = device.expectEither(PubAck.class, Publish.class);
            Publish command = next instanceof Publish early ? early : device.expect(Publish.class);
            take(device, command, register.topicId(), "seen: hot", Qos.AT_LEAST_ONCE);
            if (next instanceof Publish) {
                device.expect(PubAck.class);
            }
        } else {
            take(device, device.expect(Publish.class), register.topicId(), "seen: hot", Qos.AT_LEAST_ONCE);
        }
        assertThat(js.awaitAnswered()).isEqualTo("cmd/valve-1");
    }

    @ParameterizedTest
    @EnumSource
    void shouldExchangeCommandsAndAnswersWithASleepingDevice(Mode mode) throws Exception {
        GatewayProcess gateway = start(mode);
        MqttJsApp js = mqttJsApp();
        MqttApp hivemq = hivemqApp();
        js.subscribe("answers/+", 2);
        hivemq.subscribe("answers/+", 2);
        SnDevice device = device(gateway, "meter-1");
        assertThat(subscribe(device, "cmd/meter-1/+")).isZero();
        int answer = register(device, "answers/meter-1");
        device.send(new Disconnect(600));
        device.expect(Disconnect.class);

        js.publish("cmd/meter-1/now", "read", 1, false);
        hivemq.publish("cmd/meter-1/now", "reset", 2);
        device.expectNothing(QUIET_MILLIS);
        assertThat(commandsOf(device, "meter-1", 2)).containsExactly("cmd/meter-1/now: read", "cmd/meter-1/now: reset");
        // What it sends while it sleeps is passed on at once.
        publish(device, answer, "4711", Qos.AT_LEAST_ONCE, false);
        publish(device, answer, "done", Qos.EXACTLY_ONCE, false);

        assertThat(js.awaitMessage()).isEqualTo(js("answers/meter-1", "4711", 1, false));
        assertThat(js.awaitMessage()).isEqualTo(js("answers/meter-1", "done", 2, false));
        assertThat(hivemq.awaitMessages(2))
                .containsExactly(
                        hivemq("answers/meter-1", "4711", 1, false), hivemq("answers/meter-1", "done", 2, false));
        // The next time the topic is known, and what was taken does not come again.
        js.publish("cmd/meter-1/now", "read again", 1, false);
        device.expectNothing(QUIET_MILLIS);
        assertThat(commandsOf(device, "meter-1", 1)).containsExactly("null: read again");
        device.send(new PingReq("meter-1"));
        device.expect(PingResp.class);
        assertThat(js.messages()).isEmpty();
        assertThat(hivemq.messages()).isEmpty();
    }

    /** Wakes until it has got so many, each with the topic if it was registered since the device fell asleep. */
    private static List<String> commandsOf(SnDevice device, String clientId, int count) throws IOException {
        List<String> commands = new ArrayList<>();
        int topicId = 0;
        String topic = null;
        while (commands.size() < count) {
            device.send(new PingReq(clientId));
            for (SnMessage message = device.receive(); !(message instanceof PingResp); message = device.receive()) {
                if (message instanceof Register register) {
                    topicId = register.topicId();
                    topic = topicOf(register, device);
                } else {
                    assertThat(message).isInstanceOf(Publish.class);
                    Publish command = (Publish) message;
                    int id = ((TopicRef.Normal) command.topic()).id();
                    assertThat(topic == null ? id : topicId).isEqualTo(id);
                    String payload = command.data().toUtf8();
                    take(device, command, id, payload, command.qos());
                    commands.add(topic + ": " + payload);
                }
            }
        }
        return commands;
    }

    // ---- state

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheStateOfADeviceForApplicationsThatComeLater(Mode mode) throws Exception {
        GatewayProcess gateway = start(mode);
        SnDevice device = device(gateway, "pump-1");
        int state = register(device, "state/pump-1");
        publish(device, state, "off", Qos.AT_LEAST_ONCE, true);
        publish(device, state, "on", Qos.EXACTLY_ONCE, true);

        MqttJsApp js = mqttJsApp();
        MqttApp hivemq = hivemqApp();
        js.subscribe("state/+", 1);
        hivemq.subscribe("state/pump-1", 2);

        assertThat(js.awaitMessage()).isEqualTo(js("state/pump-1", "on", 1, true));
        assertThat(hivemq.awaitMessage()).isEqualTo(hivemq("state/pump-1", "on", 2, true));
        // An empty one ends it, and those who are there hear of that.
        publish(device, state, "", Qos.AT_LEAST_ONCE, true);
        assertThat(js.awaitMessage()).isEqualTo(js("state/pump-1", "", 1, false));
        assertThat(hivemq.awaitMessage()).isEqualTo(hivemq("state/pump-1", "", 1, false));
        assertThat(js.messages()).isEmpty();
        assertThat(hivemq.messages()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveWhatAnApplicationLeftForADeviceThatComesLater(Mode mode) throws Exception {
        GatewayProcess gateway = start(mode);
        mqttJsApp().publish("settings/pump-1", "slow", 1, true);
        SnDevice device = device(gateway, "pump-1");

        int settings = subscribe(device, "settings/pump-1");

        Publish left = device.expect(Publish.class);
        assertThat(left.retain()).isTrue();
        take(device, left, settings, "slow", Qos.AT_LEAST_ONCE);
    }

    // ---- what MQTT-SN has no place for

    @ParameterizedTest
    @EnumSource
    void shouldDropResponseTopicAndCorrelationData(Mode mode) throws Exception {
        GatewayProcess gateway = start(mode);
        Mqtt5BlockingClient asking = MqttClient.builder()
                .useMqttVersion5()
                .identifier("asking")
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        asking.connect();
        closed(asking::disconnect);
        Mqtt5BlockingClient.Mqtt5Publishes answers = closed(asking.publishes(MqttGlobalPublishFilter.ALL));
        for (String filter : List.of("replies/asking", "answers/valve-1")) {
            asking.subscribeWith()
                    .topicFilter(filter)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
        }
        SnDevice device = device(gateway, "valve-1");
        int command = subscribe(device, "cmd/valve-1");
        int answer = register(device, "answers/valve-1");

        asking.publishWith()
                .topic("cmd/valve-1")
                .qos(MqttQos.AT_LEAST_ONCE)
                .responseTopic("replies/asking")
                .correlationData("question 7".getBytes(StandardCharsets.UTF_8))
                .userProperties()
                .add("trace", "abc")
                .applyUserProperties()
                .contentType("text/plain")
                .payload("open".getBytes(StandardCharsets.UTF_8))
                .send();
        take(device, device.expect(Publish.class), command, "open", Qos.AT_LEAST_ONCE);
        publish(device, answer, "opened", Qos.AT_LEAST_ONCE, false);

        // The topic that the device knows, not the one that the application asked for, and nothing of the question.
        Mqtt5Publish received = answers.receive(10, TimeUnit.SECONDS).orElseThrow();
        assertThat(received.getTopic()).hasToString("answers/valve-1");
        assertThat(new String(received.getPayloadAsBytes(), StandardCharsets.UTF_8))
                .isEqualTo("opened");
        assertThat(received.getResponseTopic()).isEmpty();
        assertThat(received.getCorrelationData()).isEmpty();
        assertThat(received.getUserProperties().asList()).isEmpty();
        assertThat(received.getContentType()).isEmpty();
        assertThat(answers.receive(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isEmpty();
    }
}
