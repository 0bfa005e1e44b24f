// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.again;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;

/** CONNECT in every situation, MQTT-SN 1.2 §6.2 and §6.3. */
final class SessionConnectTest {
    private final TestGateway gateway = TestGateway.start("sessions: { max: 2 }");
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);
    private final LockstepDevice elsewhere = gateway.device(2);

    // ---- admission

    @Test
    void shouldAcceptADevice() {
        device.send(connect("dev"));

        device.expect(connAck());
        device.expectNothing();
        assertThat(gateway.sessions()).isEqualTo(1);
        assertThat(gateway.counters().devicesConnected.sum()).isEqualTo(1);
    }

    @Test
    void shouldRefuseAnEmptyClientId() {
        device.send(connect(""));

        device.expect(connAck(ReturnCode.NOT_SUPPORTED));
        assertNothingWasKept();
    }

    @Test
    void shouldCountTheCharactersOfAClientIdNotItsOctets() {
        device.send(connect("ü".repeat(64)));
        elsewhere.send(connect("ü".repeat(65)));

        device.expect(connAck());
        elsewhere.expect(connAck(ReturnCode.NOT_SUPPORTED));
        assertThat(gateway.sessions()).isEqualTo(1);
    }

    @Test
    void shouldRefuseMoreSessionsThanAllowedButNotTheDevicesThatHaveOne() {
        device.send(connectKept("a"));
        device.send(Disconnect.PLAIN);
        elsewhere.send(connect("b"));
        device.skipAll();
        elsewhere.skipAll();
        LockstepDevice third = gateway.device(3);

        third.send(connect("c"));
        third.expect(connAck(ReturnCode.CONGESTION));
        device.send(connectKept("a"));
        device.expect(connAck());

        elsewhere.send(Disconnect.PLAIN);
        third.send(connect("c"));
        third.expect(connAck());
        assertThat(gateway.counters().connectsRefused.sum()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"09 04 04 02 003C 646576", "06 04 04 01 003C 64", "08 04 04 01 003C C0AF"})
    void shouldAnswerAMalformedConnectOnceInAWhileOrNotAtAll(String octets) {
        boolean hasAnswer = !octets.startsWith("06");
        for (int i = 0; i < 3; i++) {
            device.sendHex(octets);
        }

        if (hasAnswer) {
            device.expect(connAck(ReturnCode.NOT_SUPPORTED));
        }
        device.expectNothing();
        gateway.advance(Duration.ofSeconds(10));
        device.sendHex(octets);
        if (hasAnswer) {
            device.expect(connAck(ReturnCode.NOT_SUPPORTED));
        }
        device.expectNothing();
        assertNothingWasKept();
    }

    @Test
    void shouldLeaveTheSessionAloneWhenItsAddressSendsAConnectThatIsRefused() {
        device.send(connect("dev"));
        device.expect(connAck());

        device.send(connect("x".repeat(65)));
        device.expect(connAck(ReturnCode.NOT_SUPPORTED));
        device.send(pingReq());
        device.expect(PingResp.class);
    }

    // ---- the same address

    @Test
    void shouldRepeatConnAckForARetransmissionAndTouchNothing() {
        keepOneMessageWaiting();
        device.send(connectKept("dev"));
        device.expect(connAck());
        Register register = device.expect(Register.class);

        device.send(connectKept("dev"));

        device.expect(connAck());
        device.expectNothing();
        assertThat(gateway.counters().connectsAccepted.sum()).isEqualTo(2);
        device.send(regAck(register.topicId(), register.msgId()));
        device.expect(Publish.class);
    }

    @Test
    void shouldBeginAgainWhenTheDeviceConnectsWithOtherFields() {
        connectAndSubscribe();
        device.send(new Connect(false, true, 30, "dev"));

        device.expect(connAck());
        uplink.expectUnsubscribe("a/b");
        assertThat(gateway.counters().connectsAccepted.sum()).isEqualTo(2);
    }

    @Test
    void shouldForgetACleanSessionWhenItsDeviceRestarts() {
        connectAndSubscribe();

        device.send(connect("dev"));

        device.expect(connAck());
        uplink.expectUnsubscribe("a/b");
        device.send(publish1(2, id(1), "x"));
        device.expect(pubAck(1, 2, ReturnCode.INVALID_TOPIC_ID));
        assertThat(gateway.sessions()).isEqualTo(1);
        assertThat(gateway.counters().devicesConnected.sum()).isEqualTo(1);
    }

    @Test
    void shouldSendAgainWhatWasUnderWayWhenTheDeviceOfAKeptSessionRestarts() {
        keepOneMessageWaiting();
        device.send(connectKept("dev"));
        device.expect(connAck());
        Register register = device.expect(Register.class);
        device.send(regAck(register.topicId(), register.msgId()));
        device.expect(Publish.class);

        device.send(connectKept("dev"));

        device.expect(connAck());
        Register anew =
                device.expect(Register.class, r -> assertThat(r.topicId()).isEqualTo(register.topicId()));
        device.send(regAck(anew.topicId(), anew.msgId()));
        device.expect(Publish.class, p -> assertThat(p.data().toUtf8()).isEqualTo("waiting"));
    }

    @Test
    void shouldEndTheSessionOfAnotherClientIdAtTheAddress() {
        connectAndSubscribe();

        device.send(connect("other"));

        device.expect(connAck());
        device.expectNothing();
        uplink.expectUnsubscribe("a/b");
        assertThat(gateway.sessions()).isEqualTo(1);
        assertThat(gateway.session("other").state()).isEqualTo(SessionState.ACTIVE);
        assertThat(gateway.counters().devicesConnected.sum()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheKeptSessionOfAnotherClientIdAtTheAddress() {
        device.send(connectKept("dev"));
        device.send(connect("other"));

        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.DISCONNECTED);
        assertThat(gateway.session("dev").address()).isNull();
        assertThat(gateway.session("other").address()).isEqualTo(device.address());
    }

    // ---- another address

    @Test
    void shouldTakeOverFromANewAddressAndTellTheOldOne() {
        uplink.grantSubscriptions(Qos.AT_LEAST_ONCE);
        device.send(connectKept("dev"));
        device.send(subscribe(1, Qos.AT_MOST_ONCE, "a/b"));
        device.skipAll();

        elsewhere.send(connectKept("dev"));

        device.expect(Disconnect.PLAIN);
        elsewhere.expect(connAck());
        uplink.deliver("a/b", "x", Qos.AT_MOST_ONCE, "a/b");
        elsewhere.expect(Register.class);
        device.send(pingReq());
        device.expect(Disconnect.PLAIN);
        assertThat(gateway.counters().devicesConnected.sum()).isEqualTo(1);
        assertThat(gateway.counters().devicesLost.sum()).isZero();
    }

    @Test
    void shouldForgetTheSessionWhenACleanOneTakesOver() {
        connectAndSubscribe();

        elsewhere.send(connect("dev"));

        device.expect(Disconnect.PLAIN);
        elsewhere.expect(connAck());
        uplink.expectUnsubscribe("a/b");
    }

    @Test
    void shouldSuperviseTheDeviceAtItsNewAddressOnly() {
        device.send(connect("dev"));
        elsewhere.send(new Connect(false, true, 600, "dev"));
        device.skipAll();
        elsewhere.skipAll();

        gateway.advance(Duration.ofMinutes(10));

        elsewhere.send(pingReq());
        elsewhere.expect(PingResp.class);
    }

    // ---- what is kept

    @Test
    void shouldResumeAKeptSession() {
        keepOneMessageWaiting();

        device.send(connectKept("dev"));

        device.expect(connAck());
        device.expect(new Register(1, 1, "a/b"));
        device.send(regAck(1, 1));
        device.expect(publish1(2, id(1), "waiting"));
        uplink.expectNoUnsubscribe();
    }

    @Test
    void shouldAcceptTheIdsOfAKeptSession() {
        device.send(connectKept("dev"));
        device.send(register(1, "a/b"));
        device.send(Disconnect.PLAIN);
        device.send(connectKept("dev"));
        device.skipAll();

        device.send(publish1(2, id(1), "x"));

        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").accept();
        device.expect(pubAck(1, 2));
    }

    @Test
    void shouldForgetAKeptSessionWhenTheDeviceAsksForACleanOne() {
        keepOneMessageWaiting();

        device.send(connect("dev"));

        device.expect(connAck());
        device.expectNothing();
        uplink.expectUnsubscribe("a/b");
        device.send(publish1(2, id(1), "x"));
        device.expect(pubAck(1, 2, ReturnCode.INVALID_TOPIC_ID));
    }

    @Test
    void shouldNotResumeACleanSessionAsAKeptOne() {
        connectAndSubscribe();

        elsewhere.send(connectKept("dev"));

        uplink.expectUnsubscribe("a/b");
        elsewhere.expect(connAck());
    }

    @Test
    void shouldKeepNothingOfACleanSessionThatEnds() {
        connectAndSubscribe();

        device.send(Disconnect.PLAIN);

        device.expect(Disconnect.PLAIN);
        uplink.expectUnsubscribe("a/b");
        assertNothingWasKept();
        assertThat(gateway.loop().armedTimers()).isZero();
    }

    @Test
    void shouldKeepNoTimerForAKeptSessionThatIsAway() {
        keepOneMessageWaiting();

        assertThat(gateway.sessions()).isEqualTo(1);
        assertThat(gateway.loop().armedTimers()).isZero();
        assertThat(gateway.counters().devicesConnected.sum()).isZero();
    }

    @Test
    void shouldConfirmADisconnectThatIsRepeated() {
        device.send(connect("dev"));
        device.send(Disconnect.PLAIN);
        device.skipAll();

        device.send(Disconnect.PLAIN);

        device.expect(Disconnect.PLAIN);
    }

    // ---- what was under way when the device connected again

    @Test
    void shouldNotAnswerForAPublishOfAnEarlierConnection() {
        device.send(connectKept("dev"));
        device.send(register(1, "a/b"));
        device.send(publish1(2, id(1), "old"));
        FakeUplink.Published old = uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "old");
        device.send(connectKept("dev"));
        device.send(publish1(2, id(1), "new"));
        device.skipAll();

        old.accept();
        device.expectNothing();
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "new").accept();
        device.expect(pubAck(1, 2));
    }

    @Test
    void shouldNotAnswerForAPublishOfASessionThatEnded() {
        device.send(connect("dev"));
        device.send(register(1, "a/b"));
        device.send(publish1(2, id(1), "x"));
        device.send(Disconnect.PLAIN);
        device.send(connect("dev"));
        device.skipAll();

        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").accept();

        device.expectNothing();
    }

    @Test
    void shouldRecogniseARepetitionAcrossAReconnectOfAKeptSession() {
        device.send(connectKept("dev"));
        device.send(register(1, "a/b"));
        Publish publish = publish1(2, id(1), "x");
        device.send(publish);
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").accept();
        device.send(connectKept("dev"));
        device.skipAll();

        device.send(again(publish));

        device.expect(pubAck(1, 2));
        uplink.expectNoPublish();
    }

    @Test
    void shouldTakeARepetitionInANewSessionForANewMessage() {
        device.send(connect("dev"));
        device.send(register(1, "a/b"));
        Publish publish = publish1(2, id(1), "x");
        device.send(publish);
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").accept();
        device.send(connect("dev"));
        device.send(register(1, "a/b"));

        device.send(again(publish));

        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x");
    }

    @Test
    void shouldNotAnswerForASubscribeOfAnEarlierConnection() {
        device.send(connectKept("dev"));
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "old"));
        FakeUplink.Subscription old = uplink.expectSubscribe("old");
        device.send(connectKept("dev"));
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "new"));
        device.skipAll();

        old.grant(Qos.AT_LEAST_ONCE);
        device.expectNothing();
        uplink.expectSubscribe("new").grant(Qos.AT_LEAST_ONCE);
        device.expect(subAck(1, Qos.AT_LEAST_ONCE, 1));

        device.send(subscribe(2, Qos.AT_LEAST_ONCE, "old"));
        uplink.expectSubscribe("old").grant(Qos.AT_LEAST_ONCE);
        device.expect(subAck(2, Qos.AT_LEAST_ONCE, 2));
    }

    @Test
    void shouldNotRefuseASubscribeOfAnEarlierConnection() {
        device.send(connectKept("dev"));
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "old"));
        FakeUplink.Subscription old = uplink.expectSubscribe("old");
        device.send(connectKept("dev"));
        device.skipAll();

        old.refuse(PublishOutcome.CONGESTION);

        device.expectNothing();
    }

    @Test
    void shouldIgnoreTheAnswerForASubscriptionOfASessionThatEnded() {
        device.send(connect("dev"));
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        FakeUplink.Subscription old = uplink.expectSubscribe("a/b");
        device.send(connect("dev"));
        device.skipAll();
        uplink.expectUnsubscribe("a/b");

        old.grant(Qos.AT_LEAST_ONCE);

        device.expectNothing();
        assertThat(uplink.subscriptions()).isZero();
    }

    // ---- scripts

    private void connectAndSubscribe() {
        uplink.grantSubscriptions(Qos.AT_LEAST_ONCE);
        device.send(connect("dev"));
        device.expect(connAck());
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        device.expect(subAck(1, Qos.AT_LEAST_ONCE, 1));
        uplink.expectSubscribe("a/b");
    }

    /** The device is away, its session and one message for it are kept. */
    private void keepOneMessageWaiting() {
        uplink.grantSubscriptions(Qos.AT_LEAST_ONCE);
        device.send(connectKept("dev"));
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        device.send(Disconnect.PLAIN);
        device.skipAll();
        uplink.deliver("a/b", "waiting", Qos.AT_LEAST_ONCE, "a/b");
        device.expectNothing();
    }

    private void assertNothingWasKept() {
        assertThat(gateway.sessions()).isZero();
        assertThat(gateway.counters().devicesConnected.sum()).isZero();
        assertThat(uplink.subscriptions()).isZero();
    }
}
