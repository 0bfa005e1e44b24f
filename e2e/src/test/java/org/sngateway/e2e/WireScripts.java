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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.GwInfo;
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
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.testsupport.MosquittoProcess;

/** What a device may expect of the gateway, message by message: once for each wire. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WireScripts {
    private static final String CONFIG = """
            gateway: { id: 7, name: wire, shards: 2 }
            topics: { predefined: { 7: sensors/temperature } }
            sessions: { retry-interval: 1s, retry-count: 3 }
            admission: { qos-minus-one: true }
            """;

    private Wire wire;
    private MosquittoProcess broker;
    private GatewayProcess gateway;
    private Mqtt5BlockingClient application;
    private Mqtt5BlockingClient.Mqtt5Publishes arrivals;
    private SnDevice device;

    /** The wire under test, with files in {@code directory}. */
    abstract Wire open(Path directory) throws Exception;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        wire = open(directory);
        broker = MosquittoProcess.start(directory);
        gateway = GatewayProcess.startWithListener(directory, wire.listener(), broker.port(), CONFIG);
        gateway.awaitBroker(2);
        wire.attach(gateway.listener());
        application = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
        application.connect();
        arrivals = application.publishes(MqttGlobalPublishFilter.ALL);
        application.subscribeWith().topicFilter("#").qos(MqttQos.EXACTLY_ONCE).send();
    }

    @AfterAll
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
        if (wire != null) {
            wire.close();
        }
    }

    @BeforeEach
    void appear() throws IOException {
        device = new SnDevice(wire.link());
    }

    @AfterEach
    void leave() throws Exception {
        device.send(Disconnect.PLAIN); // answered or, without a session, not
        device.close();
        while (arrivals.receive(100, TimeUnit.MILLISECONDS).isPresent()) {
            // of the script before
        }
    }

    // ---- being there

    @Test
    void shouldConnectPingAndDisconnect() throws Exception {
        device.connect("plain");
        device.send(new PingReq(""));
        device.expect(PingResp.class);
        device.send(Disconnect.PLAIN);
        assertThat(device.expect(Disconnect.class)).isEqualTo(Disconnect.PLAIN);
        expectToBeToldToConnect(new PingReq(""));
    }

    @Test
    void shouldAskForTheWillAndPublishItWhenTheDeviceFallsSilent() throws Exception {
        device.send(new Connect(true, true, 1, "mortal"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "wills/mortal")));
        device.expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8("gone")));
        assertThat(device.expect(ConnAck.class)).isEqualTo(new ConnAck(ReturnCode.ACCEPTED));

        assertArrives("wills/mortal", "gone");
    }

    @Test
    void shouldKeepADeviceThatIsHeardOfWithinItsKeepAlive() throws Exception {
        device.send(new Connect(true, true, 1, "lively"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "wills/lively")));
        device.expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8("gone")));
        device.expect(ConnAck.class);
        for (int i = 0; i < 5; i++) {
            device.expectNothing(600);
            device.send(new PingReq(""));
            device.expect(PingResp.class);
        }
        device.send(Disconnect.PLAIN);
        device.expect(Disconnect.class);

        assertThat(arrivals.receive(500, TimeUnit.MILLISECONDS)).isEmpty();
    }

    @Test
    void shouldAnswerASearchForGateways() throws Exception {
        device.send(new SearchGw(1));
        assertThat(device.expect(GwInfo.class)).isEqualTo(new GwInfo(7, Payload.EMPTY));
    }

    // ---- publishing

    @Test
    void shouldPublishAtEachQosToEachKindOfTopic() throws Exception {
        device.connect("publisher");
        device.send(new Register(0, 1, "rooms/1"));
        int id = device.expect(RegAck.class).topicId();
        TopicRef[] refs = {new TopicRef.Normal(id), new TopicRef.Predefined(7), new TopicRef.ShortName("ab")};
        String[] topics = {"rooms/1", "sensors/temperature", "ab"};
        int msgId = 10;
        for (int i = 0; i < refs.length; i++) {
            device.send(publish(Qos.AT_MOST_ONCE, refs[i], 0, "zero"));
            assertArrives(topics[i], "zero");

            device.send(publish(Qos.AT_LEAST_ONCE, refs[i], ++msgId, "one"));
            PubAck ack = device.expect(PubAck.class);
            assertThat(ack.msgId()).isEqualTo(msgId);
            assertThat(ack.returnCode()).isEqualTo(ReturnCode.ACCEPTED);
            assertArrives(topics[i], "one");

            device.send(publish(Qos.EXACTLY_ONCE, refs[i], ++msgId, "two"));
            assertThat(device.expect(PubRec.class)).isEqualTo(new PubRec(msgId));
            device.send(publish(Qos.EXACTLY_ONCE, refs[i], msgId, "two"));
            assertThat(device.expect(PubRec.class)).isEqualTo(new PubRec(msgId));
            device.send(new PubRel(msgId));
            assertThat(device.expect(PubComp.class)).isEqualTo(new PubComp(msgId));
            assertArrives(topics[i], "two");
        }
        assertThat(arrivals.receive(200, TimeUnit.MILLISECONDS)).isEmpty();
    }

    @Test
    void shouldPublishWithoutASession() throws Exception {
        device.send(publish(Qos.WITHOUT_SESSION, new TopicRef.Predefined(7), 0, "unasked"));
        assertArrives("sensors/temperature", "unasked");
        device.send(publish(Qos.WITHOUT_SESSION, new TopicRef.ShortName("cd"), 0, "short"));
        assertArrives("cd", "short");
        device.expectNothing(200);
    }

    // ---- subscribing

    @Test
    void shouldDeliverAtEachQosAndRegisterTopicsFirst() throws Exception {
        device.connect("subscriber");
        subscribe(new TopicRef.Name("cmd/+"), 1);
        subscribe(new TopicRef.Predefined(7), 2);
        subscribe(new TopicRef.ShortName("xy"), 3);

        send("cmd/led", "on", MqttQos.EXACTLY_ONCE);
        Register register = device.expect(Register.class);
        assertThat(register.topicName()).isEqualTo("cmd/led");
        device.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        Publish command = device.expect(Publish.class);
        assertThat(command.topic()).isEqualTo(new TopicRef.Normal(register.topicId()));
        assertThat(command.data()).isEqualTo(Payload.utf8("on"));
        receiveExactlyOnce(command);

        send("sensors/temperature", "21", MqttQos.AT_LEAST_ONCE);
        Publish reading = device.expect(Publish.class);
        assertThat(reading.topic()).isEqualTo(new TopicRef.Predefined(7));
        device.send(new PubAck(7, reading.msgId(), ReturnCode.ACCEPTED));

        send("xy", "z", MqttQos.AT_MOST_ONCE);
        Publish letter = device.expect(Publish.class);
        assertThat(letter.topic()).isEqualTo(new TopicRef.ShortName("xy"));
        assertThat(letter.qos()).isEqualTo(Qos.AT_MOST_ONCE);

        device.send(new Unsubscribe(4, new TopicRef.ShortName("xy")));
        assertThat(device.expect(UnsubAck.class)).isEqualTo(new UnsubAck(4));
        send("xy", "unheard", MqttQos.AT_MOST_ONCE);
        device.expectNothing(300);
    }

    @Test
    void shouldSendAgainWithDupWhatIsNotAcknowledged() throws Exception {
        device.connect("deaf");
        subscribe(new TopicRef.ShortName("rr"), 1);

        send("rr", "listen", MqttQos.AT_LEAST_ONCE);

        Publish first = device.expect(Publish.class);
        assertThat(first.dup()).isFalse();
        Publish again = device.expect(Publish.class);
        assertThat(again.dup()).isTrue();
        assertThat(again.msgId()).isEqualTo(first.msgId());
        device.send(new PubAck(0, again.msgId(), ReturnCode.ACCEPTED));
        device.expectNothing(1500);
    }

    @Test
    void shouldKeepMessagesForASleepingDevice() throws Exception {
        device.connect("sleeper");
        subscribe(new TopicRef.ShortName("zz"), 1);
        device.send(new Disconnect(30));
        device.expect(Disconnect.class);
        for (int i = 0; i < 3; i++) {
            send("zz", "dream " + i, MqttQos.AT_LEAST_ONCE);
        }
        device.expectNothing(500);

        device.send(new PingReq("sleeper"));
        for (int i = 0; i < 3; i++) {
            Publish dream = device.expect(Publish.class);
            assertThat(dream.data()).isEqualTo(Payload.utf8("dream " + i));
            device.send(new PubAck(0, dream.msgId(), ReturnCode.ACCEPTED));
        }
        device.expect(PingResp.class);
        device.expectNothing(200);
    }

    @Test
    void shouldKeepTheSubscriptionsOfAKeptSession() throws Exception {
        device.send(new Connect(false, false, 60, "keeper"));
        device.expect(ConnAck.class);
        subscribe(new TopicRef.ShortName("kk"), 1);
        device.send(Disconnect.PLAIN);
        device.expect(Disconnect.class);
        send("kk", "while away", MqttQos.AT_LEAST_ONCE);

        device.send(new Connect(false, false, 60, "keeper"));
        device.expect(ConnAck.class);
        Publish kept = device.expect(Publish.class);
        assertThat(kept.data()).isEqualTo(Payload.utf8("while away"));
        device.send(new PubAck(0, kept.msgId(), ReturnCode.ACCEPTED));
        device.send(new Unsubscribe(2, new TopicRef.ShortName("kk")));
        device.expect(UnsubAck.class);
    }

    // ---- what a device does wrong

    @Test
    void shouldRefuseWhatIsWrong() throws Exception {
        expectToBeToldToConnect(new PingReq("nobody"));
        device.send(new Connect(false, true, 60, "x".repeat(65)));
        assertThat(device.expect(ConnAck.class)).isEqualTo(new ConnAck(ReturnCode.NOT_SUPPORTED));
        device.connect("clumsy");
        device.send(publish(Qos.AT_LEAST_ONCE, new TopicRef.Normal(999), 1, "where to"));
        assertThat(device.expect(PubAck.class)).isEqualTo(new PubAck(999, 1, ReturnCode.INVALID_TOPIC_ID));
        device.send(publish(Qos.AT_LEAST_ONCE, new TopicRef.Predefined(999), 2, "where to"));
        assertThat(device.expect(PubAck.class)).isEqualTo(new PubAck(999, 2, ReturnCode.INVALID_TOPIC_ID));
        byte[] nonsense = {3, 0x0C, 0};
        device.sendOctets(nonsense, nonsense.length);
        device.send(new PingReq(""));
        device.expect(PingResp.class);
    }

    /** An address is told once in a retry interval, and on a line the script before had the same one. */
    private void expectToBeToldToConnect(SnMessage message) throws IOException {
        SnMessage answer = null;
        for (int attempt = 0; answer == null; attempt++) {
            assertThat(attempt).as("attempts to be told").isLessThan(20);
            device.send(message);
            answer = device.poll(500);
        }
        assertThat(answer).isEqualTo(Disconnect.PLAIN);
    }

    private void subscribe(TopicRef topic, int msgId) throws IOException {
        device.send(new Subscribe(false, Qos.EXACTLY_ONCE, msgId, topic));
        SubAck granted = device.expect(SubAck.class);
        assertThat(granted.msgId()).isEqualTo(msgId);
        assertThat(granted.returnCode()).isEqualTo(ReturnCode.ACCEPTED);
        assertThat(granted.qos()).isEqualTo(Qos.EXACTLY_ONCE);
    }

    private void receiveExactlyOnce(Publish publish) throws IOException {
        assertThat(publish.qos()).isEqualTo(Qos.EXACTLY_ONCE);
        device.send(new PubRec(publish.msgId()));
        assertThat(device.expect(PubRel.class)).isEqualTo(new PubRel(publish.msgId()));
        device.send(new PubComp(publish.msgId()));
    }

    private void send(String topic, String payload, MqttQos qos) {
        application
                .publishWith()
                .topic(topic)
                .qos(qos)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    private static Publish publish(Qos qos, TopicRef topic, int msgId, String text) {
        return new Publish(false, qos, false, topic, msgId, Payload.utf8(text));
    }

    private void assertArrives(String topic, String payload) throws InterruptedException {
        Mqtt5Publish publish = arrivals.receive(10, TimeUnit.SECONDS).orElseThrow();
        assertThat(publish.getTopic()).hasToString(topic);
        assertThat(new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8))
                .isEqualTo(payload);
    }
}
