// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.store.FakeStore;
import org.sngateway.testsupport.LockstepDevice;

/** What operators see of a session, and what they do to it. */
final class SessionOperatorsTest {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;

    private final TestGateway gateway = TestGateway.start();
    private final LockstepDevice device = gateway.device(1);

    SessionOperatorsTest() {
        gateway.uplink().grantSubscriptions(QOS_1);
    }

    private static <T> T ask(TestGateway gateway, String clientId, Function<Session, T> question) {
        List<T> answer = new ArrayList<>();
        gateway.loop().run(() -> answer.add(question.apply(gateway.session(clientId))));
        return answer.get(0);
    }

    private SessionView view() {
        return ask(gateway, "dev", Session::view);
    }

    private SessionDetail detail() {
        return ask(gateway, "dev", Session::detail);
    }

    private void connected(Connect connect) {
        device.send(connect);
        device.expect(connAck());
        device.send(subscribe(1, QOS_1, "a/b"));
        device.expect(subAck(1, QOS_1, 1));
    }

    private void asleepWithThree() {
        device.send(new Disconnect(600));
        device.expect(Disconnect.PLAIN);
        for (String data : List.of("one", "two", "three")) {
            gateway.uplink().deliver("a/b", data, QOS_1, "a/b");
        }
        device.expectNothing();
    }

    @Test
    void shouldShowASession() {
        connected(connectKept("dev"));
        gateway.advance(Duration.ofSeconds(7));

        SessionView view = view();

        assertThat(view.clientId()).isEqualTo("dev");
        assertThat(view.state()).isEqualTo(SessionState.ACTIVE);
        assertThat(view.address()).isEqualTo(device.address());
        long now = gateway.loop().nanoTime();
        assertThat(Duration.ofNanos(now - view.lastHeardNanos())).isEqualTo(Duration.ofSeconds(7));
        assertThat(view.supervised()).isTrue();
        assertThat(Duration.ofNanos(view.deadlineNanos() - now)).isEqualTo(Duration.ofSeconds(90 - 7));
        assertThat(view.keepAliveSeconds()).isEqualTo(60);
        assertThat(view.sleepSeconds()).isZero();
        assertThat(view.kept()).isTrue();
        assertThat(view.hasWill()).isFalse();
        assertThat(view.identified()).isFalse();
        assertThat(view.topicIds()).isEqualTo(1);
        assertThat(view.subscriptions()).isEqualTo(1);
        assertThat(view.queuedMessages()).isZero();
    }

    @Test
    void shouldCountFramesAndOctets() {
        connected(connect("dev"));
        device.send(publish1(2, id(1), "21.5"));
        gateway.uplink().expectPublish("a/b", QOS_1, "21.5").accept();
        device.expect(pubAck(1, 2));

        SessionView view = view();

        assertThat(view.framesIn()).isEqualTo(3);
        assertThat(view.framesOut()).isEqualTo(3);
        assertThat(view.octetsIn())
                .isEqualTo(octets(connect("dev"), subscribe(1, QOS_1, "a/b"), publish1(2, id(1), "21.5")));
        assertThat(view.octetsOut()).isEqualTo(octets(connAck(), subAck(1, QOS_1, 1), pubAck(1, 2)));
    }

    private static long octets(SnMessage... messages) {
        long octets = 0;
        for (SnMessage message : messages) {
            octets += SnCodec.encodedOctets(message);
        }
        return octets;
    }

    @Test
    void shouldShowWhatADeviceAwaits() {
        connected(connect("dev"));
        device.send(register(5, "c/d"));
        device.expect(RegAck.class);
        device.send(publish1(6, id(2), "x"));

        gateway.uplink().deliver("a/b", "down", QOS_1, "a/b");
        gateway.uplink().deliver("a/b", "later", QOS_1, "a/b");
        Publish sent = device.expect(Publish.class);
        gateway.advance(Duration.ofSeconds(3));

        SessionDetail detail = detail();

        assertThat(detail.topicIds())
                .containsExactly(new SessionDetail.TopicId(1, "a/b", true), new SessionDetail.TopicId(2, "c/d", true));
        assertThat(detail.subscriptions()).containsExactly(new SessionDetail.Subscribed("a/b", QOS_1, QOS_1));
        assertThat(detail.inFlightUp()).containsExactly(new SessionDetail.FromDevice(QOS_1, 6));
        assertThat(detail.view().inFlightUp()).isEqualTo(1);
        assertThat(detail.view().inFlightDown()).isEqualTo(1);
        long now = gateway.loop().nanoTime();
        assertThat(detail.inFlightDown())
                .isEqualTo(new SessionDetail.ToDevice(
                        MessageType.PUBLISH,
                        sent.msgId(),
                        "a/b",
                        0,
                        now + Duration.ofSeconds(7).toNanos()));
        assertThat(detail.queue())
                .extracting(SessionDetail.Waiting::topic, SessionDetail.Waiting::octets, one -> now - one.sinceNanos())
                .containsExactly(
                        tuple("a/b", 4, Duration.ofSeconds(3).toNanos()),
                        tuple("a/b", 5, Duration.ofSeconds(3).toNanos()));
    }

    @Test
    void shouldShowASleeperAndItsBuffer() {
        connected(connect("dev"));
        asleepWithThree();

        SessionView view = view();

        assertThat(view.state()).isEqualTo(SessionState.ASLEEP);
        assertThat(view.sleepSeconds()).isEqualTo(600);
        assertThat(Duration.ofNanos(view.deadlineNanos() - gateway.loop().nanoTime()))
                .isEqualTo(Duration.ofMinutes(11));
        assertThat(view.queuedMessages()).isEqualTo(3);
        assertThat(view.queuedOctets()).isEqualTo((int) gateway.bufferedOctets());
        assertThat(view.inFlightDown()).isZero();
    }

    @Test
    void shouldShowTheWill() {
        device.send(new Connect(true, false, 60, "dev"));
        device.expect(WillTopicReq.class);
        assertThat(view().supervised()).isFalse();
        device.send(new WillTopic(new WillHeader(QOS_1, false, "last/words")));
        device.expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8("secret")));
        device.expect(connAck());

        assertThat(detail().willTopic()).isEqualTo("last/words");
        assertThat(view().hasWill()).isTrue();
        assertThat(detail().toString()).doesNotContain("secret");
    }

    @Test
    void shouldListOnlyTheFirstOfMany() {
        connected(connect("dev"));
        for (int i = 0; i < SessionDetail.MAX_LISTED + 10; i++) {
            device.send(register(2 + i, "topic/" + i));
            device.expect(RegAck.class);
        }

        SessionDetail detail = detail();

        assertThat(detail.topicIds()).hasSize(SessionDetail.MAX_LISTED);
        assertThat(detail.view().topicIds()).isEqualTo(SessionDetail.MAX_LISTED + 11);
    }

    @Test
    void shouldDisconnectADeviceAndKeepItsSession() {
        connected(connectKept("dev"));

        assertThat(ask(gateway, "dev", Session::disconnect)).isTrue();

        device.expect(Disconnect.PLAIN);
        assertThat(view().state()).isEqualTo(SessionState.DISCONNECTED);
        assertThat(view().address()).isNull();
        assertThat(view().subscriptions()).isEqualTo(1);
        assertThat(ask(gateway, "dev", Session::disconnect)).isFalse();
        device.expectNothing();
        gateway.uplink().expectNoPublish();
    }

    @Test
    void shouldEndACleanSessionThatIsDisconnected() {
        connected(connect("dev"));

        assertThat(ask(gateway, "dev", Session::disconnect)).isTrue();

        device.expect(Disconnect.PLAIN);
        assertThat(gateway.hasSession("dev")).isFalse();
        assertThat(gateway.counters().devicesConnected.sum()).isZero();
    }

    @Test
    void shouldNotPublishTheWillOfADeviceThatIsDisconnected() {
        device.send(new Connect(true, true, 60, "dev"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(QOS_1, false, "last/words")));
        device.expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8("bye")));
        device.expect(connAck());

        assertThat(ask(gateway, "dev", Session::disconnect)).isTrue();

        gateway.uplink().expectNoPublish();
    }

    @Test
    void shouldDropAllThatWaitsForASleeper() {
        connected(connect("dev"));
        asleepWithThree();

        assertThat(ask(gateway, "dev", Session::clearBuffer)).isEqualTo(3);

        assertThat(gateway.bufferedOctets()).isZero();
        assertThat(gateway.counters().queueCleared.sum()).isEqualTo(3);
        device.send(new PingReq("dev"));
        device.expect(PingResp.class);
        device.expectNothing();
    }

    @Test
    void shouldLeaveWhatIsUnderWay() {
        connected(connect("dev"));
        gateway.uplink().deliver("a/b", "one", QOS_1, "a/b");
        gateway.uplink().deliver("a/b", "two", QOS_1, "a/b");
        Publish one = device.expect(Publish.class);

        assertThat(ask(gateway, "dev", Session::clearBuffer)).isEqualTo(1);

        assertThat(view().queuedMessages()).isEqualTo(1);
        device.send(pubAck(1, one.msgId()));
        device.expectNothing();
        assertThat(view().queuedMessages()).isZero();
        gateway.uplink().deliver("a/b", "three", QOS_1, "a/b");
        assertThat(device.expect(Publish.class).data()).isEqualTo(Payload.utf8("three"));
    }

    @Test
    void shouldTakeWhatIsDroppedOutOfTheStore() {
        FakeStore store = new FakeStore();
        TestGateway stored = TestGateway.withStore(store, "");
        stored.uplink().grantSubscriptions(QOS_1);
        LockstepDevice sleeper = stored.device(1);
        sleeper.send(connectKept("dev"));
        sleeper.expect(connAck());
        sleeper.send(subscribe(1, QOS_1, "a/b"));
        sleeper.expect(subAck(1, QOS_1, 1));
        sleeper.send(new Disconnect(600));
        sleeper.expect(Disconnect.PLAIN);
        stored.uplink().deliver("a/b", "one", QOS_1, "a/b");

        assertThat(ask(stored, "dev", Session::clearBuffer)).isEqualTo(1);

        stored.advance(Duration.ZERO);
        TestGateway next = TestGateway.withStore(store, "");
        assertThat(ask(next, "dev", Session::view).queuedMessages()).isZero();
        assertThat(ask(next, "dev", Session::view).subscriptions()).isEqualTo(1);
    }

    @Test
    void shouldAcknowledgeToTheBrokerWhatIsDropped() {
        TestGateway atBroker = TestGateway.withSessionsAtBroker("");
        LockstepDevice sleeper = atBroker.device(1);
        sleeper.send(connect("dev"));
        sleeper.expect(connAck());
        sleeper.send(new Disconnect(600));
        sleeper.expect(Disconnect.PLAIN);
        List<String> taken = new ArrayList<>();
        atBroker.uplink().deliverTo("dev", "a/b", "one", QOS_1, () -> taken.add("one"));
        assertThat(taken).isEmpty();

        assertThat(ask(atBroker, "dev", Session::clearBuffer)).isEqualTo(1);

        assertThat(taken).containsExactly("one");
    }
}
