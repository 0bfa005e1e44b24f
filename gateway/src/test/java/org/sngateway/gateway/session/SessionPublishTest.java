// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.sngateway.testsupport.Messages.again;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish0;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.shortName;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.testsupport.LockstepDevice;

/** PUBLISH from a device, MQTT-SN 1.2 §6.6. The device has registered {@code a/b} as id 3; 1 and 2 are pre-defined. */
final class SessionPublishTest {
    private static final TopicRef TOPIC = id(3);

    private final TestGateway gateway = TestGateway.start("{ topics: { predefined: { 1: sensors/t, 2: $SYS/x } }, "
            + "sessions: { max-in-flight: 6, retry-interval: 10s, retry-count: 3 } }");
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);

    @BeforeEach
    void connectAndRegister() {
        device.send(connect("dev"));
        device.send(register(100, "a/b"));
        device.skipAll();
    }

    // ---- topics

    @Test
    void shouldPassOnQos0WithoutAnAnswer() {
        device.send(publish0(TOPIC, "1"));
        device.send(publish0(predefined(1), "2"));
        device.send(publish0(shortName("ab"), "3"));

        uplink.expectPublish("a/b", Qos.AT_MOST_ONCE, "1").accept();
        uplink.expectPublish("sensors/t", Qos.AT_MOST_ONCE, "2").complete(PublishOutcome.CONGESTION);
        uplink.expectPublish("ab", Qos.AT_MOST_ONCE, "3").complete(PublishOutcome.REFUSED);
        device.expectNothing();
    }

    @Test
    void shouldAcknowledgeQos1ByEachKindOfTopic() {
        device.send(publish1(1, TOPIC, "1"));
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "1").accept();
        device.expect(pubAck(3, 1));

        device.send(publish1(2, predefined(1), "2"));
        uplink.expectPublish("sensors/t", Qos.AT_LEAST_ONCE, "2").accept();
        device.expect(pubAck(1, 2));

        device.send(publish1(3, shortName("ab"), "3"));
        uplink.expectPublish("ab", Qos.AT_LEAST_ONCE, "3").accept();
        device.expect(pubAck(0x6162, 3));

        device.send(publish1(4, shortName("ü"), "4"));
        uplink.expectPublish("ü", Qos.AT_LEAST_ONCE, "4").accept();
        device.expect(pubAck(0xC3BC, 4));
    }

    @Test
    void shouldPassOnRetainAndAnEmptyPayload() {
        device.send(new Publish(false, Qos.AT_MOST_ONCE, true, TOPIC, 0, Payload.EMPTY));

        uplink.expectPublish(new UpstreamMessage("a/b", Payload.EMPTY, Qos.AT_MOST_ONCE, true));
    }

    @Test
    void shouldIgnoreTheMsgIdOfQos0() {
        device.send(new Publish(false, Qos.AT_MOST_ONCE, false, TOPIC, 9, Payload.utf8("x")));

        uplink.expectPublish("a/b", Qos.AT_MOST_ONCE, "x").accept();
        device.expectNothing();
    }

    @Test
    void shouldRefuseIdsThatNobodyAssigned() {
        device.send(publish1(1, id(4), "x"));
        device.expect(pubAck(4, 1, ReturnCode.INVALID_TOPIC_ID));
        device.send(publish1(2, predefined(3), "x")); // a normal id is no pre-defined one
        device.expect(pubAck(3, 2, ReturnCode.INVALID_TOPIC_ID));
        device.send(publish1(3, id(1), "x")); // nor the other way round
        device.expect(pubAck(1, 3, ReturnCode.INVALID_TOPIC_ID));
        device.send(publish0(id(4), "x"));
        device.expect(pubAck(4, 0, ReturnCode.INVALID_TOPIC_ID));
        uplink.expectNoPublish();
    }

    @Test
    void shouldRefuseQos0OnlyOnceInAWhile() {
        for (int i = 0; i < 5; i++) {
            device.send(publish0(id(4), "x"));
        }
        device.expect(pubAck(4, 0, ReturnCode.INVALID_TOPIC_ID));
        device.expectNothing();

        gateway.advance(Duration.ofSeconds(1));
        device.send(publish0(id(4), "x"));
        device.expect(pubAck(4, 0, ReturnCode.INVALID_TOPIC_ID));
        device.send(publish1(1, id(4), "x"));
        device.expect(pubAck(4, 1, ReturnCode.INVALID_TOPIC_ID));
    }

    @Test
    void shouldRefuseTheServersOwnTopics() {
        device.send(register(1, "$SYS/y"));
        device.skipAll();

        device.send(publish1(1, id(4), "x"));
        device.expect(pubAck(4, 1, ReturnCode.NOT_SUPPORTED));
        device.send(publish1(2, predefined(2), "x"));
        device.expect(pubAck(2, 2, ReturnCode.NOT_SUPPORTED));
        device.send(publish1(3, shortName("$x"), "x"));
        device.expect(pubAck(0x2478, 3, ReturnCode.NOT_SUPPORTED));
        uplink.expectNoPublish();
    }

    @Test
    void shouldPutThePrefixInFront() {
        TestGateway prefixed = TestGateway.start("topics: { prefix: site-7/, predefined: { 1: t } }");
        LockstepDevice at7 = prefixed.device(1);
        at7.send(connect("dev"));
        at7.send(register(1, "a/b"));

        at7.send(publish0(id(2), "1"));
        at7.send(publish0(predefined(1), "2"));
        at7.send(publish0(shortName("ab"), "3"));

        prefixed.uplink().expectPublish("site-7/a/b", Qos.AT_MOST_ONCE, "1");
        prefixed.uplink().expectPublish("site-7/t", Qos.AT_MOST_ONCE, "2");
        prefixed.uplink().expectPublish("site-7/ab", Qos.AT_MOST_ONCE, "3");
    }

    // ---- outcomes

    @ParameterizedTest
    @CsvSource({"ACCEPTED, 0", "CONGESTION, 1", "REFUSED, 3"})
    void shouldAnswerWhenTheOutcomeIsKnownAndNotBefore(PublishOutcome outcome, int code) {
        device.send(publish1(7, TOPIC, "x"));
        FakeUplink.Published up = uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x");
        device.expectNothing();

        up.complete(outcome);

        device.expect(pubAck(3, 7, ReturnCode.of(code)));
        device.expectNothing();
    }

    @Test
    void shouldAnswerAnOutcomeThatIsKnownAtOnce() {
        uplink.answerPublishes(PublishOutcome.CONGESTION);

        device.send(publish1(7, TOPIC, "x"));

        device.expect(pubAck(3, 7, ReturnCode.CONGESTION));
    }

    @Test
    void shouldAnswerOutcomesInWhateverOrderTheyCome() {
        device.send(publish1(1, TOPIC, "1"));
        device.send(publish1(2, TOPIC, "2"));
        FakeUplink.Published first = uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "1");
        FakeUplink.Published second = uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "2");

        second.accept();
        device.expect(pubAck(3, 2));
        first.accept();
        device.expect(pubAck(3, 1));
    }

    @Test
    void shouldHoldNoMoreThanTheWindow() {
        List<FakeUplink.Published> up = new ArrayList<>();
        for (int msgId = 1; msgId <= 6; msgId++) {
            device.send(publish1(msgId, TOPIC, "x" + msgId));
            up.add(uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x" + msgId));
        }
        device.expectNothing();

        device.send(publish1(7, TOPIC, "x7"));
        device.expect(pubAck(3, 7, ReturnCode.CONGESTION));
        uplink.expectNoPublish();
        device.send(publish0(TOPIC, "x8"));
        uplink.expectPublish("a/b", Qos.AT_MOST_ONCE, "x8");

        up.get(3).accept();
        device.expect(pubAck(3, 4));
        device.send(publish1(7, TOPIC, "x7"));
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x7").accept();
        device.expect(pubAck(3, 7));
    }

    // ---- repetitions

    @Test
    void shouldIgnoreTheRepetitionOfWhatIsUnderWay() {
        Publish publish = publish1(7, TOPIC, "x");
        device.send(publish);
        FakeUplink.Published up = uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x");

        device.send(again(publish));
        uplink.expectNoPublish();
        device.expectNothing();

        up.accept();
        device.expect(pubAck(3, 7));
        device.expectNothing();
    }

    @Test
    void shouldAcknowledgeTheRepetitionOfWhatIsDone() {
        Publish publish = publish1(7, TOPIC, "x");
        device.send(publish);
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").accept();
        device.expect(pubAck(3, 7));

        device.send(again(publish));

        device.expect(pubAck(3, 7));
        uplink.expectNoPublish();
    }

    @Test
    void shouldRememberAsManyAsWereUnderWayAtOnce() {
        List<Publish> publishes = new ArrayList<>();
        for (int msgId = 1; msgId <= 6; msgId++) {
            publishes.add(publish1(msgId, TOPIC, "x" + msgId));
        }
        publishes.forEach(device::send);
        for (int msgId = 1; msgId <= 6; msgId++) {
            uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x" + msgId).accept();
        }
        device.skipAll();

        publishes.forEach(publish -> device.send(again(publish)));

        uplink.expectNoPublish();
        for (int msgId = 1; msgId <= 6; msgId++) {
            device.expect(pubAck(3, msgId));
        }
    }

    @Test
    void shouldForgetWhatIsDoneWhenTheDeviceCanNotRepeatItAnyMore() {
        Publish publish = publish1(7, TOPIC, "x");
        device.send(publish);
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").accept();
        gateway.advance(Duration.ofSeconds(30));
        device.send(again(publish));
        uplink.expectNoPublish();

        gateway.advance(Duration.ofNanos(1));
        device.send(again(publish));

        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x");
    }

    @Test
    void shouldTryAgainWhatTheBrokerDidNotTake() {
        Publish publish = publish1(7, TOPIC, "x");
        device.send(publish);
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").complete(PublishOutcome.CONGESTION);
        device.expect(pubAck(3, 7, ReturnCode.CONGESTION));

        device.send(again(publish));

        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").accept();
        device.expect(pubAck(3, 7));
    }

    @Test
    void shouldPassOnAnotherMessageWithTheSameMsgId() {
        device.send(publish1(7, TOPIC, "x"));
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x").accept();
        device.expect(pubAck(3, 7));

        device.send(again(publish1(7, TOPIC, "y")));
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "y").accept();
        device.expect(pubAck(3, 7));
        device.send(publish1(7, TOPIC, "y")); // no DUP: the device means it
        uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "y").accept();
        device.expect(pubAck(3, 7));
    }

    @Test
    void shouldAnswerForTheLastMessageWhenAMsgIdIsUsedAgainTooEarly() {
        device.send(publish1(7, TOPIC, "x"));
        FakeUplink.Published first = uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "x");
        device.send(publish1(7, TOPIC, "y"));
        FakeUplink.Published second = uplink.expectPublish("a/b", Qos.AT_LEAST_ONCE, "y");

        first.accept();
        device.expectNothing();
        second.complete(PublishOutcome.CONGESTION);

        device.expect(pubAck(3, 7, ReturnCode.CONGESTION));
    }

    // ---- malformed
    @ParameterizedTest
    @CsvSource({
        "08 0C 20 0000 0007 78, 0", // topic id 0
        "08 0C 20 FFFF 0007 78, 65535", // topic id FFFF
        "08 0C 23 0003 0007 78, 3", // TopicIdType 11
    })
    void shouldRefuseMalformedPublishesThatCanBeAnswered(String octets, int topicId) {
        device.sendHex(octets);

        device.expect(pubAck(topicId, 7, topicId == 3 ? ReturnCode.NOT_SUPPORTED : ReturnCode.INVALID_TOPIC_ID));
        uplink.expectNoPublish();
    }
}
