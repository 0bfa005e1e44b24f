// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.LockstepDevice;

/** Wills, MQTT-SN 1.2 §6.3 and §6.4: how they are asked for, changed, kept, and what becomes of them. */
final class SessionWillTest {
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofNanos(1);
    private static final Duration SILENCE = Duration.ofSeconds(90);
    private static final Connect CLEAN_WITH_WILL = new Connect(true, true, 60, "dev");
    private static final Connect KEPT_WITH_WILL = new Connect(true, false, 60, "dev");

    private final TestGateway gateway = TestGateway.start("sessions: { retry-interval: 5s, retry-count: 2 }");
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);
    private final LockstepDevice elsewhere = gateway.device(2);

    private static WillTopic topic(String name) {
        return new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, name));
    }

    private static WillMsg message(String text) {
        return new WillMsg(Payload.utf8(text));
    }

    private void connectWithWill(Connect connect, String topic, String message) {
        device.send(connect);
        device.expect(new WillTopicReq());
        device.send(topic(topic));
        device.expect(new WillMsgReq());
        device.send(message(message));
        device.expect(connAck());
        device.expectNothing();
    }

    private void loseDevice() {
        gateway.advance(SILENCE);
        assertThat(gateway.counters().devicesConnected.sum()).isZero();
    }

    private FakeUplink.Published expectWill(String topic, String message) {
        FakeUplink.Published will = uplink.expectPublish(topic, Qos.AT_LEAST_ONCE, message);
        uplink.expectNoPublish();
        return will;
    }

    private void expectGone() {
        assertThat(gateway.sessions()).isZero();
        assertThat(gateway.loop().armedTimers()).isZero();
        assertThat(gateway.counters().devicesConnected.sum()).isZero();
    }

    // ---- the dialogue

    @Test
    void shouldAcceptTheDeviceWhenItsWillIsComplete() {
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());
        device.expectNothing();
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.CONNECTING);
        assertThat(gateway.counters().connectsAccepted.sum()).isZero();
        assertThat(gateway.counters().devicesConnected.sum()).isZero();

        device.send(topic("gone"));
        device.expect(new WillMsgReq());
        device.expectNothing();
        device.send(message("dev"));

        device.expect(connAck());
        device.expectNothing();
        assertThat(gateway.counters().connectsAccepted.sum()).isEqualTo(1);
        assertThat(gateway.counters().devicesConnected.sum()).isEqualTo(1);
        uplink.expectNoPublish();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldAskAgainForTheTopicAndGiveUpInTheEnd(boolean clean) {
        device.send(clean ? CLEAN_WITH_WILL : KEPT_WITH_WILL);
        for (int i = 0; i < 3; i++) {
            device.expect(new WillTopicReq());
            gateway.advance(RETRY.minus(TICK));
            device.expectNothing();
            assertThat(gateway.sessions()).isEqualTo(1);
            gateway.advance(TICK);
        }

        device.expectNothing();
        assertThat(gateway.counters().retransmissions.sum()).isEqualTo(2);
        assertThat(gateway.counters().devicesLost.sum()).isZero();
        expectGone();
    }

    @Test
    void shouldAskAgainForTheMessageAndGiveUpInTheEnd() {
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());
        gateway.advance(RETRY);
        device.expect(new WillTopicReq());
        device.send(topic("gone"));
        for (int i = 0; i < 3; i++) {
            device.expect(new WillMsgReq());
            gateway.advance(RETRY.minus(TICK));
            device.expectNothing();
            gateway.advance(TICK);
        }

        device.expectNothing();
        uplink.expectNoPublish();
        expectGone();
    }

    @Test
    void shouldNotAskAgainBeforeASlowLineCanHaveAskedOnce() {
        Duration question = Duration.ofSeconds(2); // two octets
        gateway.slowDown(question.toNanos() / 2);
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());
        gateway.advance(RETRY.plus(question).minus(TICK));
        device.expectNothing();
        gateway.advance(TICK);
        device.expect(new WillTopicReq());
    }

    @Test
    void shouldAskForTheMessageAgainWhenTheTopicComesAgain() {
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());
        device.send(topic("first"));
        device.send(topic("gone"));

        device.expect(new WillMsgReq());
        device.expect(new WillMsgReq());
        device.send(message("dev"));
        device.expect(connAck());
        loseDevice();
        expectWill("gone", "dev");
    }

    @Test
    void shouldAcceptADeviceThatHasNoWillAfterAll() {
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());

        device.send(new WillTopic(null));

        device.expect(connAck());
        loseDevice();
        uplink.expectNoPublish();
        expectGone();
    }

    @Test
    void shouldTakeAnEmptyWillMessage() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "");

        loseDevice();

        expectWill("gone", "");
    }

    @Test
    void shouldIgnoreAnswersToTheOtherQuestion() {
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());
        device.send(message("too early"));
        device.expectNothing();
        device.send(topic("gone"));
        device.expect(new WillMsgReq());
        device.send(new WillTopic(null)); // no answer to this question
        device.expectNothing();

        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(2);
        device.send(message("dev"));
        device.expect(connAck());
    }

    @Test
    void shouldIgnoreOtherMessagesUntilTheWillIsComplete() {
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());
        List<SnMessage> early =
                List.of(register(1, "a/b"), subscribe(2, Qos.AT_LEAST_ONCE, "a/b"), pingReq(), new WillTopicUpd(null));

        early.forEach(device::send);

        device.expectNothing();
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(early.size());
        uplink.expectNoSubscribe();
    }

    @Test
    void shouldEndTheDialogueWhenTheDeviceLeaves() {
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());

        device.send(Disconnect.PLAIN);

        device.expect(Disconnect.PLAIN);
        gateway.advance(RETRY);
        device.expectNothing();
        expectGone();
    }

    @Test
    void shouldBeginTheDialogueAgainWithEachConnect() {
        device.send(CLEAN_WITH_WILL);
        device.send(topic("old"));
        device.skipAll();

        device.send(CLEAN_WITH_WILL);

        device.expect(new WillTopicReq());
        device.send(message("of the old topic"));
        device.expectNothing();
        device.send(topic("gone"));
        device.expect(new WillMsgReq());
    }

    @Test
    void shouldGoOnWithoutAWillWhenTheDeviceConnectsAgainWithoutOne() {
        device.send(CLEAN_WITH_WILL);
        device.send(topic("gone"));
        device.skipAll();

        device.send(connect("dev"));

        device.expect(connAck());
        gateway.advance(RETRY);
        device.expectNothing();
        loseDevice();
        uplink.expectNoPublish();
    }

    @Test
    void shouldGoOnWithTheDialogueAtTheDevicesNewAddress() {
        device.send(CLEAN_WITH_WILL);
        device.expect(new WillTopicReq());

        elsewhere.send(CLEAN_WITH_WILL);

        device.expect(Disconnect.PLAIN);
        elsewhere.expect(new WillTopicReq());
        gateway.advance(RETRY);
        device.expectNothing();
        elsewhere.expect(new WillTopicReq());
        device.send(topic("gone"));
        device.expectNothing(); // it was just told
        elsewhere.send(topic("gone"));
        elsewhere.expect(new WillMsgReq());
        assertThat(gateway.sessions()).isEqualTo(1);
    }

    @Test
    void shouldEndTheDialogueWhenAnotherDeviceAppearsAtTheAddress() {
        device.send(KEPT_WITH_WILL);
        device.expect(new WillTopicReq());

        device.send(connect("other"));

        device.expect(connAck());
        gateway.advance(RETRY);
        device.expectNothing();
        assertThat(gateway.sessions()).isEqualTo(1);
        assertThat(gateway.session("other").state()).isEqualTo(SessionState.ACTIVE);
    }

    @Test
    void shouldKeepTheSessionBeforeWhenTheDialogueIsGivenUp() {
        uplink.grantSubscriptions(Qos.AT_LEAST_ONCE);
        connectWithWill(KEPT_WITH_WILL, "gone", "dev");
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        device.expect(subAck(1, Qos.AT_LEAST_ONCE, 1));
        device.send(KEPT_WITH_WILL);
        gateway.advance(RETRY.multipliedBy(3));
        device.skipAll();

        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.DISCONNECTED);
        assertThat(gateway.loop().armedTimers()).isZero();
        uplink.expectNoPublish();
        uplink.expectNoUnsubscribe();
        device.send(connectKept("dev"));
        device.expect(connAck());
        loseDevice();
        expectWill("gone", "dev");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"06 07 00 242F78" /* $/x */, "05 07 00 612B" /* a+ */, "04 07 60 61" /* QoS 3 */, "05 07 00 C0AF"
            })
    void shouldRefuseTheConnectWhenItsWillTopicCannotBeUsed(String octets) {
        device.send(KEPT_WITH_WILL);
        device.expect(new WillTopicReq());

        device.sendHex(octets);

        device.expect(connAck(ReturnCode.NOT_SUPPORTED));
        gateway.advance(RETRY);
        device.expectNothing();
        expectGone();
    }

    // ---- a CONNACK that is lost

    @Test
    void shouldAcceptAgainWhenTheMessageComesAgain() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");

        device.send(message("dev"));
        device.expect(connAck());
        device.send(message("dev"));
        device.expect(connAck());
        device.send(pingReq());
        device.expect(PingResp.class);
        device.send(message("dev"));

        device.expectNothing();
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(1);
        assertThat(gateway.counters().connectsAccepted.sum()).isEqualTo(1);
    }

    @Test
    void shouldAcceptAgainWhenTheEmptyTopicComesAgain() {
        device.send(CLEAN_WITH_WILL);
        device.send(new WillTopic(null));
        device.skipAll();

        device.send(new WillTopic(null));

        device.expect(connAck());
    }

    @Test
    void shouldAcceptAgainWhenTheConnectComesAgain() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");

        device.send(CLEAN_WITH_WILL);

        device.expect(connAck());
        device.send(pingReq());
        device.expect(PingResp.class);
        device.send(CLEAN_WITH_WILL); // now it has restarted
        device.expect(new WillTopicReq());
    }

    @Test
    void shouldIgnoreAWillThatNobodyAskedFor() {
        device.send(connect("dev"));
        device.expect(connAck());

        device.send(topic("gone"));
        device.send(new WillTopic(null));
        device.send(message("dev"));

        device.expectNothing();
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(3);
        loseDevice();
        uplink.expectNoPublish();
    }

    // ---- when it is published

    @ParameterizedTest
    @CsvSource({"AT_MOST_ONCE, false", "AT_LEAST_ONCE, true", "EXACTLY_ONCE, false", "EXACTLY_ONCE, true"})
    void shouldPublishTheWillOfADeviceThatIsSilent(Qos qos, boolean retain) {
        device.send(CLEAN_WITH_WILL);
        device.send(new WillTopic(new WillHeader(qos, retain, "gone")));
        device.send(message("dev"));
        device.skipAll();

        gateway.advance(SILENCE.minus(TICK));
        uplink.expectNoPublish();
        gateway.advance(TICK);

        uplink.expectPublish(new UpstreamMessage("gone", Payload.utf8("dev"), qos, retain))
                .accept();
        uplink.expectNoPublish();
        device.expectNothing();
        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(1);
        expectGone();
    }

    @Test
    void shouldPublishTheWillOfADeviceThatDoesNotAnswer() {
        uplink.grantSubscriptions(Qos.AT_LEAST_ONCE);
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        uplink.deliver("a/b", "x", Qos.AT_LEAST_ONCE, "a/b");

        gateway.advance(RETRY.multipliedBy(3));

        expectWill("gone", "dev").accept();
        assertThat(gateway.bufferedOctets()).isZero();
        expectGone();
    }

    @Test
    void shouldPutThePrefixInFront() {
        TestGateway prefixed = TestGateway.start("topics: { prefix: site-7/ }");
        LockstepDevice at7 = prefixed.device(1);
        at7.send(CLEAN_WITH_WILL);
        at7.send(topic("gone"));
        at7.send(message("dev"));
        prefixed.advance(SILENCE);

        prefixed.uplink().expectPublish("site-7/gone", Qos.AT_LEAST_ONCE, "dev");
    }

    @Test
    void shouldNotPublishTheWillOfADeviceThatLeaves() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");

        device.send(Disconnect.PLAIN);
        gateway.advance(SILENCE);

        uplink.expectNoPublish();
        expectGone();
    }

    @Test
    void shouldNotPublishTheWillOfADeviceThatMoves() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");

        elsewhere.send(connect("dev"));

        elsewhere.expect(connAck());
        uplink.expectNoPublish();
    }

    @Test
    void shouldNotPublishTheWillOfADeviceWhoseAddressIsAnothersNow() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");

        device.send(connect("other"));

        device.expect(connAck());
        uplink.expectNoPublish();
    }

    // ---- while the broker is away

    @Test
    void shouldPublishTheWillAsSoonAsTheBrokerTakesIt() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");
        loseDevice();
        for (int i = 0; i < 10; i++) {
            expectWill("gone", "dev").complete(PublishOutcome.CONGESTION);
            assertThat(gateway.sessions()).isEqualTo(1);
            gateway.advance(RETRY.minus(TICK));
            uplink.expectNoPublish();
            gateway.advance(TICK);
        }

        expectWill("gone", "dev").accept();

        expectGone();
        gateway.advance(RETRY);
        uplink.expectNoPublish();
    }

    @Test
    void shouldKeepNothingElseOfACleanSessionWhoseWillWaits() {
        uplink.answerPublishes(PublishOutcome.CONGESTION);
        uplink.grantSubscriptions(Qos.AT_LEAST_ONCE);
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));

        loseDevice();

        uplink.expectUnsubscribe("a/b");
        assertThat(gateway.session("dev").queuedMessages()).isZero();
    }

    @Test
    void shouldNotPublishAWillTwiceWhileTheBrokerTakesItsTime() {
        connectWithWill(KEPT_WITH_WILL, "gone", "dev");
        loseDevice();
        FakeUplink.Published will = expectWill("gone", "dev");

        gateway.advance(Duration.ofHours(1));

        uplink.expectNoPublish();
        will.accept();
        assertThat(gateway.loop().armedTimers()).isZero();
    }

    @Test
    void shouldNotPublishTheWillOfADeviceThatIsBack() {
        uplink.answerPublishes(PublishOutcome.CONGESTION);
        connectWithWill(KEPT_WITH_WILL, "gone", "dev");
        loseDevice();
        expectWill("gone", "dev");

        device.send(connectKept("dev"));
        device.expect(connAck());
        gateway.advance(RETRY.multipliedBy(5));

        uplink.expectNoPublish();
    }

    @Test
    void shouldTellTheWillsOfTwoLossesApart() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");
        loseDevice();
        FakeUplink.Published first = expectWill("gone", "dev");
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");
        loseDevice();
        FakeUplink.Published second = expectWill("gone", "dev");

        first.accept();
        assertThat(gateway.sessions()).isEqualTo(1);
        second.complete(PublishOutcome.CONGESTION);
        gateway.advance(RETRY);

        expectWill("gone", "dev").accept();
        expectGone();
    }

    @Test
    void shouldGiveUpAWillThatTheBrokerRefuses() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");
        loseDevice();

        expectWill("gone", "dev").complete(PublishOutcome.REFUSED);

        expectGone();
    }

    @Test
    void shouldPublishAWillThatIsTakenAtOnce() {
        uplink.answerPublishes(PublishOutcome.ACCEPTED);
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");

        loseDevice();

        expectWill("gone", "dev");
        expectGone();
    }

    // ---- what is kept, §6.3

    /** A device with a will connects again by a CONNECT with these flags, and is lost. */
    @ParameterizedTest
    @CsvSource({
        "true,  true,  new",
        "true, false, ",
        "false, true, new",
        "false, false, old",
    })
    void shouldKeepTheWillByTheCleanSessionRules(boolean clean, boolean will, String published) {
        connectWithWill(KEPT_WITH_WILL, "old", "dev");
        device.send(Disconnect.PLAIN);
        device.expect(Disconnect.PLAIN);

        if (will) {
            connectWithWill(new Connect(true, clean, 60, "dev"), "new", "dev");
        } else {
            device.send(new Connect(false, clean, 60, "dev"));
            device.expect(connAck());
        }
        loseDevice();

        if (published == null) {
            uplink.expectNoPublish();
        } else {
            expectWill(published, "dev");
        }
    }

    @Test
    void shouldNotKeepTheWillOfACleanSession() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");
        device.send(connectKept("dev"));
        device.expect(connAck());

        loseDevice();

        uplink.expectNoPublish();
    }

    @Test
    void shouldKeepTheWillOfAKeptSessionThatWasPublished() {
        uplink.answerPublishes(PublishOutcome.ACCEPTED);
        connectWithWill(KEPT_WITH_WILL, "gone", "dev");
        loseDevice();
        expectWill("gone", "dev");
        device.send(connectKept("dev"));
        device.expect(connAck());

        loseDevice();

        expectWill("gone", "dev");
    }

    @Test
    void shouldDeleteTheKeptWillWhenTheDeviceHasNoneAfterAll() {
        connectWithWill(KEPT_WITH_WILL, "gone", "dev");
        device.send(Disconnect.PLAIN);
        device.send(KEPT_WITH_WILL);
        device.send(new WillTopic(null));
        device.skipAll();

        loseDevice();

        uplink.expectNoPublish();
    }

    // ---- changes, §6.4

    @Test
    void shouldChangeTopicAndMessageEachByItself() {
        connectWithWill(KEPT_WITH_WILL, "old", "dev");

        device.send(new WillTopicUpd(new WillHeader(Qos.EXACTLY_ONCE, true, "new")));
        device.expect(new WillTopicResp(ReturnCode.ACCEPTED));
        loseDevice();
        uplink.expectPublish(new UpstreamMessage("new", Payload.utf8("dev"), Qos.EXACTLY_ONCE, true))
                .accept();

        device.send(connectKept("dev"));
        device.expect(connAck());
        device.send(new WillMsgUpd(Payload.utf8("other")));
        device.expect(new WillMsgResp(ReturnCode.ACCEPTED));
        loseDevice();
        uplink.expectPublish(new UpstreamMessage("new", Payload.utf8("other"), Qos.EXACTLY_ONCE, true));
    }

    @Test
    void shouldDeleteTheWillByAnEmptyUpdate() {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");

        device.send(new WillTopicUpd(null));
        device.expect(new WillTopicResp(ReturnCode.ACCEPTED));
        device.send(new WillMsgUpd(Payload.utf8("of no topic")));
        device.expect(new WillMsgResp(ReturnCode.NOT_SUPPORTED));

        loseDevice();
        uplink.expectNoPublish();
        expectGone();
    }

    @Test
    void shouldTakeAWillFromADeviceThatConnectedWithoutOne() {
        device.send(connect("dev"));
        device.expect(connAck());

        device.send(new WillTopicUpd(new WillHeader(Qos.AT_LEAST_ONCE, false, "gone")));

        device.expect(new WillTopicResp(ReturnCode.ACCEPTED));
        loseDevice();
        expectWill("gone", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"06 1A 00 242F78" /* $/x */, "05 1A 00 612B" /* a+ */, "04 1A 60 61" /* QoS 3 */})
    void shouldRefuseAnUpdateThatCannotBeUsed(String octets) {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");

        device.sendHex(octets);

        device.expect(new WillTopicResp(ReturnCode.NOT_SUPPORTED));
        loseDevice();
        expectWill("gone", "dev");
    }

    @ParameterizedTest
    @EnumSource(
            value = SessionState.class,
            names = {"ASLEEP", "DISCONNECTED"})
    void shouldAnswerAnUpdateOfASleeperAndTellAStrangerToConnect(SessionState state) {
        connectWithWill(CLEAN_WITH_WILL, "gone", "dev");
        device.send(state == SessionState.ASLEEP ? new Disconnect(60) : Disconnect.PLAIN);
        device.expect(Disconnect.PLAIN);

        device.send(new WillMsgUpd(Payload.utf8("new")));

        device.expect(state == SessionState.ASLEEP ? new WillMsgResp(ReturnCode.ACCEPTED) : Disconnect.PLAIN);
    }
}
