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
import static org.sngateway.testsupport.Messages.unsubscribe;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;

/** QoS 2 both ways, MQTT-SN 1.2 §6.6 and §6.13, and devices that do not take it. */
final class SessionQos2Test {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Qos QOS_2 = Qos.EXACTLY_ONCE;
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofNanos(1);

    private final TestGateway gateway =
            TestGateway.start("sessions: { retry-interval: 5s, retry-count: 2, max-in-flight: 2 }");
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);

    /** A kept session; id 1 is topic a/b. */
    @BeforeEach
    void connectDevice() {
        uplink.grantSubscriptions(QOS_2);
        device.send(connectKept("dev"));
        device.expect(connAck());
        device.send(register(1, "a/b"));
        device.expect(regAck(1, 1));
    }

    private static Publish publish2(int msgId, String data) {
        return new Publish(false, QOS_2, false, id(1), msgId, Payload.utf8(data));
    }

    private FakeUplink.Published expectUp(String data) {
        return uplink.expectPublish("a/b", QOS_2, data);
    }

    /** The device connects again, with the gateway knowing what it knew. */
    private void reconnect() {
        device.send(pingReq());
        device.send(connectKept("dev"));
        device.expect(PingResp.class);
        device.expect(connAck());
    }

    // ---- from the device

    @Test
    void shouldPassOnAMessageStepByStep() {
        device.send(publish2(7, "x"));
        FakeUplink.Published up = expectUp("x");
        device.expectNothing();
        up.accept();
        device.expect(new PubRec(7));
        device.send(new PubRel(7));
        device.expect(new PubComp(7));

        device.expectNothing();
        uplink.expectNoPublish();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotPassOnAMessageTwice(boolean dup) {
        Publish publish = publish2(7, "x");
        Publish repeated = dup ? again(publish) : publish;
        device.send(publish);
        FakeUplink.Published up = expectUp("x");

        device.send(repeated);
        device.expectNothing();
        up.accept();
        device.expect(new PubRec(7));
        device.send(repeated);
        device.expect(new PubRec(7));
        gateway.advance(Duration.ofSeconds(80)); // an id is remembered until it is released, however long that takes
        device.send(repeated);
        device.expect(new PubRec(7));

        device.expectNothing();
        uplink.expectNoPublish();
    }

    @Test
    void shouldNotCompleteWhatTheBrokerDoesNotHave() {
        device.send(publish2(7, "x"));
        FakeUplink.Published up = expectUp("x");

        device.send(new PubRel(7));

        device.expectNothing();
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(1);
        up.accept();
        device.expect(new PubRec(7));
        device.send(new PubRel(7));
        device.expect(new PubComp(7));
    }

    @Test
    void shouldCompleteAgainAndWhatItDoesNotKnow() {
        device.send(publish2(7, "x"));
        expectUp("x").accept();
        device.expect(new PubRec(7));
        device.send(new PubRel(7));
        device.expect(new PubComp(7));
        device.send(new PubRel(7));
        device.expect(new PubComp(7));
        device.send(new PubRel(4711));
        device.expect(new PubComp(4711));
    }

    @Test
    void shouldTakeAReleasedIdForANewMessage() {
        for (int i = 0; i < 3; i++) {
            device.send(publish2(7, "x"));
            expectUp("x").accept();
            device.expect(new PubRec(7));
            device.send(new PubRel(7));
            device.expect(new PubComp(7));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTellAnotherMessageByItsContent(boolean received) {
        device.send(publish2(7, "x"));
        FakeUplink.Published first = expectUp("x");
        if (received) {
            first.accept();
            device.expect(new PubRec(7));
        }

        device.send(publish2(7, "y")); // the device has given up the first
        FakeUplink.Published second = expectUp("y");
        if (!received) {
            first.accept();
        }
        device.expectNothing();
        device.send(new PubRel(7));
        device.expectNothing();
        second.accept();

        device.expect(new PubRec(7));
        device.send(new PubRel(7));
        device.expect(new PubComp(7));
    }

    @ParameterizedTest
    @CsvSource({"CONGESTION, 1", "REFUSED, 3"})
    void shouldTellWhatTheBrokerDoesNotTakeAndTryAgain(PublishOutcome outcome, int code) {
        device.send(publish2(7, "x"));
        expectUp("x").complete(outcome);
        device.expect(pubAck(1, 7, ReturnCode.of(code)));

        device.send(again(publish2(7, "x")));

        expectUp("x").accept();
        device.expect(new PubRec(7));
    }

    @Test
    void shouldRefuseAnUnknownTopicId() {
        device.send(new Publish(false, QOS_2, false, id(9), 7, Payload.EMPTY));

        device.expect(pubAck(9, 7, ReturnCode.INVALID_TOPIC_ID));
        device.send(new PubRel(7));
        device.expect(new PubComp(7));
        uplink.expectNoPublish();
    }

    @Test
    void shouldLimitTheIdsItRemembers() {
        device.send(publish2(1, "1"));
        device.send(publish2(2, "2"));
        expectUp("1").accept();
        expectUp("2");
        device.expect(new PubRec(1));

        device.send(publish2(3, "3"));
        device.expect(pubAck(1, 3, ReturnCode.CONGESTION));
        uplink.expectNoPublish();
        device.send(new PubRel(1));
        device.expect(new PubComp(1));
        device.send(publish2(3, "3"));

        expectUp("3").accept();
        device.expect(new PubRec(3));
    }

    @Test
    void shouldForgetTheOldestExchangeOfAnEarlierConnectionRatherThanRefuse() {
        device.send(publish2(1, "1"));
        device.send(publish2(2, "2"));
        FakeUplink.Published first = expectUp("1");
        expectUp("2").accept();
        device.expect(new PubRec(2));
        reconnect();

        device.send(publish2(3, "3"));
        FakeUplink.Published third = expectUp("3");
        device.send(publish2(4, "4")); // the first is still under way, the third is of this connection
        device.expect(pubAck(1, 4, ReturnCode.CONGESTION));
        first.accept();
        device.expect(new PubRec(1));
        third.accept();
        device.expect(new PubRec(3));

        device.send(again(publish2(3, "3")));
        device.expect(new PubRec(3));
        uplink.expectNoPublish();
    }

    @Test
    void shouldNotForgetAnExchangeThatTheDeviceGoesOnWithAfterAReconnect() {
        device.send(publish2(1, "1"));
        expectUp("1").accept();
        device.send(publish2(2, "2"));
        expectUp("2").accept();
        device.expect(new PubRec(1));
        device.expect(new PubRec(2));
        reconnect();
        device.send(again(publish2(1, "1")));
        device.expect(new PubRec(1));

        device.send(publish2(3, "3")); // in place of the second
        expectUp("3").accept();
        device.expect(new PubRec(3));
        device.send(publish2(4, "4"));
        device.expect(pubAck(1, 4, ReturnCode.CONGESTION));
        gateway.advance(RETRY.multipliedBy(3));
        device.send(again(publish2(1, "1")));
        device.expect(new PubRec(1));

        uplink.expectNoPublish();
    }

    @Test
    void shouldForgetTheExchangeThatBeganFirstWhenAnIdWasUsedAgain() {
        device.send(publish2(1, "1"));
        expectUp("1").accept();
        device.send(publish2(2, "2"));
        expectUp("2").accept();
        device.send(publish2(1, "other"));
        expectUp("other").accept();
        device.skipAll();
        reconnect();

        device.send(publish2(3, "3"));
        expectUp("3").accept();
        device.expect(new PubRec(3));
        gateway.advance(RETRY.multipliedBy(3));
        device.send(again(publish2(1, "other")));
        device.expect(new PubRec(1));

        uplink.expectNoPublish();
    }

    @Test
    void shouldKnowCopiesOfAForgottenExchangeForAWhile() {
        device.send(publish2(1, "1"));
        expectUp("1").accept();
        device.send(publish2(2, "2"));
        expectUp("2").accept();
        device.skipAll();
        reconnect();
        device.send(publish2(3, "3"));
        expectUp("3").accept();
        device.expect(new PubRec(3));

        device.send(new PubRel(1));
        device.expect(new PubComp(1));
        device.send(again(publish2(1, "1")));
        device.expect(new PubRec(1));

        uplink.expectNoPublish();
    }

    @Test
    void shouldRememberIdsAcrossAReconnect() {
        device.send(publish2(7, "x"));
        expectUp("x").accept();
        device.expect(new PubRec(7));
        reconnect();

        device.send(again(publish2(7, "x")));

        device.expect(new PubRec(7));
        uplink.expectNoPublish();
        device.send(new PubRel(7));
        device.expect(new PubComp(7));
    }

    @Test
    void shouldRememberWhatArrivedWhileTheDeviceWasAway() {
        device.send(publish2(7, "x"));
        FakeUplink.Published up = expectUp("x");
        device.send(Disconnect.PLAIN);
        device.expect(Disconnect.PLAIN);
        up.accept();
        device.expectNothing();
        device.send(connectKept("dev"));
        device.expect(connAck());

        device.send(again(publish2(7, "x")));

        device.expect(new PubRec(7));
        uplink.expectNoPublish();
    }

    @Test
    void shouldAnswerWhatArrivesAfterAReconnect() {
        device.send(publish2(7, "x"));
        FakeUplink.Published up = expectUp("x");
        reconnect();
        device.send(again(publish2(7, "x")));

        up.accept();

        device.expect(new PubRec(7));
        uplink.expectNoPublish();
    }

    @Test
    void shouldForgetIdsWithACleanSession() {
        device.send(publish2(7, "x"));
        FakeUplink.Published old = expectUp("x");
        device.send(connect("dev"));
        device.send(register(1, "a/b"));
        device.skipAll();
        old.accept();
        device.expectNothing();

        device.send(again(publish2(7, "x")));

        expectUp("x");
    }

    @Test
    void shouldGoOnWhileTheDeviceIsAsleep() {
        device.send(publish2(7, "x"));
        device.send(new Disconnect(60));
        device.expect(Disconnect.PLAIN);

        expectUp("x").accept();
        device.expect(new PubRec(7));
        device.send(new PubRel(7));
        device.expect(new PubComp(7));
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.ASLEEP);
    }

    // ---- to the device

    private void subscribed() {
        device.send(subscribe(2, QOS_2, "a/b"));
        device.expect(subAck(2, QOS_2, 1));
    }

    private void deliver(String data) {
        uplink.deliver("a/b", data, QOS_2, "a/b");
    }

    @Test
    void shouldDeliverAMessageStepByStepBeforeTheNext() {
        subscribed();
        deliver("1");
        deliver("2");
        device.expect(publish2(1, "1"));
        device.expectNothing();
        device.send(new PubRec(1));
        device.expect(new PubRel(1));
        device.expectNothing();
        device.send(new PubComp(1));
        device.expect(publish2(2, "2"));
        assertThat(gateway.session("dev").queuedMessages()).isEqualTo(1);
        device.send(new PubRec(2));
        device.send(new PubComp(2));
        device.expect(new PubRel(2));

        device.expectNothing();
        assertThat(gateway.session("dev").queuedMessages()).isZero();
        assertThat(gateway.bufferedOctets()).isZero();
        assertThat(gateway.counters().retransmissions.sum()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"EXACTLY_ONCE, AT_LEAST_ONCE", "AT_LEAST_ONCE, EXACTLY_ONCE"})
    void shouldDeliverWithTheLowerQos(Qos ofMessage, Qos asked) {
        device.send(subscribe(2, asked, "a/b"));
        device.expect(subAck(2, asked, 1));

        uplink.deliver("a/b", "x", ofMessage, "a/b");

        device.expect(publish1(1, id(1), "x"));
    }

    @Test
    void shouldSendEachStepAgainUntilTheDeviceIsLost() {
        subscribed();
        deliver("x");
        device.expect(publish2(1, "x"));
        gateway.advance(RETRY);
        device.expect(again(publish2(1, "x")));
        device.send(new PubRec(1));
        for (int i = 0; i < 3; i++) {
            device.expect(new PubRel(1));
            gateway.advance(RETRY.minus(TICK));
            device.expectNothing();
            gateway.advance(TICK);
        }

        device.expectNothing();
        assertThat(gateway.counters().retransmissions.sum()).isEqualTo(3);
        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(1);
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.LOST);
        assertThat(gateway.session("dev").queuedMessages()).isEqualTo(1);
    }

    @Test
    void shouldReleaseAgainAndWhatItDoesNotKnow() {
        subscribed();
        deliver("x");
        device.expect(publish2(1, "x"));
        device.send(new PubRec(4711));
        device.expect(new PubRel(4711));
        device.send(new PubRec(1));
        device.expect(new PubRel(1));
        device.send(again(publish2(9, "?")));
        expectUp("?");
        device.send(new PubRec(1));
        device.expect(new PubRel(1));
        device.send(new PubComp(4711));
        assertThat(gateway.session("dev").queuedMessages()).isEqualTo(1);
        device.send(new PubComp(1));
        device.send(new PubRec(1));

        device.expect(new PubRel(1));
        device.expectNothing();
    }

    @Test
    void shouldNotTakeACompletionForAnAnswerBeforeItsTime() {
        subscribed();
        deliver("x");
        device.expect(publish2(1, "x"));

        device.send(new PubComp(1));
        device.expectNothing();
        gateway.advance(RETRY);

        device.expect(again(publish2(1, "x")));
    }

    @Test
    void shouldRegisterAgainWhenTheDeviceDoesNotKnowTheId() {
        subscribed();
        deliver("x");
        device.expect(publish2(1, "x"));

        device.send(pubAck(1, 1, ReturnCode.INVALID_TOPIC_ID));

        device.expect(new Register(1, 2, "a/b"));
        device.send(regAck(1, 2));
        device.expect(publish2(3, "x"));
        device.send(new PubRec(3));
        device.expect(new PubRel(3));
    }

    @Test
    void shouldSendAgainAsANewMessageWhatACongestedDeviceDidNotTake() {
        subscribed();
        deliver("x");
        device.expect(publish2(1, "x"));

        device.send(pubAck(1, 1, ReturnCode.CONGESTION));
        for (int i = 0; i < 6; i++) {
            gateway.advance(Duration.ofSeconds(50).minus(TICK));
            device.expectNothing();
            device.send(pingReq());
            device.expect(PingResp.class);
        }
        gateway.advance(TICK.multipliedBy(6));

        device.expect(publish2(2, "x"));
    }

    @Test
    void shouldSendAgainAfterAReconnectWithTheSameId() {
        subscribed();
        deliver("x");
        device.expect(publish2(1, "x"));
        reconnect();

        device.expect(new Register(1, 2, "a/b"));
        device.send(regAck(1, 2));

        device.expect(again(publish2(1, "x")));
        device.send(new PubRec(1));
        device.expect(new PubRel(1));
        device.send(new PubComp(1));
        device.expectNothing();
    }

    @Test
    void shouldOnlyReleaseAfterAReconnectWhatTheDeviceHas() {
        subscribed();
        deliver("1");
        deliver("2");
        device.expect(publish2(1, "1"));
        device.send(new PubRec(1));
        device.expect(new PubRel(1));
        reconnect();

        device.expect(new PubRel(1));
        device.send(new PubComp(1));

        device.expect(new Register(1, 2, "a/b"));
        device.send(regAck(1, 2));
        device.expect(publish2(3, "2"));
    }

    @Test
    void shouldReleaseAfterAReconnectWhatTheDeviceHasUnsubscribed() {
        subscribed();
        deliver("1");
        deliver("2");
        device.expect(publish2(1, "1"));
        device.send(new PubRec(1));
        device.expect(new PubRel(1));
        device.send(unsubscribe(3, "a/b"));
        device.expect(new UnsubAck(3));
        reconnect();

        device.expect(new PubRel(1));
        device.send(new PubComp(1));

        device.expectNothing();
        assertThat(gateway.bufferedOctets()).isZero();
    }

    @Test
    void shouldNotSendAgainAfterAReconnectWhatTheDeviceHasUnsubscribed() {
        subscribed();
        deliver("1");
        device.expect(publish2(1, "1"));
        device.send(unsubscribe(3, "a/b"));
        device.expect(new UnsubAck(3));
        reconnect();

        device.expectNothing();
        assertThat(gateway.bufferedOctets()).isZero();
    }

    @Test
    void shouldTakeLateAnswersOfADeviceThatFellAsleep() {
        subscribed();
        deliver("1");
        deliver("2");
        device.expect(publish2(1, "1"));
        device.send(new Disconnect(60));
        device.expect(Disconnect.PLAIN);

        device.send(new PubRec(1));
        device.expect(new PubRel(1));
        device.send(new PubComp(1));
        device.expectNothing();
        assertThat(gateway.session("dev").queuedMessages()).isEqualTo(1);
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.ASLEEP);

        device.send(pingReq());
        device.expect(publish2(2, "2"));
        device.send(new PubRec(2));
        device.expect(new PubRel(2));
        device.expectNothing();
        device.send(new PubComp(2));
        device.expect(new PingResp());
    }

    // ---- devices that take less

    @Test
    void shouldDeliverAtQos1ToADeviceThatRefusesQos2() {
        subscribed();
        deliver("1");
        deliver("2");
        device.expect(publish2(1, "1"));

        device.send(pubAck(1, 1, ReturnCode.NOT_SUPPORTED));

        device.expect(publish1(2, id(1), "1"));
        device.send(pubAck(1, 2));
        device.expect(publish1(3, id(1), "2"));
        device.send(pubAck(1, 3, ReturnCode.NOT_SUPPORTED)); // this one it does not want at all
        device.expectNothing();
        assertThat(gateway.counters().undeliverable.sum()).isEqualTo(1);
        assertThat(gateway.bufferedOctets()).isZero();

        reconnect();
        deliver("3");
        device.expect(new Register(1, 4, "a/b"));
        device.send(regAck(1, 4));
        device.expect(publish2(5, "3"));
    }

    @Test
    void shouldSendWithoutDupToADeviceThatRefusesIt() {
        device.send(subscribe(2, QOS_1, "a/b"));
        device.expect(subAck(2, QOS_1, 1));
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        uplink.deliver("a/b", "2", QOS_1, "a/b");
        device.expect(publish1(1, id(1), "1"));
        gateway.advance(RETRY);
        device.expect(again(publish1(1, id(1), "1")));

        device.send(pubAck(1, 1, ReturnCode.NOT_SUPPORTED));

        device.expect(publish1(2, id(1), "1"));
        gateway.advance(RETRY);
        device.expect(publish1(2, id(1), "1"));
        device.send(pubAck(1, 2));
        device.expect(publish1(3, id(1), "2"));
        gateway.advance(RETRY);
        device.expect(publish1(3, id(1), "2"));
        device.send(pubAck(1, 3));
        assertThat(gateway.counters().undeliverable.sum()).isZero();
    }

    @Test
    void shouldFindOutWhatADeviceTakesThatRefusesBoth() {
        subscribed();
        deliver("1");
        device.expect(publish2(1, "1"));
        gateway.advance(RETRY);
        device.expect(again(publish2(1, "1")));
        device.send(pubAck(1, 1, ReturnCode.NOT_SUPPORTED));
        device.expect(publish1(2, id(1), "1"));
        gateway.advance(RETRY);
        device.expect(again(publish1(2, id(1), "1")));
        device.send(pubAck(1, 2, ReturnCode.NOT_SUPPORTED));

        device.expect(publish1(3, id(1), "1"));
        device.send(pubAck(1, 3));
        device.expectNothing();
        assertThat(gateway.counters().undeliverable.sum()).isZero();
    }

    @Test
    void shouldTakeAPubAckForTheEnd() {
        subscribed();
        deliver("1");
        deliver("2");
        device.expect(publish2(1, "1"));

        device.send(pubAck(1, 1));

        device.expect(publish2(2, "2"));
        assertThat(gateway.counters().undeliverable.sum()).isZero();
    }

    @Test
    void shouldNotTakeAnUnknownTopicForARefusalOfQos2() {
        subscribed();
        deliver("1");
        deliver("2");
        for (int repair = 0; repair < 2; repair++) {
            Publish publish = device.expect(Publish.class);
            device.send(pubAck(1, publish.msgId(), ReturnCode.INVALID_TOPIC_ID));
            Register register = device.expect(Register.class);
            device.send(regAck(1, register.msgId()));
        }
        Publish last = device.expect(Publish.class);

        device.send(pubAck(1, last.msgId(), ReturnCode.INVALID_TOPIC_ID));

        device.expect(publish2(last.msgId() + 1, "2"));
        assertThat(gateway.counters().undeliverable.sum()).isEqualTo(1);
    }
}
