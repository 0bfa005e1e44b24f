// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.again;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish0;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.shortName;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;
import static org.sngateway.testsupport.Messages.unsubscribe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;
import org.sngateway.gateway.observe.Refusal;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.testsupport.LockstepDevice;

/** What a device is told when it is not admitted: docs/admission.md. */
final class AdmissionTest {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final String RULES =
            "allow: [\"pump-*\"], publish: [{ device: \"pump-*\", topics: [\"pumps/%c/#\", ab] }], "
                    + "subscribe: [{ device: \"pump-*\", topics: [\"cmd/%c\", \"cmd/all/#\"] }]";

    @TempDir
    private Path directory;

    private static TestGateway gateway(String admission) {
        return TestGateway.start("{ topics: { predefined: { 1: pumps/pump-7/state, 2: other/topic } }, admission: { "
                + admission + " } }");
    }

    private static LockstepDevice connected(TestGateway gateway, String clientId) {
        LockstepDevice device = gateway.device(7);
        device.send(connect(clientId));
        device.expect(connAck());
        return device;
    }

    private static RegAck regRefused(int msgId, ReturnCode code) {
        return new RegAck(0, msgId, code);
    }

    // ---- CONNECT

    @Test
    void shouldRefuseClientIdsThatAreNotAllowed() {
        TestGateway gateway = gateway(RULES);
        LockstepDevice thief = gateway.device(1);

        thief.send(connect("valve-1"));

        thief.expect(connAck(ReturnCode.NOT_SUPPORTED));
        assertThat(gateway.sessions()).isZero();
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.CLIENT_ID, 1L));
        connected(gateway, "pump-7");
    }

    @Test
    void shouldCountEachLimitThatAConnectMeets() {
        TestGateway gateway = TestGateway.start("sessions: { max: 1, max-client-id: 5 }");
        LockstepDevice first = connected(gateway, "a");
        LockstepDevice second = gateway.device(2);

        second.send(connect("b"));
        second.expect(connAck(ReturnCode.CONGESTION));
        second.send(connect("longer"));
        second.expect(connAck(ReturnCode.NOT_SUPPORTED));

        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.MAX_SESSIONS, 1L, Refusal.MAX_CLIENT_ID, 1L));
        first.expectNothing();
    }

    @Test
    void shouldTellDevicesToComeBackWhenTooManyConnectAtOnce() {
        TestGateway gateway = gateway("connect-rate: 2/s");
        for (int i = 1; i <= 2; i++) {
            LockstepDevice device = gateway.device(i);
            device.send(connect("device-" + i));
            device.expect(connAck());
        }
        LockstepDevice third = gateway.device(3);

        third.send(connect("device-3"));
        third.expect(connAck(ReturnCode.CONGESTION));
        gateway.advance(Duration.ofMillis(500));
        third.send(connect("device-3"));
        third.expect(connAck());

        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.CONNECT_RATE, 1L));
    }

    @Test
    void shouldShareTheConnectRateAmongShards() {
        TestGateway gateway = TestGateway.start(2, "admission: { connect-rate: 1/s }");
        LockstepDevice here = gateway.device(1, 0);
        LockstepDevice there = gateway.device(2, 1);

        here.send(connect("a"));
        there.send(connect("b"));

        here.expect(connAck());
        there.expect(connAck(ReturnCode.CONGESTION));
    }

    @Test
    void shouldRefuseADeviceThatHasNotProvedTheIdentityOfItsEntry() throws IOException {
        Path clients = Files.writeString(directory.resolve("clients.yaml"), "pump-7: { identity: key-7 }");
        TestGateway gateway = gateway("clients-file: \"" + clients + "\"");
        LockstepDevice thief = gateway.device(1);

        thief.send(connect("pump-7"));

        thief.expect(connAck(ReturnCode.NOT_SUPPORTED));
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.IDENTITY, 1L));
    }

    // ---- topics

    @Test
    void shouldRefuseToRegisterWhatMayNotBePublished() {
        TestGateway gateway = gateway(RULES);
        LockstepDevice device = connected(gateway, "pump-7");

        device.send(register(1, "pumps/pump-8/rpm"));
        device.expect(regRefused(1, ReturnCode.NOT_SUPPORTED));
        device.send(register(2, "pumps/pump-7/rpm"));
        device.expect(regAck(3, 2));

        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.PUBLISH, 1L));
    }

    @Test
    void shouldRefuseToPublishByEachKindOfTopic() {
        TestGateway gateway = gateway(RULES);
        gateway.uplink().grantSubscriptions(QOS_1);
        LockstepDevice device = connected(gateway, "pump-7");
        device.send(subscribe(9, QOS_1, "cmd/pump-7")); // which gives it an id for a topic that it may not publish to
        device.expect(subAck(9, QOS_1, 3));

        device.send(publish1(1, id(3), "x"));
        device.expect(pubAck(3, 1, ReturnCode.NOT_SUPPORTED));
        device.send(publish1(2, predefined(2), "x"));
        device.expect(pubAck(2, 2, ReturnCode.NOT_SUPPORTED));
        device.send(publish1(3, shortName("cd"), "x"));
        device.expect(pubAck(0x6364, 3, ReturnCode.NOT_SUPPORTED));
        gateway.uplink().expectNoPublish();
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.PUBLISH, 3L));

        device.send(publish1(4, predefined(1), "4"));
        gateway.uplink().expectPublish("pumps/pump-7/state", QOS_1, "4").accept();
        device.expect(pubAck(1, 4));
        device.send(publish1(5, shortName("ab"), "5"));
        gateway.uplink().expectPublish("ab", QOS_1, "5").accept();
        device.expect(pubAck(0x6162, 5));
    }

    @Test
    void shouldDropQos0WithoutAnAnswer() {
        TestGateway gateway = gateway(RULES);
        LockstepDevice device = connected(gateway, "pump-7");

        device.send(publish0(predefined(2), "x"));

        device.expectNothing();
        gateway.uplink().expectNoPublish();
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.PUBLISH, 1L));
    }

    @Test
    void shouldRefuseQos2BeforeItIsPassedOn() {
        TestGateway gateway = gateway(RULES);
        LockstepDevice device = connected(gateway, "pump-7");

        device.send(publish2(1, predefined(2), "x"));

        device.expect(pubAck(2, 1, ReturnCode.NOT_SUPPORTED));
        gateway.uplink().expectNoPublish();
    }

    private static Publish publish2(int msgId, TopicRef topic, String data) {
        return new Publish(false, Qos.EXACTLY_ONCE, false, topic, msgId, Payload.utf8(data));
    }

    @Test
    void shouldRefuseFiltersThatReachFurther() {
        TestGateway gateway = gateway(RULES);
        gateway.uplink().grantSubscriptions(QOS_1);
        LockstepDevice device = connected(gateway, "pump-7");

        String[] refused = {"#", "cmd/+", "cmd/pump-8", "$share/g/cmd/#", "$SYS/#"};
        for (int i = 0; i < refused.length; i++) {
            device.send(subscribe(10 + i, QOS_1, refused[i]));
            device.expect(subAck(10 + i, ReturnCode.NOT_SUPPORTED));
        }
        device.send(subscribe(20, QOS_1, predefined(2)));
        device.expect(subAck(20, ReturnCode.NOT_SUPPORTED));

        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.SUBSCRIBE, 6L));
        assertThat(gateway.uplink().subscriptions()).isZero();
        device.send(subscribe(30, QOS_1, "cmd/all/+/x"));
        device.expect(subAck(30, QOS_1, 0));
        device.send(subscribe(31, QOS_1, "$share/g/cmd/all/#"));
        device.expect(subAck(31, QOS_1, 0));
    }

    @Test
    void shouldRuleTopicsAsTheDeviceSeesThem() {
        TestGateway gateway = TestGateway.start("{ topics: { prefix: site-7/ }, admission: { " + RULES + " } }");
        gateway.uplink().grantSubscriptions(QOS_1);
        LockstepDevice device = connected(gateway, "pump-7");

        device.send(register(1, "pumps/pump-7/rpm"));
        device.expect(regAck(1, 1));
        device.send(register(2, "site-7/pumps/pump-7/rpm"));
        device.expect(regRefused(2, ReturnCode.NOT_SUPPORTED));
        device.send(subscribe(3, QOS_1, "cmd/all/#"));
        device.expect(subAck(3, QOS_1, 0));
    }

    @Test
    void shouldLetOnlyWhatEveryDeviceMayThroughAtQosMinus1() {
        TestGateway gateway = gateway("qos-minus-one: true, publish: [{ device: \"*\", topics: [ab, \"x/%c\"] }, "
                + "{ device: \"pump-*\", topics: [cd] }]");
        LockstepDevice stranger = gateway.device(1);
        LockstepDevice device = connected(gateway, "pump-7");

        for (LockstepDevice one : new LockstepDevice[] {stranger, device}) {
            one.send(new Publish(false, Qos.WITHOUT_SESSION, false, shortName("ab"), 0, Payload.utf8("1")));
            one.send(new Publish(false, Qos.WITHOUT_SESSION, false, shortName("cd"), 0, Payload.utf8("2")));
            gateway.uplink().expectPublish("ab", Qos.AT_MOST_ONCE, "1");
            gateway.uplink().expectNoPublish();
            one.expectNothing();
        }
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.PUBLISH, 2L));
    }

    // ---- wills

    @Test
    void shouldRefuseAConnectWhoseWillIsNotAllowed() {
        TestGateway gateway = gateway(RULES);
        LockstepDevice device = gateway.device(1);

        device.send(new Connect(true, true, 60, "pump-7"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(QOS_1, false, "pumps/pump-8/gone")));
        device.expect(connAck(ReturnCode.NOT_SUPPORTED));
        assertThat(gateway.sessions()).isZero();
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.WILL, 1L));

        device.send(new Connect(true, true, 60, "pump-7"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(QOS_1, false, "pumps/pump-7/gone")));
        device.expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8("gone")));
        device.expect(connAck());
        device.send(new WillTopicUpd(new WillHeader(QOS_1, false, "other/gone")));
        device.expect(new WillTopicResp(ReturnCode.NOT_SUPPORTED));
    }

    @Test
    void shouldRefuseAnyWillOfADeviceThatMayHaveNone() throws IOException {
        Path clients = Files.writeString(directory.resolve("clients.yaml"), "pump-7: { will: false }");
        TestGateway gateway = gateway("clients-file: \"" + clients + "\"");
        LockstepDevice device = gateway.device(1);

        device.send(new Connect(true, true, 60, "pump-7"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(QOS_1, false, "any")));
        device.expect(connAck(ReturnCode.NOT_SUPPORTED));
        device.send(new Connect(true, true, 60, "pump-7"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(null));
        device.expect(connAck());
        device.send(new WillTopicUpd(new WillHeader(QOS_1, false, "any")));
        device.expect(new WillTopicResp(ReturnCode.NOT_SUPPORTED));
    }

    // ---- pre-defined ids of the clients file

    @Test
    void shouldGiveADeviceThePredefinedIdsOfItsEntry() throws IOException {
        Path clients = Files.writeString(
                directory.resolve("clients.yaml"), "{ pump-7: { predefined: { 2: \"own/%c\", 5: five } }, other: }");
        TestGateway gateway = gateway("clients-file: \"" + clients + "\"");
        LockstepDevice device = connected(gateway, "pump-7");

        device.send(publish0(predefined(2), "2"));
        device.send(publish0(predefined(5), "5"));
        device.send(publish0(predefined(1), "1"));

        gateway.uplink().expectPublish("own/pump-7", Qos.AT_MOST_ONCE, "2");
        gateway.uplink().expectPublish("five", Qos.AT_MOST_ONCE, "5");
        gateway.uplink().expectPublish("pumps/pump-7/state", Qos.AT_MOST_ONCE, "1");
    }

    // ---- rates

    @ParameterizedTest
    @ValueSource(strings = {"publish1", "publish2", "register", "subscribe"})
    void shouldAnswerCongestionBeyondTheRateOfADevice(String what) {
        TestGateway gateway = gateway("rate: { per-device: 2/s }");
        LockstepDevice device = connected(gateway, "pump-7");
        SnMessage[] message = {publish0(predefined(1), "x"), publish0(predefined(1), "y")};
        device.send(message[0]);
        device.send(message[1]);

        switch (what) {
            case "publish1" -> {
                device.send(publish1(1, predefined(1), "x"));
                device.expect(pubAck(1, 1, ReturnCode.CONGESTION));
            }
            case "publish2" -> {
                device.send(publish2(1, predefined(1), "x"));
                device.expect(pubAck(1, 1, ReturnCode.CONGESTION));
            }
            case "register" -> {
                device.send(register(1, "a"));
                device.expect(regRefused(1, ReturnCode.CONGESTION));
            }
            default -> {
                device.send(subscribe(1, QOS_1, "a"));
                device.expect(subAck(1, ReturnCode.CONGESTION));
            }
        }
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.DEVICE_RATE, 1L));
        gateway.advance(Duration.ofMillis(500));
        device.send(publish1(2, predefined(1), "z"));
        gateway.uplink().expectPublish("pumps/pump-7/state", Qos.AT_MOST_ONCE, "x");
        gateway.uplink().expectPublish("pumps/pump-7/state", Qos.AT_MOST_ONCE, "y");
        gateway.uplink().expectPublish("pumps/pump-7/state", QOS_1, "z").accept();
        device.expect(pubAck(1, 2));
    }

    @Test
    void shouldDropWhatCannotBeAnsweredBeyondTheRateOfADevice() {
        TestGateway gateway = gateway("rate: { per-device: 1/s }");
        gateway.uplink().grantSubscriptions(QOS_1);
        LockstepDevice device = connected(gateway, "pump-7");
        device.send(subscribe(1, QOS_1, "a/+"));
        device.expect(subAck(1, QOS_1, 0));

        device.send(publish0(predefined(1), "x"));
        device.send(unsubscribe(2, "a/+"));

        device.expectNothing();
        gateway.uplink().expectNoPublish();
        gateway.uplink().expectNoUnsubscribe();
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.DEVICE_RATE, 2L));
        gateway.advance(Duration.ofSeconds(1));
        device.send(unsubscribe(2, "a/+"));
        device.expect(UnsubAck.class);
    }

    @Test
    void shouldLetAcknowledgementsAndPingsThroughBeyondTheRateOfADevice() {
        TestGateway gateway = gateway("rate: { per-device: 2/s }");
        FakeUplink uplink = gateway.uplink();
        uplink.grantSubscriptions(QOS_1);
        LockstepDevice device = connected(gateway, "pump-7");
        device.send(subscribe(1, QOS_1, "a"));
        device.expect(subAck(1, QOS_1, 3));
        device.send(publish0(predefined(1), "x"));
        uplink.deliver("a", "1", QOS_1, "a");
        uplink.deliver("a", "2", QOS_1, "a");

        Publish first = device.expect(Publish.class);
        device.send(new PubAck(3, first.msgId(), ReturnCode.ACCEPTED));
        Publish second = device.expect(Publish.class);
        device.send(new PubAck(3, second.msgId(), ReturnCode.ACCEPTED));
        device.send(pingReq());
        device.expect(PingResp.class);
        assertThat(gateway.refusals()).isEmpty();
    }

    /** To refuse it would say that the broker does not get what it has. */
    @Test
    void shouldNotRefuseTheRepetitionOfWhatIsUnderWay() {
        TestGateway gateway = gateway("rate: { per-device: 2/s }");
        LockstepDevice device = connected(gateway, "pump-7");
        Publish qos1 = publish1(1, predefined(1), "x");
        Publish qos2 = publish2(2, predefined(1), "y");
        device.send(qos1);
        device.send(qos2);
        FakeUplink.Published up = gateway.uplink().expectPublish("pumps/pump-7/state", QOS_1, "x");
        gateway.uplink()
                .expectPublish("pumps/pump-7/state", Qos.EXACTLY_ONCE, "y")
                .accept();
        device.expect(PubRec.class);

        device.send(again(qos1));
        device.send(again(qos2));
        device.expect(PubRec.class);
        device.expectNothing();
        up.accept();
        device.expect(pubAck(1, 1));
        assertThat(gateway.refusals()).isEmpty();
    }

    @Test
    void shouldRateEachDeviceForItself() {
        TestGateway gateway = gateway("rate: { per-device: 1/s }");
        LockstepDevice busy = connected(gateway, "busy");
        LockstepDevice other = gateway.device(8);
        other.send(connect("other"));
        other.expect(connAck());
        for (int i = 1; i <= 5; i++) {
            busy.send(publish1(i, predefined(1), "x" + i));
        }

        other.send(publish1(1, predefined(1), "y"));

        gateway.uplink().expectPublish("pumps/pump-7/state", QOS_1, "x1");
        gateway.uplink().expectPublish("pumps/pump-7/state", QOS_1, "y").accept();
        other.expect(pubAck(1, 1));
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.DEVICE_RATE, 4L));
    }

    // ---- limits of one device

    @Test
    void shouldCountEachLimitOfADevice() {
        TestGateway gateway = TestGateway.start(
                "{ topics: { predefined: { 1: t } }, sessions: { max-topic-ids: 1, max-subscriptions: 1, max-in-flight: 1 } }");
        gateway.uplink().grantSubscriptions(QOS_1);
        LockstepDevice device = connected(gateway, "a");
        device.send(register(1, "a"));
        device.send(subscribe(2, QOS_1, "a/#"));
        device.send(publish1(3, predefined(1), "3"));
        device.skipAll();

        device.send(register(4, "b"));
        device.expect(regRefused(4, ReturnCode.CONGESTION));
        device.send(subscribe(5, QOS_1, "b/#"));
        device.expect(subAck(5, ReturnCode.CONGESTION));
        device.send(publish1(6, predefined(1), "6"));
        device.expect(pubAck(1, 6, ReturnCode.CONGESTION));

        assertThat(gateway.refusals())
                .isEqualTo(Map.of(Refusal.MAX_TOPIC_IDS, 1L, Refusal.MAX_SUBSCRIPTIONS, 1L, Refusal.MAX_IN_FLIGHT, 1L));
    }
}
