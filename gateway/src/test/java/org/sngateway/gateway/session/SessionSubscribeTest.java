// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.publish0;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.shortName;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;
import static org.sngateway.testsupport.Messages.unsubscribe;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;

/** SUBSCRIBE and UNSUBSCRIBE, MQTT-SN 1.2 §6.9. */
final class SessionSubscribeTest {
    private static final Qos QOS_0 = Qos.AT_MOST_ONCE;
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;

    private final TestGateway gateway = TestGateway.start(
            "{ topics: { predefined: { 1: sensors/t } }, " + "sessions: { max-subscriptions: 3, max-topic-ids: 2 } }");
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);

    @BeforeEach
    void connectDevice() {
        device.send(connect("dev"));
        device.skipAll();
    }

    // ---- by each kind of topic

    @Test
    void shouldAnswerATopicNameWithItsId() {
        device.send(subscribe(7, QOS_1, "a/b"));
        device.expectNothing();
        uplink.expectSubscribe("a/b").grant(QOS_1);

        device.expect(subAck(7, QOS_1, 2));
        device.send(publish0(id(2), "x"));
        uplink.expectPublish("a/b", QOS_0, "x");
    }

    @Test
    void shouldAnswerATopicNameThatIsRegisteredWithTheSameId() {
        device.send(register(1, "a/b"));
        device.expect(regAck(2, 1));

        device.send(subscribe(7, QOS_0, "a/b"));
        uplink.expectSubscribe("a/b").grant(QOS_1);

        device.expect(subAck(7, QOS_0, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/+", "#", "+/b/#"})
    void shouldAnswerAFilterWithWildcardsWithoutAnId(String filter) {
        device.send(subscribe(7, QOS_1, filter));
        uplink.expectSubscribe(filter).grant(QOS_1);

        device.expect(subAck(7, QOS_1, 0));
    }

    @Test
    void shouldAnswerAPredefinedIdWithItself() {
        device.send(subscribe(7, QOS_1, predefined(1)));
        uplink.expectSubscribe("sensors/t").grant(QOS_1);

        device.expect(subAck(7, QOS_1, 1));
    }

    @Test
    void shouldAnswerAShortNameWithoutAnId() {
        device.send(subscribe(7, QOS_1, shortName("ab")));
        uplink.expectSubscribe("ab").grant(QOS_1);

        device.expect(subAck(7, QOS_1, 0));
    }

    @Test
    void shouldPutThePrefixInFrontAndTakeItOffAgain() {
        TestGateway prefixed = TestGateway.start("topics: { prefix: site-7/ }");
        prefixed.uplink().grantSubscriptions(QOS_1);
        LockstepDevice at7 = prefixed.device(1);
        at7.send(connect("dev"));
        at7.send(subscribe(1, QOS_0, "a/b"));
        at7.send(subscribe(2, QOS_0, "c/#"));
        at7.skipAll();
        prefixed.uplink().expectSubscribe("site-7/a/b");
        prefixed.uplink().expectSubscribe("site-7/c/#");

        prefixed.uplink().deliver("site-7/a/b", "x", QOS_0, "site-7/a/b");
        at7.expect(publish0(id(1), "x"));
        prefixed.uplink().deliver("site-7/c/d", "x", QOS_0, "site-7/c/#");
        at7.expect(new Register(2, 1, "c/d"));
        at7.send(unsubscribe(3, "a/b"));
        prefixed.uplink().expectUnsubscribe("site-7/a/b");
    }

    @Test
    void shouldNotDeliverTheTopicThatIsThePrefixItself() {
        TestGateway prefixed = TestGateway.start("topics: { prefix: site-7/ }");
        prefixed.uplink().grantSubscriptions(QOS_1);
        LockstepDevice at7 = prefixed.device(1);
        at7.send(connect("dev"));
        at7.send(subscribe(1, QOS_1, "#"));
        at7.skipAll();

        prefixed.uplink().deliver("site-7", "x", QOS_1, "site-7/#"); // "/#" matches what is before it, too
        prefixed.uplink().deliver("site-7/", "x", QOS_1, "site-7/#");

        at7.expectNothing();
        assertThat(prefixed.counters().undeliverable.sum()).isEqualTo(2);
    }

    // ---- granted QoS

    @ParameterizedTest
    @CsvSource({
        "AT_MOST_ONCE,  AT_LEAST_ONCE, AT_MOST_ONCE",
        "AT_LEAST_ONCE, AT_MOST_ONCE,  AT_MOST_ONCE",
        "AT_LEAST_ONCE, EXACTLY_ONCE,  AT_LEAST_ONCE",
        "EXACTLY_ONCE,  AT_LEAST_ONCE, AT_LEAST_ONCE",
        "EXACTLY_ONCE,  EXACTLY_ONCE,  EXACTLY_ONCE",
    })
    void shouldGrantWhatWasAskedForAsFarAsTheBrokerCan(Qos asked, Qos byBroker, Qos granted) {
        device.send(subscribe(7, asked, "a/b"));
        uplink.expectSubscribe("a/b").grant(byBroker);
        device.expect(subAck(7, granted, 2));

        uplink.deliver("a/b", "x", byBroker, "a/b");

        device.expect(Publish.class, publish -> assertThat(publish.qos()).isEqualTo(granted));
    }

    // ---- refusals

    @Test
    void shouldRefuseAPredefinedIdThatNobodyDefined() {
        device.send(subscribe(7, QOS_1, predefined(2)));

        device.expect(subAck(7, ReturnCode.INVALID_TOPIC_ID));
        uplink.expectNoSubscribe();
    }

    @ParameterizedTest
    @ValueSource(strings = {"$share/g", "$share/g/", "$share//a", "$share/+/a", "$share/#", "$share/g/a#"})
    void shouldRefuseASharedSubscriptionThatIsNone(String filter) {
        device.send(subscribe(7, QOS_1, filter));

        device.expect(subAck(7, ReturnCode.NOT_SUPPORTED));
        uplink.expectNoSubscribe();
    }

    @Test
    void shouldRefuseAFilterThatIsNoneBehindThePrefix() {
        TestGateway prefixed = TestGateway.start("topics: { prefix: site }");
        LockstepDevice at7 = prefixed.device(1);
        at7.send(connect("dev"));
        at7.skipAll();

        at7.send(subscribe(7, QOS_1, "#"));

        at7.expect(subAck(7, ReturnCode.NOT_SUPPORTED));
        at7.send(unsubscribe(8, "#"));
        at7.expect(new UnsubAck(8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "09 12 20 0007 612F622B", // misplaced wildcard
                "07 12 22 0007 2F23", // short name with a wildcard
                "08 12 60 0007 612F62", // QoS 11
                "07 12 23 0007 6162", // TopicIdType 11
            })
    void shouldRefuseMalformedSubscribesThatCanBeAnswered(String octets) {
        device.sendHex(octets);

        device.expect(subAck(7, ReturnCode.NOT_SUPPORTED));
        uplink.expectNoSubscribe();
    }

    @ParameterizedTest
    @CsvSource({"CONGESTION, 1", "REFUSED, 3"})
    void shouldPassOnTheBrokersRefusal(PublishOutcome outcome, int code) {
        device.send(subscribe(7, QOS_1, "a/b"));
        uplink.expectSubscribe("a/b").refuse(outcome);
        device.expect(subAck(7, ReturnCode.of(code)));

        device.send(subscribe(8, QOS_1, "a/b"));
        uplink.expectSubscribe("a/b").grant(QOS_1);
        device.expect(subAck(8, QOS_1, 2));
    }

    @Test
    void shouldRefuseMoreSubscriptionsThanAllowed() {
        uplink.grantSubscriptions(QOS_1);
        device.send(subscribe(1, QOS_1, "a/+"));
        device.send(subscribe(2, QOS_1, "b/+"));
        device.send(subscribe(3, QOS_1, "c/+"));
        device.skipAll();

        device.send(subscribe(4, QOS_1, "d/+"));
        device.expect(subAck(4, ReturnCode.CONGESTION));
        device.send(subscribe(5, QOS_1, "c/+"));
        device.expect(subAck(5, QOS_1, 0));
        device.send(unsubscribe(6, "c/+"));
        device.expect(new UnsubAck(6));
        device.send(subscribe(7, QOS_1, "d/+"));
        device.expect(subAck(7, QOS_1, 0));
    }

    @Test
    void shouldRefuseATopicNameThatNoIdIsLeftFor() {
        device.send(register(1, "a"));
        device.send(register(2, "b"));
        device.skipAll();

        device.send(subscribe(7, QOS_1, "c"));
        uplink.expectSubscribe("c").grant(QOS_1);

        device.expect(subAck(7, ReturnCode.CONGESTION));
        uplink.expectUnsubscribe("c");
        assertThat(uplink.subscriptions()).isZero();
    }

    // ---- repetitions

    @Test
    void shouldAskTheBrokerOnceHoweverOftenTheDeviceAsks() {
        device.send(subscribe(7, QOS_1, "a/b"));
        FakeUplink.Subscription asked = uplink.expectSubscribe("a/b");
        device.send(new Subscribe(true, QOS_1, 7, subscribe(7, QOS_1, "a/b").topic()));
        device.expectNothing();
        asked.grant(QOS_1);
        device.expect(subAck(7, QOS_1, 2));
        device.expectNothing();

        device.send(new Subscribe(true, QOS_1, 7, subscribe(7, QOS_1, "a/b").topic()));
        device.expect(subAck(7, QOS_1, 2));
        uplink.expectNoSubscribe();
        device.send(subscribe(8, QOS_0, "a/b"));
        uplink.expectSubscribe("a/b").grant(QOS_1);
        device.expect(subAck(8, QOS_0, 2));
        uplink.deliver("a/b", "x", QOS_1, "a/b");
        device.expect(publish0(id(2), "x"));
    }

    @Test
    void shouldNameATopicAsTheDeviceSubscribedItLast() {
        uplink.grantSubscriptions(QOS_1);
        device.send(subscribe(7, QOS_0, "sensors/t"));
        device.expect(subAck(7, QOS_0, 2));
        uplink.deliver("sensors/t", "x", QOS_0, "sensors/t");
        device.expect(publish0(id(2), "x"));

        device.send(subscribe(8, QOS_0, predefined(1)));
        device.expect(subAck(8, QOS_0, 1));
        uplink.deliver("sensors/t", "y", QOS_0, "sensors/t");
        device.expect(publish0(predefined(1), "y"));
    }

    // ---- before the SUBACK

    @Test
    void shouldHoldMessagesUntilTheSubAck() {
        device.send(subscribe(7, QOS_1, "a/b"));
        FakeUplink.Subscription asked = uplink.expectSubscribe("a/b");
        asked.deliver("a/b", Payload.utf8("early"), QOS_1, true);
        device.expectNothing();

        asked.grant(QOS_1);

        device.expect(subAck(7, QOS_1, 2));
        device.expect(Publish.class, publish -> {
            assertThat(publish.data().toUtf8()).isEqualTo("early");
            assertThat(publish.retain()).isTrue();
            assertThat(publish.qos()).isEqualTo(QOS_1);
        });
    }

    @Test
    void shouldGoOnWithOtherMessagesWhenASubscriptionIsRefused() {
        FakeUplink.Subscription refused = holdOneMessageInFrontOfAnother();

        refused.refuse(PublishOutcome.REFUSED);

        device.expect(subAck(8, ReturnCode.NOT_SUPPORTED));
        device.expect(publish0(id(2), "behind"));
    }

    @Test
    void shouldGoOnWithOtherMessagesWhenTheDeviceDoesNotWaitForASubscription() {
        FakeUplink.Subscription ended = holdOneMessageInFrontOfAnother();

        device.send(unsubscribe(9, "early"));

        device.expect(new UnsubAck(9));
        device.expect(publish0(id(2), "behind"));
        ended.grant(QOS_1);
        device.expectNothing();
    }

    private FakeUplink.Subscription holdOneMessageInFrontOfAnother() {
        device.send(subscribe(7, QOS_0, "a/b"));
        uplink.expectSubscribe("a/b").grant(QOS_1);
        device.expect(subAck(7, QOS_0, 2));
        device.send(subscribe(8, QOS_0, "early"));
        FakeUplink.Subscription asked = uplink.expectSubscribe("early");
        asked.deliver("early", Payload.utf8("early"), QOS_0, true);
        uplink.deliver("a/b", "behind", QOS_0, "a/b");
        device.expectNothing();
        return asked;
    }

    // ---- UNSUBSCRIBE

    @Test
    void shouldUnsubscribeByEachKindOfTopic() {
        uplink.grantSubscriptions(QOS_1);
        device.send(subscribe(1, QOS_1, "a/b"));
        device.send(subscribe(2, QOS_1, predefined(1)));
        device.send(subscribe(3, QOS_1, shortName("ab")));
        device.skipAll();

        device.send(unsubscribe(4, "a/b"));
        device.expect(new UnsubAck(4));
        uplink.expectUnsubscribe("a/b");
        device.send(new Unsubscribe(5, predefined(1)));
        device.expect(new UnsubAck(5));
        uplink.expectUnsubscribe("sensors/t");
        device.send(new Unsubscribe(6, shortName("ab")));
        device.expect(new UnsubAck(6));
        uplink.expectUnsubscribe("ab");
    }

    @Test
    void shouldConfirmAnUnsubscribeOfWhatWasNotSubscribed() {
        device.send(unsubscribe(1, "a/b"));
        device.expect(new UnsubAck(1));
        device.send(new Unsubscribe(2, predefined(9)));
        device.expect(new UnsubAck(2));
        uplink.expectNoUnsubscribe();
    }

    @Test
    void shouldKeepTheTopicIdAfterAnUnsubscribe() {
        uplink.grantSubscriptions(QOS_1);
        device.send(subscribe(1, QOS_1, "a/b"));
        device.send(unsubscribe(2, "a/b"));

        device.send(publish0(id(2), "x"));

        uplink.expectPublish("a/b", QOS_0, "x");
    }

    @Test
    void shouldNotDeliverWhatArrivesAfterAnUnsubscribe() {
        device.send(subscribe(1, QOS_1, "a/b"));
        FakeUplink.Subscription subscription = uplink.expectSubscribe("a/b");
        subscription.grant(QOS_1);
        device.send(unsubscribe(2, "a/b"));
        device.skipAll();

        subscription.deliver("a/b", Payload.utf8("late"), QOS_1, false);

        device.expectNothing();
    }

    @Test
    void shouldDropWhatWaitsForAFilterThatIsUnsubscribedButFinishWhatIsUnderWay() {
        uplink.grantSubscriptions(QOS_1);
        device.send(subscribe(1, QOS_1, "a/b"));
        device.send(subscribe(2, QOS_1, "c"));
        device.skipAll();
        uplink.deliver("a/b", "under way", QOS_1, "a/b");
        uplink.deliver("a/b", "waiting", QOS_1, "a/b");
        uplink.deliver("c", "other", QOS_0, "c");
        Publish underWay = device.expect(Publish.class);

        device.send(unsubscribe(3, "a/b"));
        device.expect(new UnsubAck(3));
        device.expectNothing();
        device.send(new PubAck(2, underWay.msgId(), ReturnCode.ACCEPTED));

        device.expect(publish0(id(3), "other"));
        device.expectNothing();
    }
}
