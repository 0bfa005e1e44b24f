// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.again;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish0;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.shortName;
import static org.sngateway.testsupport.Messages.subscribe;
import static org.sngateway.testsupport.Messages.unsubscribe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.testsupport.LockstepDevice;

/** Messages from the broker to a device, MQTT-SN 1.2 §6.6, §6.10 and §6.13. */
final class SessionDeliveryTest {
    private static final Qos QOS_0 = Qos.AT_MOST_ONCE;
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofNanos(1);
    private static final String CONFIG = "{ topics: { predefined: { 9: sensors/t } }, "
            + "sessions: { retry-interval: 5s, retry-count: 2, max-topic-ids: 3, "
            + "sleep-buffer: { messages: 4, bytes: 1KiB } } }";

    private final TestGateway gateway = TestGateway.start(CONFIG);
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);
    private int lastMsgId;

    @BeforeEach
    void connectDevice() {
        uplink.grantSubscriptions(QOS_1);
        device.send(new Connect(false, true, 3600, "dev"));
        device.expect(connAck());
    }

    private void subscribed(Qos qos, TopicRef topic) {
        device.send(subscribe(++lastMsgId, qos, topic));
        device.skipAll();
    }

    private void subscribed(Qos qos, String filter) {
        subscribed(qos, new TopicRef.Name(filter));
    }

    // ---- how a topic is named

    @Test
    void shouldUseTheIdOfTheSubAck() {
        subscribed(QOS_0, "a/b");

        uplink.deliver("a/b", "x", QOS_0, "a/b");

        device.expect(publish0(id(1), "x"));
    }

    @Test
    void shouldRegisterATopicBeforeItsFirstMessageOnly() {
        subscribed(QOS_1, "a/#");

        uplink.deliver("a/b", "1", QOS_1, "a/#");
        device.expect(new Register(1, 1, "a/b"));
        device.expectNothing();
        device.send(regAck(1, 1));
        device.expect(publish1(2, id(1), "1"));
        device.send(pubAck(1, 2));
        uplink.deliver("a/b", "2", QOS_1, "a/#");
        device.expect(publish1(3, id(1), "2"));
    }

    @Test
    void shouldRegisterForQos0Too() {
        subscribed(QOS_0, "a/#");

        uplink.deliver("a/b", "1", QOS_0, "a/#");
        uplink.deliver("a/b", "2", QOS_0, "a/#");
        device.expect(new Register(1, 1, "a/b"));
        device.send(regAck(1, 1));

        device.expect(publish0(id(1), "1"));
        device.expect(publish0(id(1), "2"));
        device.expectNothing();
    }

    @Test
    void shouldUseAnIdThatTheDeviceRegistered() {
        device.send(register(1, "a/b"));
        device.expect(regAck(1, 1));
        subscribed(QOS_0, "a/#");

        uplink.deliver("a/b", "x", QOS_0, "a/#");

        device.expect(publish0(id(1), "x"));
    }

    @Test
    void shouldUseAShortName() {
        subscribed(QOS_0, "#");

        uplink.deliver("ab", "1", QOS_0, "#");
        device.expect(publish0(shortName("ab"), "1"));
        uplink.deliver("ü", "2", QOS_0, "#");
        device.expect(publish0(shortName("ü"), "2"));
        uplink.deliver("a", "3", QOS_0, "#");
        device.expect(new Register(1, 1, "a"));
    }

    @Test
    void shouldUseTheKindOfTopicTheDeviceSubscribedWith() {
        device.send(register(1, "sensors/t"));
        device.send(register(2, "ab"));
        subscribed(QOS_0, predefined(9));
        subscribed(QOS_0, shortName("ab"));

        uplink.deliver("sensors/t", "1", QOS_0, "sensors/t");
        device.expect(publish0(predefined(9), "1"));
        uplink.deliver("ab", "2", QOS_0, "ab");
        device.expect(publish0(shortName("ab"), "2"));
    }

    @Test
    void shouldUseThePredefinedIdTheDeviceSubscribedWithWhateverFilterIsTheBest() {
        subscribed(QOS_0, predefined(9));
        subscribed(QOS_1, "sensors/+");

        uplink.deliver("sensors/t", "1", QOS_1, "sensors/+");

        device.expect(publish1(1, predefined(9), "1"));
    }

    @Test
    void shouldNotUseAPredefinedIdThatTheDeviceDidNotSubscribeWith() {
        subscribed(QOS_0, "#");

        uplink.deliver("sensors/t", "1", QOS_0, "#");

        device.expect(new Register(1, 1, "sensors/t"));
    }

    @Test
    void shouldDropWhatNoIdIsLeftFor() {
        device.send(register(1, "a"));
        device.send(register(2, "b"));
        device.send(register(3, "c"));
        subscribed(QOS_1, "#");

        uplink.deliver("d", "lost", QOS_1, "#");
        device.expectNothing();
        assertThat(gateway.counters().undeliverable.sum()).isEqualTo(1);
        uplink.deliver("a", "next", QOS_0, "#");
        device.expect(publish0(id(1), "next"));
    }

    // ---- one at a time, in order

    @Test
    void shouldSendTheNextMessageWhenTheDeviceHasAnswered() {
        subscribed(QOS_1, "a/b");

        uplink.deliver("a/b", "1", QOS_1, "a/b");
        uplink.deliver("a/b", "2", QOS_0, "a/b");
        uplink.deliver("a/b", "3", QOS_0, "a/b");
        uplink.deliver("a/b", "4", QOS_1, "a/b");

        device.expect(publish1(1, id(1), "1"));
        device.expectNothing();
        device.send(pubAck(1, 1));
        device.expect(publish0(id(1), "2"));
        device.expect(publish0(id(1), "3"));
        device.expect(publish1(2, id(1), "4"));
        device.expectNothing();
        device.send(pubAck(1, 2));
        device.expectNothing();
    }

    @Test
    void shouldIgnoreAnswersToSomethingElse() {
        subscribed(QOS_1, "a/b");
        subscribed(QOS_1, "c/#");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        uplink.deliver("c/d", "2", QOS_1, "c/#");
        device.expect(publish1(1, id(1), "1"));

        device.send(pubAck(1, 2));
        device.send(regAck(1, 1));
        device.expectNothing();
        device.send(pubAck(1, 1));
        device.expect(new Register(2, 2, "c/d"));

        device.send(pubAck(1, 2));
        device.send(regAck(2, 1));
        device.send(regAck(1, 2)); // not the topic id that was registered
        device.send(pubAck(1, 1));
        device.expectNothing();
        device.send(regAck(2, 2));
        device.expect(publish1(3, id(2), "2"));
    }

    @ParameterizedTest
    @CsvSource({
        "AT_MOST_ONCE, AT_MOST_ONCE, AT_MOST_ONCE",
        "AT_MOST_ONCE, AT_LEAST_ONCE, AT_MOST_ONCE",
        "AT_LEAST_ONCE, AT_MOST_ONCE, AT_MOST_ONCE",
        "AT_LEAST_ONCE, AT_LEAST_ONCE, AT_LEAST_ONCE",
        "EXACTLY_ONCE, AT_LEAST_ONCE, AT_LEAST_ONCE",
    })
    void shouldDeliverWithTheLowerQos(Qos ofMessage, Qos granted, Qos expected) {
        subscribed(granted, "a/b");

        uplink.deliver("a/b", "x", ofMessage, "a/b");

        device.expect(Publish.class, publish -> assertThat(publish.qos()).isEqualTo(expected));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCopyTheRetainedFlag(boolean retained) {
        subscribed(QOS_0, "a/b");

        uplink.deliver("a/b", Payload.EMPTY, QOS_0, retained, "a/b");

        device.expect(new Publish(false, QOS_0, retained, id(1), 0, Payload.EMPTY));
    }

    // ---- retransmission

    @Test
    void shouldSendAPublishAgainUntilTheDeviceIsLost() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "x", QOS_1, "a/b");
        Publish publish = device.expect(Publish.class);
        assertThat(publish.dup()).isFalse();

        gateway.advance(RETRY.minus(TICK));
        device.expectNothing();
        gateway.advance(TICK);
        device.expect(again(publish));
        gateway.advance(RETRY.minus(TICK));
        device.expectNothing();
        gateway.advance(TICK);
        device.expect(again(publish));
        gateway.advance(RETRY.minus(TICK));
        assertThat(gateway.counters().devicesLost.sum()).isZero();
        gateway.advance(TICK);

        device.expectNothing();
        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(1);
        assertThat(gateway.counters().retransmissions.sum()).isEqualTo(2);
        assertThat(gateway.sessions()).isZero();
    }

    @Test
    void shouldNotSendAgainBeforeASlowLineCanHaveSentItOnce() {
        subscribed(QOS_1, "a/b");
        Duration perOctet = Duration.ofSeconds(1);
        gateway.slowDown(perOctet.toNanos());
        uplink.deliver("a/b", "x", QOS_1, "a/b");
        Publish publish = device.expect(Publish.class);
        Duration sending = perOctet.multipliedBy(8); // its octets

        for (int i = 0; i < 2; i++) {
            gateway.advance(RETRY.plus(sending).minus(TICK));
            device.expectNothing();
            gateway.advance(TICK);
            device.expect(again(publish));
        }
    }

    @Test
    void shouldSendARegisterAgainUnchanged() {
        subscribed(QOS_1, "#");
        uplink.deliver("a/b", "x", QOS_1, "#");
        Register register = device.expect(Register.class);

        gateway.advance(RETRY);
        device.expect(register);
        device.send(regAck(register.topicId(), register.msgId()));

        device.expect(publish1(2, id(1), "x"));
        gateway.advance(RETRY);
        device.expect(again(publish1(2, id(1), "x")));
    }

    @Test
    void shouldStopSendingAgainWhenTheDeviceAnswers() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        gateway.advance(RETRY);
        device.skipAll();

        device.send(pubAck(1, 1));
        gateway.advance(RETRY.multipliedBy(3));
        device.expectNothing();

        uplink.deliver("a/b", "2", QOS_1, "a/b");
        device.expect(publish1(2, id(1), "2"));
        gateway.advance(RETRY);
        device.expect(again(publish1(2, id(1), "2")));
    }

    @Test
    void shouldNotTakeAnotherSignOfLifeForAnAnswer() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");

        gateway.advance(RETRY.minus(TICK));
        device.send(pingReq());
        device.skipAll();
        gateway.advance(TICK);

        device.expect(again(publish1(1, id(1), "1")));
    }

    @Test
    void shouldKeepWhatALostDeviceDidNotAnswerWhenItsSessionIsKept() {
        device.send(new Connect(false, false, 3600, "dev"));
        device.expect(connAck());
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        uplink.deliver("a/b", "2", QOS_0, "a/b");
        gateway.advance(RETRY.multipliedBy(3));
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.LOST);
        uplink.deliver("a/b", "3", QOS_1, "a/b");
        uplink.deliver("a/b", "4", QOS_0, "a/b"); // QoS 0 is not kept for a device that is away
        device.skipAll();

        device.send(connectKept("dev"));

        device.expect(connAck());
        Register register = device.expect(Register.class);
        device.send(regAck(register.topicId(), register.msgId()));
        Publish first = device.expect(Publish.class, publish -> {
            assertThat(publish.data().toUtf8()).isEqualTo("1");
            assertThat(publish.qos()).isEqualTo(QOS_1);
        });
        device.send(pubAck(1, first.msgId()));
        device.expect(publish0(id(1), "2"));
        device.expect(
                Publish.class, publish -> assertThat(publish.data().toUtf8()).isEqualTo("3"));
        device.expectNothing();
    }

    // ---- REGACK with a rejection

    @Test
    void shouldPauseWhenTheDeviceIsCongested() {
        subscribed(QOS_1, "#");
        uplink.deliver("a/b", "1", QOS_1, "#");
        device.expect(new Register(1, 1, "a/b"));

        device.send(new RegAck(1, 1, ReturnCode.CONGESTION));
        uplink.deliver("ab", "2", QOS_0, "#");
        gateway.advance(Duration.ofMinutes(5).minus(TICK));
        device.expectNothing();
        gateway.advance(TICK);

        device.expect(new Register(1, 2, "a/b"));
        device.send(regAck(1, 2));
        device.expect(publish1(3, id(1), "1"));
        device.send(pubAck(1, 3));
        device.expect(publish0(shortName("ab"), "2"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 200})
    void shouldSuppressATopicThatTheDeviceRefuses(int code) {
        subscribed(QOS_1, "#");
        uplink.deliver("a/b", "1", QOS_1, "#");
        uplink.deliver("a/c", "2", QOS_1, "#");
        uplink.deliver("a/b", "3", QOS_0, "#");
        device.expect(new Register(1, 1, "a/b"));

        device.send(new RegAck(0, 1, ReturnCode.of(code)));

        device.expect(new Register(2, 2, "a/c"));
        device.send(regAck(2, 2));
        device.expect(publish1(3, id(2), "2"));
        device.send(pubAck(2, 3));
        uplink.deliver("a/b", "4", QOS_1, "#");
        device.expectNothing();
        assertThat(gateway.counters().undeliverable.sum()).isEqualTo(3);
    }

    @Test
    void shouldOfferASuppressedTopicAgainWhenTheDeviceConnectsAgain() {
        subscribed(QOS_1, "#");
        uplink.deliver("a/b", "1", QOS_1, "#");
        device.send(new RegAck(1, 1, ReturnCode.NOT_SUPPORTED));
        device.send(connect("dev"));
        subscribed(QOS_1, "#");

        uplink.deliver("a/b", "2", QOS_1, "#");

        device.expect(Register.class);
    }

    // ---- PUBACK with a rejection

    @Test
    void shouldRegisterAgainWhenTheDeviceDoesNotKnowTheId() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        device.expect(publish1(1, id(1), "1"));

        device.send(pubAck(1, 1, ReturnCode.INVALID_TOPIC_ID));

        device.expect(new Register(1, 2, "a/b"));
        device.send(regAck(1, 2));
        device.expect(publish1(3, id(1), "1"));
    }

    @Test
    void shouldGiveUpAMessageWhoseTopicTheDeviceNeverLearns() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        for (int repair = 0; repair < 2; repair++) {
            Publish publish = device.expect(Publish.class);
            device.send(pubAck(1, publish.msgId(), ReturnCode.INVALID_TOPIC_ID));
            Register register = device.expect(Register.class);
            device.send(regAck(1, register.msgId()));
        }
        Publish last = device.expect(Publish.class);
        device.send(pubAck(1, last.msgId(), ReturnCode.INVALID_TOPIC_ID));

        device.expectNothing();
        assertThat(gateway.counters().undeliverable.sum()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"sensors/t, 9", "ab, 24930"})
    void shouldRegisterANormalIdWhenTheDeviceDoesNotKnowThePredefinedOneOrTheShortName(String topic, int inPubAck) {
        subscribed(QOS_1, topic.length() == 2 ? shortName(topic) : predefined(9));
        uplink.deliver(topic, "1", QOS_1, topic);
        device.expect(Publish.class);

        device.send(pubAck(inPubAck, 1, ReturnCode.INVALID_TOPIC_ID));

        device.expect(new Register(1, 2, topic));
        device.send(regAck(1, 2));
        device.expect(publish1(3, id(1), "1"));
    }

    @Test
    void shouldRegisterAgainBeforeTheNextMessageWhenTheDeviceDoesNotKnowTheIdOfQos0() {
        subscribed(QOS_0, "a/b");
        uplink.deliver("a/b", "1", QOS_0, "a/b");
        device.expect(publish0(id(1), "1"));

        device.send(pubAck(1, 0, ReturnCode.INVALID_TOPIC_ID));
        uplink.deliver("a/b", "2", QOS_0, "a/b");

        device.expect(new Register(1, 1, "a/b"));
        device.send(regAck(1, 1));
        device.expect(publish0(id(1), "2"));
    }

    @Test
    void shouldPauseWhenTheDeviceIsCongestedByQos0() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_0, "a/b");
        uplink.deliver("a/b", "2", QOS_1, "a/b");
        device.expect(publish0(id(1), "1"));
        device.expect(publish1(1, id(1), "2"));

        device.send(pubAck(1, 0, ReturnCode.CONGESTION));
        device.send(pubAck(1, 1));
        uplink.deliver("a/b", "3", QOS_0, "a/b");
        gateway.advance(Duration.ofMinutes(5).minus(TICK));
        device.expectNothing();
        gateway.advance(TICK);

        device.expect(publish0(id(1), "3"));
    }

    @Test
    void shouldPauseAndSendAgainWhenTheDeviceIsCongestedByAMessage() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        device.expect(publish1(1, id(1), "1"));

        device.send(pubAck(1, 1, ReturnCode.CONGESTION));
        uplink.deliver("a/b", "2", QOS_0, "a/b");
        gateway.advance(Duration.ofMinutes(5).minus(TICK));
        device.expectNothing();
        gateway.advance(TICK);

        device.expect(publish1(2, id(1), "1"));
        device.send(pubAck(1, 2));
        device.expect(publish0(id(1), "2"));
    }

    @Test
    void shouldForgetAPauseWhenTheDeviceConnectsAgain() {
        device.send(new Connect(false, false, 3600, "dev"));
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        device.send(pubAck(1, 1, ReturnCode.CONGESTION));
        device.skipAll();

        device.send(new Connect(false, false, 3600, "dev"));

        device.expect(connAck());
        device.expect(Register.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 128})
    void shouldDropAMessageThatTheDeviceRefuses(int code) {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        uplink.deliver("a/b", "2", QOS_1, "a/b");
        device.expect(publish1(1, id(1), "1"));

        device.send(pubAck(1, 1, ReturnCode.of(code)));

        device.expect(publish1(2, id(1), "2"));
        assertThat(gateway.counters().undeliverable.sum()).isEqualTo(1);
    }

    // ---- limits

    @Test
    void shouldDropTheOldestQos0MessageWhenTheQueueIsFull() {
        subscribed(QOS_1, "a/b");
        List.of(QOS_1, QOS_0, QOS_1, QOS_0).forEach(qos -> uplink.deliver("a/b", qos.level() + "", qos, "a/b"));

        uplink.deliver("a/b", "5", QOS_1, "a/b");
        uplink.deliver("a/b", "6", QOS_0, "a/b");

        assertThat(gateway.counters().queueDroppedQos0.sum()).isEqualTo(2);
        assertThat(drain()).containsExactly("1", "1", "5", "6");
    }

    @Test
    void shouldRefuseWhatDoesNotFitAQueueOfQos1() {
        subscribed(QOS_1, "a/b");
        for (int i = 1; i <= 4; i++) {
            uplink.deliver("a/b", "" + i, QOS_1, "a/b");
        }

        uplink.deliver("a/b", "5", QOS_1, "a/b");
        uplink.deliver("a/b", "6", QOS_0, "a/b");

        assertThat(gateway.counters().queueDroppedQos1.sum()).isEqualTo(1);
        assertThat(gateway.counters().queueDroppedQos0.sum()).isEqualTo(1);
        assertThat(drain()).containsExactly("1", "2", "3", "4");
    }

    @Test
    void shouldLimitTheOctetsOfTheQueue() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "x".repeat(400), QOS_1, "a/b");
        uplink.deliver("a/b", "y".repeat(400), QOS_0, "a/b");

        uplink.deliver("a/b", "z".repeat(400), QOS_1, "a/b");

        assertThat(gateway.counters().queueDroppedQos0.sum()).isEqualTo(1);
        assertThat(drain()).containsExactly("x".repeat(400), "z".repeat(400));
    }

    @Test
    void shouldDropNothingForAMessageThatDoesNotFitAnyway() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        uplink.deliver("a/b", "2", QOS_0, "a/b");

        uplink.deliver("a/b", "x".repeat(1100), QOS_1, "a/b");

        assertThat(gateway.counters().queueDroppedQos1.sum()).isEqualTo(1);
        assertThat(gateway.counters().queueDroppedQos0.sum()).isZero();
        assertThat(drain()).containsExactly("1", "2");
    }

    @Test
    void shouldNotDropAMessageThatIsUnderWay() {
        subscribed(QOS_1, "#");
        for (int i = 1; i <= 5; i++) {
            uplink.deliver("a/b", "" + i, QOS_0, "#");
        }
        Register register = device.expect(Register.class);
        device.send(regAck(1, register.msgId()));

        for (String data : List.of("1", "3", "4", "5")) {
            device.expect(publish0(id(1), data));
        }
        device.expectNothing();
    }

    @Test
    void shouldDropWhatDoesNotFitAFrame() {
        TestGateway small = TestGateway.withFramesOf(60, "");
        small.uplink().grantSubscriptions(QOS_1);
        LockstepDevice node = small.device(1);
        node.send(connect("dev"));
        node.send(subscribe(1, QOS_1, "a"));
        node.send(subscribe(2, QOS_1, "b/#"));
        node.skipAll();

        small.uplink().deliver("a", "x".repeat(54), QOS_1, "a");
        small.uplink().deliver("b/c", "x".repeat(54), QOS_1, "b/#"); // not worth a REGISTER
        small.uplink().deliver("b/" + "c".repeat(53), "x", QOS_1, "b/#");
        node.expectNothing();
        assertThat(small.counters().downlinkTooLarge.sum()).isEqualTo(3);

        small.uplink().deliver("a", "x".repeat(53), QOS_1, "a");
        node.expect(publish1(1, id(1), "x".repeat(53)));
        node.send(pubAck(1, 1));
        small.uplink().deliver("b/" + "c".repeat(52), "x", QOS_1, "b/#");
        node.expect(Register.class);
    }

    @Test
    void shouldDropWhatDoesNotFitAnyFrame() {
        TestGateway large = TestGateway.withFramesOf(65_535, "sessions: { sleep-buffer: { bytes: 1MiB } }");
        large.uplink().grantSubscriptions(QOS_1);
        LockstepDevice node = large.device(1);
        node.send(connect("dev"));
        node.send(subscribe(1, QOS_1, "a"));
        node.send(subscribe(2, QOS_1, "#"));
        node.skipAll();

        large.uplink().deliver("a", "x".repeat(65_527), QOS_1, "a");
        large.uplink().deliver("ü".repeat(32_767), "", QOS_1, "#");
        node.expectNothing();
        assertThat(large.counters().downlinkTooLarge.sum()).isEqualTo(2);

        large.uplink().deliver("a", "x".repeat(65_526), QOS_1, "a");
        node.expect(publish1(1, id(1), "x".repeat(65_526)));
    }

    // ---- overlapping filters

    @Test
    void shouldDeliverByTheFilterThatIsLeft() {
        subscribed(QOS_0, "a/b");
        subscribed(QOS_1, "a/+");
        device.send(unsubscribe(9, "a/+"));
        device.skipAll();

        uplink.deliver("a/b", "x", QOS_1, "a/b");

        device.expect(publish0(id(1), "x"));
    }

    @Test
    void shouldDeliverARetainedMessageForTheFilterItWasSentFor() {
        subscribed(QOS_1, "a/b");
        subscribed(QOS_0, "a/+");

        uplink.deliver("a/b", Payload.utf8("x"), QOS_1, true, "a/+");

        device.expect(new Publish(false, QOS_0, true, id(1), 0, Payload.utf8("x")));
    }

    @Test
    void shouldDeliverToEachDeviceThatSubscribes() {
        LockstepDevice other = gateway.device(2);
        other.send(connect("other"));
        other.send(subscribe(1, QOS_0, "a/b"));
        other.skipAll();
        subscribed(QOS_0, "a/b");

        uplink.deliver("a/b", "x", QOS_0, "a/b");

        device.expect(publish0(id(1), "x"));
        other.expect(publish0(id(1), "x"));
    }

    // ---- away

    @Test
    void shouldNotSendToADeviceThatSaidGoodbye() {
        device.send(new Connect(false, false, 3600, "dev"));
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        device.send(Disconnect.PLAIN);
        device.skipAll();

        uplink.deliver("a/b", "2", QOS_1, "a/b");
        gateway.advance(Duration.ofHours(1));

        device.expectNothing();
        assertThat(gateway.counters().devicesLost.sum()).isZero();
    }

    @Test
    void shouldStillAnswerWhileAMessageIsUnderWay() {
        subscribed(QOS_1, "a/b");
        uplink.deliver("a/b", "1", QOS_1, "a/b");
        device.expect(Publish.class);

        device.send(pingReq());
        device.expect(PingResp.class);
        device.send(register(7, "c"));
        device.expect(regAck(2, 7));
    }

    /** Answers all that comes, and returns the payloads in order. */
    private List<String> drain() {
        List<String> data = new ArrayList<>();
        for (var message = device.poll(); message != null; message = device.poll()) {
            if (message instanceof Register register) {
                device.send(regAck(register.topicId(), register.msgId()));
            } else if (message instanceof Publish publish) {
                data.add(publish.data().toUtf8());
                if (publish.qos() == QOS_1) {
                    device.send(pubAck(1, publish.msgId()));
                }
            }
        }
        return data;
    }
}
