// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.simulator.time.SimulatorClock;

/** The node against a gateway that the test plays, in virtual time. */
final class NodeTest {
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final int RETRY_COUNT = 2;
    private static final TopicRef TOPIC = new TopicRef.Normal(17);

    private final ListWorkload workload = new ListWorkload();
    private final RecordingListener listener = new RecordingListener();
    private final Deque<SnMessage> sent = new ArrayDeque<>();
    private long nowNanos;
    private Node node = node(List.of());

    private Node node(List<NodeConfig.Subscription> subscriptions) {
        NodeConfig.Timing timing =
                new NodeConfig.Timing(Duration.ofSeconds(100), RETRY, RETRY_COUNT, Duration.ofSeconds(1));
        return new Node(
                new NodeConfig(5, "node-5", List.of("a/b"), subscriptions, timing), workload, sent::add, listener);
    }

    @BeforeEach
    void start() {
        node.start(0);
        node.onTick(0);
    }

    private void receive(SnMessage message) {
        node.onMessage(message, nowNanos);
    }

    private void expect(SnMessage message) {
        assertThat(sent.poll()).isEqualTo(message);
    }

    private void expectNothing() {
        assertThat(sent).isEmpty();
    }

    /** Lets time pass as the loop does: a tick whenever the node has asked for one. */
    private void advance(Duration time) {
        long end = nowNanos + time.toNanos();
        while (node.dueNanos() <= end) {
            nowNanos = Math.max(nowNanos, node.dueNanos());
            node.onTick(nowNanos);
        }
        nowNanos = end;
    }

    private void becomeReady() {
        expect(new Connect(false, true, 100, "node-5"));
        receive(new ConnAck(ReturnCode.ACCEPTED));
        register(1);
    }

    private void register(int msgId) {
        expect(new Register(0, msgId, "a/b"));
        receive(new RegAck(17, msgId, ReturnCode.ACCEPTED));
    }

    private void publish(Qos qos, String text) {
        workload.add(qos, text);
        node.onTick(nowNanos);
    }

    private static Publish publication(boolean dup, Qos qos, int msgId, String text) {
        return new Publish(dup, qos, false, TOPIC, msgId, Payload.utf8(text));
    }

    @Test
    void shouldConnectRegisterAndBeReady() {
        becomeReady();

        expectNothing();
        assertThat(listener.heard).containsExactly("ready 5");
    }

    @Test
    void shouldNotConnectBeforeItsTime() {
        Node late = node(List.of());
        sent.clear();
        late.start(Duration.ofSeconds(3).toNanos());

        assertThat(late.dueNanos()).isEqualTo(Duration.ofSeconds(3).toNanos());
        late.onTick(Duration.ofSeconds(2).toNanos());
        expectNothing();
        late.onTick(Duration.ofSeconds(3).toNanos());
        expect(new Connect(false, true, 100, "node-5"));
    }

    @Test
    void shouldSendOneAcknowledgedPublicationAtATime() {
        becomeReady();
        workload.add(Qos.AT_LEAST_ONCE, "one");
        publish(Qos.AT_LEAST_ONCE, "two");

        expect(publication(false, Qos.AT_LEAST_ONCE, 2, "one"));
        expectNothing();
        advance(Duration.ofMillis(7));
        receive(new PubAck(17, 2, ReturnCode.ACCEPTED));
        expect(publication(false, Qos.AT_LEAST_ONCE, 3, "two"));

        assertThat(listener.heard).containsExactly("ready 5", "sent 5 #0", "acknowledged 5 #0 after 7 ms", "sent 5 #1");
    }

    @Test
    void shouldSendQos0WithoutWaiting() {
        becomeReady();
        workload.add(Qos.AT_MOST_ONCE, "one");
        publish(Qos.AT_MOST_ONCE, "two");

        expect(publication(false, Qos.AT_MOST_ONCE, 0, "one"));
        expect(publication(false, Qos.AT_MOST_ONCE, 0, "two"));
    }

    @Test
    void shouldIgnoreAcknowledgementOfAnotherMessage() {
        becomeReady();
        publish(Qos.AT_LEAST_ONCE, "one");
        receive(new PubAck(17, 99, ReturnCode.ACCEPTED));

        assertThat(listener.heard).doesNotContain("acknowledged 5 #0 after 0 ms");
    }

    @Test
    void shouldRetransmitWithDupAfterRetryInterval() {
        becomeReady();
        publish(Qos.AT_LEAST_ONCE, "one");
        expect(publication(false, Qos.AT_LEAST_ONCE, 2, "one"));

        advance(RETRY.minusMillis(1));
        expectNothing();
        advance(Duration.ofMillis(1));
        expect(publication(true, Qos.AT_LEAST_ONCE, 2, "one"));
        receive(new PubAck(17, 2, ReturnCode.ACCEPTED));

        assertThat(listener.heard)
                .containsExactly("ready 5", "sent 5 #0", "retransmitted 5", "acknowledged 5 #0 after 10000 ms");
    }

    @Test
    void shouldConnectAnewWhenRetransmissionsRunOutAndBringTheMessageAlong() {
        becomeReady();
        publish(Qos.AT_LEAST_ONCE, "one");
        expect(publication(false, Qos.AT_LEAST_ONCE, 2, "one"));
        for (int i = 0; i < RETRY_COUNT; i++) {
            advance(RETRY);
            expect(publication(true, Qos.AT_LEAST_ONCE, 2, "one"));
        }
        advance(RETRY);
        expectNothing();
        assertThat(listener.heard).endsWith("disconnected 5");

        advance(Duration.ofSeconds(2));
        expect(new Connect(false, true, 100, "node-5"));
        receive(new ConnAck(ReturnCode.ACCEPTED));
        register(3);
        expect(publication(true, Qos.AT_LEAST_ONCE, 2, "one"));
        receive(new PubAck(17, 2, ReturnCode.ACCEPTED));
        assertThat(listener.heard).contains("ready 5 again");
        assertThat(listener.heard.get(listener.heard.size() - 1)).startsWith("acknowledged 5 #0");
    }

    @Test
    void shouldGoOnTryingToConnect() {
        expect(new Connect(false, true, 100, "node-5"));
        advance(RETRY.multipliedBy(RETRY_COUNT));
        assertThat(sent).hasSize(RETRY_COUNT).allMatch(Connect.class::isInstance);
        sent.clear();

        advance(RETRY.plusSeconds(2));
        expect(new Connect(false, true, 100, "node-5"));
    }

    @Test
    void shouldConnectAgainLaterWhenRefused() {
        expect(new Connect(false, true, 100, "node-5"));
        receive(new ConnAck(ReturnCode.CONGESTION));
        expectNothing();
        assertThat(listener.heard).containsExactly("refused 5 CONNECT congestion");

        advance(Duration.ofSeconds(2));
        expect(new Connect(false, true, 100, "node-5"));
    }

    @Test
    void shouldConnectAgainAfterDisconnectFromGateway() {
        becomeReady();
        receive(Disconnect.PLAIN);
        assertThat(listener.heard).containsExactly("ready 5", "disconnected 5");

        advance(Duration.ofSeconds(2));
        expect(new Connect(false, true, 100, "node-5"));
    }

    @Test
    void shouldNotTakeALateDisconnectForTheEndOfANewConnection() {
        expect(new Connect(false, true, 100, "node-5"));
        receive(Disconnect.PLAIN);
        receive(new ConnAck(ReturnCode.ACCEPTED));

        expect(new Register(0, 1, "a/b"));
    }

    @Test
    void shouldRegisterAnewWhenGatewayForgotTheTopic() {
        becomeReady();
        publish(Qos.AT_LEAST_ONCE, "one");
        expect(publication(false, Qos.AT_LEAST_ONCE, 2, "one"));
        receive(new PubAck(17, 2, ReturnCode.INVALID_TOPIC_ID));
        register(3);
        expect(publication(true, Qos.AT_LEAST_ONCE, 2, "one"));

        assertThat(listener.heard).containsExactly("ready 5", "sent 5 #0", "retransmitted 5");
    }

    @Test
    void shouldGiveUpAPublicationWhoseTopicIsAlwaysInvalid() {
        becomeReady();
        publish(Qos.AT_LEAST_ONCE, "one");
        for (int i = 0; i < RETRY_COUNT; i++) {
            receive(new PubAck(17, 2, ReturnCode.INVALID_TOPIC_ID));
            receive(new RegAck(17, 3 + i, ReturnCode.ACCEPTED));
        }
        receive(new PubAck(17, 2, ReturnCode.INVALID_TOPIC_ID));

        assertThat(listener.heard).endsWith("rejected 5 #0 invalid-topic-id");
    }

    @Test
    void shouldRegisterAnewWhenQos0IsAnsweredWithInvalidTopicId() {
        becomeReady();
        publish(Qos.AT_MOST_ONCE, "one");
        sent.clear();
        receive(new PubAck(17, 0, ReturnCode.INVALID_TOPIC_ID));

        expect(new Register(0, 2, "a/b"));
    }

    @Test
    void shouldGoOnAfterARejectedPublication() {
        becomeReady();
        workload.add(Qos.AT_LEAST_ONCE, "one");
        publish(Qos.AT_LEAST_ONCE, "two");
        sent.clear();
        receive(new PubAck(17, 2, ReturnCode.CONGESTION));

        expect(publication(false, Qos.AT_LEAST_ONCE, 3, "two"));
        assertThat(listener.heard).containsExactly("ready 5", "sent 5 #0", "rejected 5 #0 congestion", "sent 5 #1");
    }

    @Test
    void shouldBringQos2ToItsEnd() {
        becomeReady();
        publish(Qos.EXACTLY_ONCE, "one");
        expect(publication(false, Qos.EXACTLY_ONCE, 2, "one"));
        receive(new PubRec(2));
        expect(new PubRel(2));
        assertThat(listener.heard).containsExactly("ready 5", "sent 5 #0");
        advance(RETRY);
        expect(new PubRel(2));
        receive(new PubComp(2));

        assertThat(listener.heard).endsWith("acknowledged 5 #0 after 10000 ms");
    }

    @Test
    void shouldNotTakePubAckForTheEndOfQos2() {
        becomeReady();
        publish(Qos.EXACTLY_ONCE, "one");
        receive(new PubAck(17, 2, ReturnCode.ACCEPTED));

        assertThat(listener.heard).containsExactly("ready 5", "sent 5 #0");
    }

    @Test
    void shouldReleaseAMessageLongDone() {
        becomeReady();
        receive(new PubRec(77));

        expect(new PubRel(77));
    }

    @Test
    void shouldPingWhenSilentAndConnectAnewWithoutAnswer() {
        becomeReady();
        advance(Duration.ofSeconds(89));
        expectNothing();
        advance(Duration.ofSeconds(1));
        expect(new PingReq(""));
        receive(new PingResp());
        advance(Duration.ofSeconds(89));
        expectNothing();

        advance(Duration.ofSeconds(1).plus(RETRY.multipliedBy(RETRY_COUNT)));
        assertThat(sent).hasSize(1 + RETRY_COUNT).containsOnly(new PingReq(""));
        sent.clear();
        advance(RETRY.plusSeconds(2));
        expect(new Connect(false, true, 100, "node-5"));
    }

    @Test
    void shouldNotPingWhilePublishing() {
        becomeReady();
        for (int i = 0; i < 10; i++) {
            publish(Qos.AT_MOST_ONCE, "x");
            advance(Duration.ofSeconds(50));
        }

        assertThat(sent).hasSize(10).allMatch(Publish.class::isInstance);
    }

    @Test
    void shouldAnswerPingOfGateway() {
        becomeReady();
        receive(new PingReq(""));

        expect(new PingResp());
    }

    @Test
    void shouldSubscribeAndDeliverWhatComes() {
        node = node(List.of(new NodeConfig.Subscription("c/d", Qos.AT_LEAST_ONCE)));
        sent.clear();
        start();
        becomeReady();
        expect(new Subscribe(false, Qos.AT_LEAST_ONCE, 2, new TopicRef.Name("c/d")));
        advance(RETRY);
        expect(new Subscribe(true, Qos.AT_LEAST_ONCE, 2, new TopicRef.Name("c/d")));
        receive(new SubAck(Qos.AT_LEAST_ONCE, 21, 2, ReturnCode.ACCEPTED));
        assertThat(listener.heard).endsWith("ready 5");

        receive(new Publish(false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(21), 9, Payload.utf8("on")));
        expect(new PubAck(21, 9, ReturnCode.ACCEPTED));
        assertThat(workload.delivered).containsExactly("c/d=on");
    }

    @Test
    void shouldLearnATopicFromRegister() {
        becomeReady();
        receive(new Register(33, 4, "x/y"));
        expect(new RegAck(33, 4, ReturnCode.ACCEPTED));
        receive(new Publish(false, Qos.AT_MOST_ONCE, false, new TopicRef.Normal(33), 0, Payload.utf8("hi")));

        expectNothing();
        assertThat(workload.delivered).containsExactly("x/y=hi");
    }

    @Test
    void shouldRefuseATopicItDoesNotKnow() {
        becomeReady();
        receive(new Publish(false, Qos.AT_LEAST_ONCE, false, new TopicRef.Normal(33), 8, Payload.utf8("hi")));

        expect(new PubAck(33, 8, ReturnCode.INVALID_TOPIC_ID));
        assertThat(workload.delivered).isEmpty();
    }

    @Test
    void shouldDeliverQos2Once() {
        becomeReady();
        receive(new Register(33, 4, "x/y"));
        sent.clear();
        Publish message = new Publish(false, Qos.EXACTLY_ONCE, false, new TopicRef.Normal(33), 8, Payload.utf8("hi"));
        receive(message);
        expect(new PubRec(8));
        receive(message);
        expect(new PubRec(8));
        receive(new PubRel(8));
        expect(new PubComp(8));
        assertThat(workload.delivered).containsExactly("x/y=hi");

        receive(message);
        assertThat(workload.delivered).hasSize(2);
    }

    @Test
    void shouldPublishNothingNewAfterFinishButEndWhatIsInFlight() {
        becomeReady();
        workload.add(Qos.AT_LEAST_ONCE, "one");
        publish(Qos.AT_LEAST_ONCE, "two");
        sent.clear();
        node.finish();
        advance(RETRY);
        expect(publication(true, Qos.AT_LEAST_ONCE, 2, "one"));
        receive(new PubAck(17, 2, ReturnCode.ACCEPTED));

        expectNothing();
        assertThat(listener.heard).endsWith("acknowledged 5 #0 after 10000 ms");
    }

    @Test
    void shouldCloseWhenDisconnectIsAnswered() {
        becomeReady();
        node.disconnect(nowNanos);
        expect(Disconnect.PLAIN);
        assertThat(node.isClosed()).isFalse();
        receive(Disconnect.PLAIN);

        assertThat(node.isClosed()).isTrue();
        assertThat(node.dueNanos()).isEqualTo(SimulatorClock.NEVER);
        assertThat(listener.heard).containsExactly("ready 5");
    }

    @Test
    void shouldUseMsgIdsFromOneToSixtyFiveThousandAndNeverZero() {
        becomeReady();
        for (int msgId = 2; msgId <= 65535; msgId++) {
            workload.add(Qos.AT_LEAST_ONCE, "x");
            node.onTick(nowNanos);
            receive(new PubAck(17, msgId, ReturnCode.ACCEPTED));
        }
        sent.clear();
        publish(Qos.AT_LEAST_ONCE, "last");

        expect(publication(false, Qos.AT_LEAST_ONCE, 1, "last"));
    }
}
