// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;
import static org.sngateway.testsupport.Messages.unsubscribe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.LockstepDevice;

/** Devices whose sessions the broker keeps, and which it must let in: per-device mode. */
final class SessionAtBrokerTest {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Qos QOS_2 = Qos.EXACTLY_ONCE;

    /** The id of topic {@code a}, which every gateway gives it. */
    private static final int TOPIC = 57_226;
    /** The id of topic {@code a/b}. */
    private static final int SHARED_TOPIC = 14_697;

    private final TestGateway gateway = TestGateway.withSessionsAtBroker("");
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);
    private final List<String> taken = new ArrayList<>();

    // ---- being let in

    @Test
    void shouldConnectADeviceWhenTheBrokerHasAgreed() {
        uplink.holdConnects();
        device.send(connectKept("dev"));
        device.expectNothing();
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.CONNECTING);

        FakeUplink.Connecting asked = uplink.expectConnect();
        assertThat(asked.cleanSession()).isFalse();
        asked.accept();

        device.expect(new ConnAck(ReturnCode.ACCEPTED));
    }

    @Test
    void shouldAskTheBrokerOnceWhenCONNECTIsRepeated() {
        uplink.holdConnects();
        device.send(connect("dev"));
        FakeUplink.Connecting asked = uplink.expectConnect();
        device.send(connect("dev"));

        asked.accept();

        device.expect(new ConnAck(ReturnCode.ACCEPTED));
        device.expectNothing();
    }

    @Test
    void shouldForgetTheAnswerForAnEarlierCONNECT() {
        uplink.holdConnects();
        device.send(connect("dev"));
        FakeUplink.Connecting first = uplink.expectConnect();
        device.send(connectKept("dev"));
        FakeUplink.Connecting second = uplink.expectConnect();

        first.refuse(PublishOutcome.REFUSED);
        device.expectNothing();
        second.accept();

        device.expect(new ConnAck(ReturnCode.ACCEPTED));
    }

    @ParameterizedTest
    @CsvSource({"CONGESTION, 1", "REFUSED, 3"})
    void shouldPassTheBrokersRefusalOn(PublishOutcome outcome, int code) {
        uplink.holdConnects();
        device.send(connect("dev"));

        uplink.expectConnect().refuse(outcome);

        device.expect(new ConnAck(new ReturnCode(code)));
        assertThat(gateway.hasSession("dev")).isFalse();
        assertThat(gateway.counters().connectsRefused.sum()).isEqualTo(1);
    }

    @Test
    void shouldGiveTheBrokerTheWill() {
        uplink.holdConnects();
        device.send(new Connect(true, true, 60, "dev"));
        device.expect(new WillTopicReq());
        device.send(new WillTopic(new WillHeader(QOS_1, true, "gone")));
        device.expect(new WillMsgReq());
        device.send(new WillMsg(Payload.utf8("dev")));
        device.send(new WillMsg(Payload.utf8("dev")));

        FakeUplink.Connecting asked = uplink.expectConnect();
        assertThat(asked.will()).isEqualTo(new UpstreamMessage("gone", Payload.utf8("dev"), QOS_1, true));
        asked.accept();

        device.expect(new ConnAck(ReturnCode.ACCEPTED));
    }

    @Test
    void shouldLeaveTheBrokerWhenTheDeviceGivesUpWaiting() {
        uplink.holdConnects();
        device.send(connect("dev"));
        FakeUplink.Connecting asked = uplink.expectConnect();
        uplink.takeEnds();

        device.send(Disconnect.PLAIN);
        device.expect(Disconnect.PLAIN);
        assertThat(uplink.takeEnds()).containsExactly("ended");
        asked.accept();

        device.expectNothing();
    }

    @Test
    void shouldRefuseAChangeOfTheWillThatTheBrokerDoesNotTake() {
        device.send(new Connect(true, true, 60, "dev"));
        device.send(new WillTopic(new WillHeader(QOS_1, false, "gone")));
        device.send(new WillMsg(Payload.utf8("old")));
        device.skipAll();
        uplink.answerWillChanges(PublishOutcome.REFUSED);

        device.send(new WillMsgUpd(Payload.utf8("new")));

        device.expect(new WillMsgResp(ReturnCode.NOT_SUPPORTED));
        gateway.advance(Duration.ofMinutes(5));
        uplink.expectPublish("gone", QOS_1, "old").accept();
    }

    // ---- being dropped

    @Test
    void shouldSendNothingToADeviceThatAnotherGatewayServes() {
        device.send(connectKept("dev"));
        device.skipAll();

        uplink.drop("dev", new Disconnection(Disconnection.Cause.TAKEN_OVER, "taken over"));

        device.expectNothing();
        assertThat(gateway.hasSession("dev")).isFalse();
        uplink.expectNoPublish();
    }

    @Test
    void shouldTellADeviceThatTheBrokerDrops() {
        device.send(connectKept("dev"));
        device.skipAll();

        uplink.drop("dev", new Disconnection(Disconnection.Cause.NOT_AUTHORIZED, "not authorized"));

        device.expect(Disconnect.PLAIN);
        assertThat(gateway.hasSession("dev")).isFalse();
    }

    // ---- messages that the broker keeps

    private void connected() {
        device.send(connectKept("dev"));
        device.send(register(1, "a"));
        device.skipAll();
    }

    private void deliver(String data, Qos qos) {
        uplink.deliverTo("dev", "a", data, qos, () -> taken.add(data));
    }

    private static Publish publish(boolean dup, Qos qos, int msgId, int topicId, String data) {
        return new Publish(dup, qos, false, new TopicRef.Normal(topicId), msgId, Payload.utf8(data));
    }

    @Test
    void shouldTellTheBrokerWhenTheDeviceHasAMessage() {
        connected();
        deliver("x", QOS_1);
        deliver("y", QOS_1);
        device.expect(publish(false, QOS_1, 1, TOPIC, "x"));
        assertThat(taken).isEmpty();

        device.send(pubAck(TOPIC, 1));

        assertThat(taken).containsExactly("x");
        device.expect(publish(false, QOS_1, 2, TOPIC, "y"));
    }

    @Test
    void shouldTellTheBrokerAtQos2WhenTheDeviceHasReceivedIt() {
        connected();
        deliver("x", QOS_2);
        device.expect(publish(false, QOS_2, 1, TOPIC, "x"));

        device.send(new PubRec(1));
        assertThat(taken).containsExactly("x");
        device.expect(new PubRel(1));
        device.send(new PubComp(1));

        assertThat(taken).containsExactly("x");
    }

    @Test
    void shouldTellTheBrokerAtOnceAtQos0AndWhenADeviceRefusesATopic() {
        connected();
        deliver("0", Qos.AT_MOST_ONCE);
        assertThat(taken).containsExactly("0");
        device.skipAll();

        uplink.deliverTo("dev", "unwanted", "1", QOS_1, () -> taken.add("1"));
        Register asked = device.expect(Register.class);
        device.send(new RegAck(asked.topicId(), asked.msgId(), ReturnCode.NOT_SUPPORTED));

        assertThat(taken).containsExactly("0", "1");
    }

    @Test
    void shouldLeaveToTheBrokerWhatAnAbsentDeviceHasNot() {
        connected();
        deliver("x", QOS_1);
        deliver("y", QOS_1);
        device.skipAll();
        device.send(Disconnect.PLAIN);
        device.expect(Disconnect.PLAIN);
        assertThat(uplink.takeEnds()).endsWith("kept");
        assertThat(taken).isEmpty();
        assertThat(gateway.bufferedOctets()).isZero();

        device.send(connectKept("dev"));
        device.expect(new ConnAck(ReturnCode.ACCEPTED));
        device.expectNothing();
        deliver("x", QOS_1);

        Register asked = device.expect(Register.class);
        device.send(new RegAck(asked.topicId(), asked.msgId(), ReturnCode.ACCEPTED));
        assertThat(device.expect(Publish.class).data()).isEqualTo(Payload.utf8("x"));
    }

    @Test
    void shouldGiveAMessageOfQos2ItsIdAgainWhenTheBrokerDeliversItAgain() {
        connected();
        deliver("x", QOS_2);
        Publish first = device.expect(Publish.class);
        device.send(Disconnect.PLAIN);
        device.send(connectKept("dev"));
        device.skipAll();

        deliver("x", QOS_2);
        Register asked = device.expect(Register.class);
        device.send(new RegAck(asked.topicId(), asked.msgId(), ReturnCode.ACCEPTED));

        assertThat(device.expect(Publish.class)).isEqualTo(publish(true, QOS_2, first.msgId(), TOPIC, "x"));
    }

    @Test
    void shouldNotGiveAnotherMessageTheIdOfOneThatWasLeftToTheBroker() {
        connected();
        deliver("x", QOS_2);
        Publish first = device.expect(Publish.class);
        device.send(Disconnect.PLAIN);
        device.send(connectKept("dev"));
        device.skipAll();

        deliver("other", QOS_2);
        deliver("x", QOS_2);
        Register asked = device.expect(Register.class);
        device.send(new RegAck(asked.topicId(), asked.msgId(), ReturnCode.ACCEPTED));

        Publish next = device.expect(Publish.class);
        assertThat(next.data()).isEqualTo(Payload.utf8("other"));
        assertThat(next.dup()).isFalse();
        assertThat(next.msgId()).isNotEqualTo(first.msgId());
    }

    @Test
    void shouldReleaseAfterANewConnectionWhatTheDeviceHasReceived() {
        connected();
        deliver("x", QOS_2);
        int msgId = device.expect(Publish.class).msgId();
        device.send(new PubRec(msgId));
        device.expect(new PubRel(msgId));
        device.send(Disconnect.PLAIN);
        device.expect(Disconnect.PLAIN);

        device.send(connectKept("dev"));

        device.expect(new ConnAck(ReturnCode.ACCEPTED));
        device.expect(new PubRel(msgId));
    }

    /** How much of it there is at once is between the broker and the gateway's receive maximum. */
    @Test
    void shouldKeepMoreForASleeperThanItsBufferHoldsRatherThanLoseIt() {
        TestGateway small = TestGateway.withSessionsAtBroker("sessions: { sleep-buffer: { messages: 1 } }");
        LockstepDevice sleeper = small.device(1);
        sleeper.send(connectKept("dev"));
        sleeper.send(register(1, "a"));
        sleeper.send(new Disconnect(600));
        sleeper.skipAll();
        for (String data : List.of("1", "2", "3")) {
            small.uplink().deliverTo("dev", "a", data, QOS_1, () -> taken.add(data));
        }
        small.uplink().deliverTo("dev", "a", "too much", Qos.AT_MOST_ONCE, () -> taken.add("too much"));
        assertThat(taken).containsExactly("too much");

        sleeper.send(new PingReq("dev"));
        for (int msgId = 1; msgId <= 3; msgId++) {
            sleeper.expect(publish(false, QOS_1, msgId, TOPIC, "" + msgId));
            sleeper.send(pubAck(TOPIC, msgId));
        }

        sleeper.expect(new PingResp());
        assertThat(taken).containsExactly("too much", "1", "2", "3");
    }

    @Test
    void shouldPassOnAnUNSUBSCRIBEOfWhatTheBrokerMayKnow() {
        device.send(connectKept("dev"));
        device.skipAll();

        device.send(unsubscribe(3, "from/before"));

        device.expect(new UnsubAck(3));
    }

    @Test
    void shouldNameASharedSubscriptionsTopic() {
        device.send(connectKept("dev"));
        device.skipAll();
        device.send(subscribe(5, QOS_1, "$share/g/a/b"));
        uplink.expectSubscribe("$share/g/a/b").grant(QOS_1);
        device.expect(subAck(5, QOS_1, SHARED_TOPIC));

        uplink.deliver("a/b", "x", QOS_1, "$share/g/a/b");

        device.expect(publish(false, QOS_1, 1, SHARED_TOPIC, "x"));
    }
}
