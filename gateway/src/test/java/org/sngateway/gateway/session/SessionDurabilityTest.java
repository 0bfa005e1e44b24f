// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish0;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;
import static org.sngateway.testsupport.Messages.unsubscribe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.store.FakeStore;
import org.sngateway.gateway.store.StoredSubscription;
import org.sngateway.gateway.store.StoredTopicId;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;

/** What a device was told holds after a restart of the gateway. */
final class SessionDurabilityTest {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Qos QOS_2 = Qos.EXACTLY_ONCE;

    private final FakeStore store = new FakeStore();
    private final List<String> taken = new ArrayList<>();
    private TestGateway gateway = start();
    private LockstepDevice device = gateway.device(1);

    private TestGateway start() {
        return start(TestGateway.START);
    }

    private TestGateway start(Instant timeOfDay) {
        TestGateway started = TestGateway.withStore(store, "", timeOfDay);
        started.uplink().grantSubscriptions(QOS_2);
        started.uplink().answerPublishes(PublishOutcome.ACCEPTED);
        return started;
    }

    /** The process ends without warning, and another begins with what is on the disk. */
    private void restart() {
        restart(TestGateway.START);
    }

    /** The same, and the clock of the wall says this when it begins. */
    private void restart(Instant timeOfDay) {
        store.crash();
        gateway = start(timeOfDay);
        device = gateway.device(1);
    }

    private void connected() {
        device.send(connectKept("dev"));
        device.expect(connAck());
        device.send(register(1, "a"));
        device.expect(regAck(1, 1));
    }

    private void asleep() {
        connected();
        device.send(new Disconnect(600));
        device.expect(Disconnect.PLAIN);
    }

    private void deliver(String data, Qos qos) {
        deliver("a", data, qos);
    }

    private void deliver(String topic, String data, Qos qos) {
        gateway.uplink().deliverTo("dev", topic, data, qos, () -> taken.add(data));
        settle();
    }

    /** Lets the store answer. */
    private void settle() {
        gateway.advance(Duration.ZERO);
    }

    // ---- what is told when

    @Test
    void shouldTouchNoDiskForACleanSession() {
        device.send(connect("dev"));
        device.send(register(1, "a"));
        device.send(subscribe(2, QOS_1, "b"));
        device.send(publish1(3, id(1), "x"));
        device.send(new Publish(false, QOS_2, false, id(1), 4, Payload.utf8("y")));
        deliver("z", QOS_1);
        device.send(new Disconnect(60));
        device.send(Disconnect.PLAIN);

        assertThat(store.writes()).isZero();
        assertThat(taken).containsExactly("z");
    }

    @Test
    void shouldTouchNoDiskForQos0AndForQos1ThatTheBrokerHas() {
        connected();
        int before = store.writes();

        device.send(publish0(id(1), "x"));
        device.send(publish1(3, id(1), "y"));
        deliver("z", Qos.AT_MOST_ONCE);

        assertThat(store.writes()).isEqualTo(before);
    }

    @Test
    void shouldAnswerWhenTheDiskHasIt() {
        store.hold();
        device.send(connectKept("dev"));
        device.expectNothing();
        store.commit();
        device.expect(connAck());

        device.send(register(1, "a"));
        device.expectNothing();
        store.commit();
        device.expect(regAck(1, 1));

        device.send(subscribe(2, QOS_1, "b"));
        device.expectNothing();
        store.commit();
        device.expect(subAck(2, QOS_1, 2));

        device.send(new Publish(false, QOS_2, false, id(1), 3, Payload.utf8("x")));
        device.expectNothing();
        store.commit();
        device.expect(new PubRec(3));

        device.send(unsubscribe(4, "b"));
        device.expectNothing();
        store.commit();
        device.expect(new UnsubAck(4));
    }

    @Test
    void shouldTakeAMessageFromTheBrokerWhenTheDiskHasIt() {
        asleep();
        store.hold();
        deliver("x", QOS_1);
        assertThat(taken).isEmpty();

        store.commit();

        assertThat(taken).containsExactly("x");
    }

    @Test
    void shouldTakeAMessageFromTheBrokerWhenTheDeviceHasItThoughTheDiskHasNot() {
        connected();
        store.hold();
        deliver("x", QOS_1);
        device.expect(publish1(1, id(1), "x"));
        assertThat(taken).isEmpty();

        device.send(pubAck(1, 1));

        assertThat(taken).containsExactly("x");
    }

    // ---- after a restart

    @Test
    void shouldDeliverWhatASleeperWaitedFor() {
        asleep();
        deliver("1", QOS_1);
        deliver("0", Qos.AT_MOST_ONCE);
        deliver("2", QOS_2);

        restart();
        device.send(new PingReq("dev"));

        // The device may have forgotten the id; it is the same.
        Register again = device.expect(Register.class);
        assertThat(again).isEqualTo(new Register(1, again.msgId(), "a"));
        device.send(regAck(1, again.msgId()));
        Publish first = device.expect(Publish.class);
        assertThat(first.data()).isEqualTo(Payload.utf8("1"));
        device.send(pubAck(1, first.msgId()));
        Publish second = device.expect(Publish.class);
        assertThat(second.data()).isEqualTo(Payload.utf8("2"));
        device.send(new PubRec(second.msgId()));
        device.expect(new PubRel(second.msgId()));
        device.send(new PubComp(second.msgId()));
        device.expect(new PingResp());
        assertThat(Objects.requireNonNull(store.device("dev")).deliveries()).isEmpty();
    }

    @Test
    void shouldKeepWhatComesUntilAnActiveDeviceAnswers() {
        connected();
        device.send(subscribe(2, QOS_1, "b"));
        device.expect(subAck(2, QOS_1, 2));
        restart();
        deliver("b", "x", QOS_1);
        device.skipAll();

        device.send(connectKept("dev"));
        device.expect(connAck());
        Register asked = device.expect(Register.class);
        assertThat(asked).isEqualTo(new Register(2, asked.msgId(), "b"));
        device.send(regAck(2, asked.msgId()));
        assertThat(device.expect(Publish.class).data()).isEqualTo(Payload.utf8("x"));
    }

    @Test
    void shouldKnowTopicIdsAndSubscriptions() {
        connected();
        device.send(subscribe(2, QOS_1, "b/+"));
        device.skipAll();

        restart();
        device.send(connectKept("dev"));
        device.expect(connAck());
        device.send(publish0(id(1), "x"));
        gateway.uplink().expectPublish("a", Qos.AT_MOST_ONCE, "x");
        gateway.uplink().expectNoSubscribe();
        gateway.uplink().deliver("b/c", "y", QOS_2, "b/+");
        settle();

        Register asked = device.expect(Register.class);
        device.send(regAck(asked.topicId(), asked.msgId()));
        assertThat(device.expect(Publish.class).qos()).isEqualTo(QOS_1);
    }

    @Test
    void shouldNotGiveAnIdAgainThatADeviceMayKnow() {
        connected();
        deliver("long/topic", "x", QOS_1);
        Register asked = device.expect(Register.class);

        restart();
        device.send(connectKept("dev"));
        device.skipAll();
        device.send(register(9, "another/topic"));

        RegAck answer = device.expect(RegAck.class);
        assertThat(answer.topicId()).isNotEqualTo(asked.topicId());
        assertThat(Objects.requireNonNull(store.device("dev")).topicIds())
                .contains(new StoredTopicId("dev", asked.topicId(), "long/topic", true));
    }

    /** Of overlapping filters the first rules; another order after a restart could lose copies that are under way. */
    @Test
    void shouldKeepTheOrderOfSubscriptionsWhenOneIsRepeated() {
        connected();
        device.send(subscribe(2, QOS_1, "b/c"));
        device.send(subscribe(3, QOS_1, "b/+"));
        device.send(subscribe(4, QOS_2, "b/c"));
        device.skipAll();

        assertThat(Objects.requireNonNull(store.device("dev")).subscriptions())
                .extracting(StoredSubscription::filter)
                .containsExactly("b/c", "b/+");
        restart();
        device.send(connectKept("dev"));
        device.send(subscribe(5, QOS_1, "b/c"));
        device.send(subscribe(6, QOS_1, "later"));
        device.skipAll();

        assertThat(Objects.requireNonNull(store.device("dev")).subscriptions())
                .extracting(StoredSubscription::filter)
                .containsExactly("b/c", "b/+", "later");
    }

    @Test
    void shouldForgetWhatWasUnsubscribedAndWhatACleanSessionEnds() {
        connected();
        device.send(subscribe(2, QOS_1, "b"));
        device.send(subscribe(3, QOS_1, "c"));
        device.send(unsubscribe(4, "b"));
        device.skipAll();
        restart();
        assertThat(gateway.uplink().subscriptions()).isEqualTo(1);

        device.send(connect("dev"));
        device.expect(connAck());

        assertThat(store.device("dev")).isNull();
        restart();
        assertThat(gateway.hasSession("dev")).isFalse();
    }

    @Test
    void shouldSendAMessageOfQos2AgainWithItsId() {
        connected();
        deliver("x", QOS_2);
        Publish sent = device.expect(Publish.class);

        restart();
        device.skipAll();
        device.send(connectKept("dev"));
        device.expect(connAck());
        Register again = device.expect(Register.class);
        device.send(regAck(1, again.msgId()));

        assertThat(device.expect(Publish.class))
                .isEqualTo(new Publish(true, QOS_2, false, id(1), sent.msgId(), Payload.utf8("x")));
    }

    /** Sent after a restart with another id, it would be another message. */
    @Test
    void shouldNotSendAMessageOfQos2BeforeTheDiskHasItsId() {
        connected();
        store.hold();
        deliver("x", QOS_2);
        device.expectNothing();

        store.commit();

        device.expect(new Publish(false, QOS_2, false, id(1), 1, Payload.utf8("x")));
    }

    @Test
    void shouldReleaseAMessageOfQos2ThatTheDeviceHas() {
        connected();
        deliver("x", QOS_2);
        device.expect(Publish.class);
        store.hold();
        device.send(new PubRec(1));
        device.expectNothing();
        store.commit();
        device.expect(new PubRel(1));

        restart();
        device.expect(new PubRel(1));
        device.send(connectKept("dev"));

        device.expect(connAck());
        device.expect(new PubRel(1));
        device.send(new PubComp(1));
        assertThat(Objects.requireNonNull(store.device("dev")).deliveries()).isEmpty();
    }

    @Test
    void shouldNotPassAMessageOfQos2OnTwice() {
        Publish message = new Publish(false, QOS_2, false, id(1), 3, Payload.utf8("x"));
        connected();
        device.send(message);
        device.expect(new PubRec(3));
        gateway.uplink().expectPublish("a", QOS_2, "x");

        restart();
        device.send(connectKept("dev"));
        device.expect(connAck());
        device.send(new Publish(true, QOS_2, false, id(1), 3, Payload.utf8("x")));

        device.expect(new PubRec(3));
        gateway.uplink().expectNoPublish();
        device.send(new PubRel(3));
        device.expect(new PubComp(3));
        assertThat(Objects.requireNonNull(store.device("dev")).exchanges()).isEmpty();
    }

    @Test
    void shouldPublishTheWillOfADeviceThatDoesNotComeBack() {
        device.send(new Connect(true, true, 60, "dev"));
        device.send(new WillTopic(new WillHeader(QOS_1, true, "gone")));
        device.send(new WillMsg(Payload.utf8("dev")));
        device.skipAll();
        gateway.advance(Duration.ofSeconds(80));

        restart();
        gateway.advance(Duration.ofSeconds(89));
        gateway.uplink().expectNoPublish();
        gateway.advance(Duration.ofSeconds(1));

        assertThat(Objects.requireNonNull(gateway.uplink().pollPublish())
                        .message()
                        .topic())
                .isEqualTo("gone");
        assertThat(store.device("dev")).isNull();
        assertThat(gateway.hasSession("dev")).isFalse();
    }

    @Test
    void shouldPublishNoWillOfADeviceThatHadLeft() {
        device.send(new Connect(true, false, 60, "dev"));
        device.send(new WillTopic(new WillHeader(QOS_1, true, "gone")));
        device.send(new WillMsg(Payload.utf8("dev")));
        device.send(Disconnect.PLAIN);
        device.skipAll();

        restart();
        gateway.advance(Duration.ofDays(2));

        gateway.uplink().expectNoPublish();
        assertThat(gateway.hasSession("dev")).isTrue();
    }

    @Test
    void shouldSuperviseASleeperForAsLongAsItSleeps() {
        asleep();
        restart();

        gateway.advance(Duration.ofMinutes(10));
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.ASLEEP);
        gateway.advance(Duration.ofSeconds(61));

        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.LOST);
    }

    static List<Instant> wrongClocks() {
        return List.of(
                Instant.EPOCH,
                TestGateway.START.minus(Duration.ofHours(5)),
                TestGateway.START.plus(Duration.ofDays(1)),
                Instant.parse("2100-01-01T00:00:00Z"));
    }

    @ParameterizedTest
    @MethodSource("wrongClocks")
    void shouldSuperviseASleeperWhateverTheClockOfTheWallSays(Instant timeOfDay) {
        asleep();
        restart(timeOfDay);

        gateway.advance(Duration.ofMinutes(10));
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.ASLEEP);
        device.send(new PingReq("dev"));
        device.expect(new PingResp());
        gateway.advance(Duration.ofMinutes(10));
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.ASLEEP);
        gateway.advance(Duration.ofSeconds(61));
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.LOST);
    }

    @ParameterizedTest
    @MethodSource("wrongClocks")
    void shouldPublishAWillAfterTheFullTimeWhateverTheClockOfTheWallSays(Instant timeOfDay) {
        device.send(new Connect(true, false, 60, "dev"));
        device.send(new WillTopic(new WillHeader(QOS_1, true, "gone")));
        device.send(new WillMsg(Payload.utf8("dev")));
        device.skipAll();

        restart(timeOfDay);
        gateway.advance(Duration.ofSeconds(89));
        gateway.uplink().expectNoPublish();
        gateway.advance(Duration.ofSeconds(1));

        assertThat(gateway.uplink().pollPublish()).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("wrongClocks")
    void shouldBringWhatNeverExpiresWhateverTheClockOfTheWallSays(Instant timeOfDay) {
        asleep();
        gateway.uplink().grantSubscriptions(QOS_1);
        device.send(subscribe(5, QOS_1, "b"));
        device.skipAll();
        deliver("b", "fresh", QOS_1);

        restart(timeOfDay);
        device.send(new PingReq("dev"));

        assertThat(gateway.session("dev").queuedMessages()).isEqualTo(1);
        assertThat(gateway.counters().expired.sum()).isZero();
    }

    @Test
    void shouldNotBringWhatHasExpiredMeanwhile() {
        asleep();
        gateway.uplink().grantSubscriptions(QOS_1);
        device.send(subscribe(5, QOS_1, "b"));
        device.skipAll();
        long now = gateway.loop().nanoTime();
        gateway.uplink().deliverUntil(now + Duration.ofSeconds(7).toNanos(), "b", "stale", QOS_1, "b");

        restart();
        gateway.advance(Duration.ofSeconds(8));
        device.send(new PingReq("dev"));

        device.expect(new PingResp());
        assertThat(gateway.counters().expired.sum()).isEqualTo(1);
    }

    // ---- a full disk

    @Test
    void shouldPromiseNothingItCannotKeep() {
        connected();
        store.setFull(true);

        device.send(register(5, "b"));
        device.expect(new RegAck(0, 5, ReturnCode.CONGESTION));
        device.send(subscribe(6, QOS_1, "c"));
        device.expect(subAck(6, ReturnCode.CONGESTION));
        assertThat(gateway.uplink().subscriptions()).isZero();
        LockstepDevice other = gateway.device(2);
        other.send(connectKept("other"));
        other.expect(connAck(ReturnCode.CONGESTION));
    }

    @Test
    void shouldServeWhatNeedsNoDiskWhenItIsFull() {
        connected();
        store.setFull(true);

        device.send(publish1(5, id(1), "x"));
        device.expect(pubAck(1, 5));
        LockstepDevice clean = gateway.device(2);
        clean.send(connect("clean"));
        clean.expect(connAck());
        device.send(connectKept("dev"));
        device.expect(connAck());
    }

    @Test
    void shouldLeaveWithTheBrokerWhatItCannotKeepUntilThereIsRoom() {
        asleep();
        store.setFull(true);
        deliver("x", QOS_1);
        assertThat(taken).isEmpty();

        store.setFull(false);
        gateway.storeWorks();
        settle();

        assertThat(taken).containsExactly("x");
        assertThat(Objects.requireNonNull(store.device("dev")).deliveries()).hasSize(1);
    }
}
