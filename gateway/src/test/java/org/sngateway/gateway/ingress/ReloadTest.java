// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.gateway.observe.Refusal;
import org.sngateway.gateway.session.SessionState;
import org.sngateway.gateway.store.FakeStore;
import org.sngateway.testsupport.LockstepDevice;

/** Another configuration while devices are connected: what it does not allow ends, the rest stays. */
final class ReloadTest {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final String NOT_DEV = "admission: { allow: \"pump-*\" }";
    private static final Shard.Reviewed NOTHING = new Shard.Reviewed(0, 0);

    private final TestGateway gateway = TestGateway.start("topics: { predefined: { 1: t } }");
    private final LockstepDevice device = gateway.device(1);

    private void connectAndSubscribe(Connect connect, String... filters) {
        gateway.uplink().grantSubscriptions(QOS_1);
        device.send(connect);
        for (int i = 0; i < filters.length; i++) {
            device.send(subscribe(i + 1, QOS_1, filters[i]));
        }
        device.skipAll();
    }

    // ---- devices that may not connect any more

    @Test
    void shouldDisconnectADeviceThatMayNotConnectAnyMore() {
        connectAndSubscribe(connectKept("dev"), "a/+");
        gateway.uplink().takeEnds();

        assertThat(gateway.reload(NOT_DEV)).isEqualTo(new Shard.Reviewed(1, 0));

        device.expect(Disconnect.class);
        device.expectNothing();
        assertThat(gateway.hasSession("dev")).isFalse();
        assertThat(gateway.counters().devicesConnected.sum()).isZero();
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.RELOAD, 1L));
        device.send(connectKept("dev"));
        device.expect(connAck(ReturnCode.NOT_SUPPORTED));
    }

    @Test
    void shouldNotPublishTheWillOfADeviceThatIsShutOut() {
        device.send(new Connect(true, true, 60, "dev"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(QOS_1, false, "gone")));
        device.expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8("gone")));
        device.expect(connAck());

        gateway.reload(NOT_DEV);
        gateway.advance(Duration.ofDays(1));

        gateway.uplink().expectNoPublish();
    }

    @Test
    void shouldForgetWhatIsKeptOfADeviceThatIsAway() {
        connectAndSubscribe(connectKept("dev"), "a/+");
        device.send(Disconnect.PLAIN);
        gateway.uplink().deliver("a/b", "1", QOS_1, "a/+");
        assertThat(gateway.sessions()).isEqualTo(1);

        assertThat(gateway.reload(NOT_DEV).sessions()).isEqualTo(1);

        assertThat(gateway.sessions()).isZero();
        assertThat(gateway.bufferedOctets()).isZero();
    }

    @Test
    void shouldShutOutADeviceThatSleeps() {
        connectAndSubscribe(connectKept("dev"), "a/+");
        device.send(new Disconnect(60));
        device.skipAll();

        gateway.reload(NOT_DEV);
        device.expect(Disconnect.class); // which it may not hear
        device.send(new PingReq("dev"));
        device.expect(Disconnect.class);
        assertThat(gateway.sessions()).isZero();
    }

    // ---- devices that stay

    @Test
    void shouldKeepSessionsWithAllThatWaits() {
        connectAndSubscribe(connectKept("dev"), "a/+", "b/+");
        device.send(new Disconnect(600));
        device.skipAll();
        gateway.uplink().deliver("a/b", "1", QOS_1, "a/+");
        gateway.uplink().deliver("b/c", "2", QOS_1, "b/+");
        gateway.uplink().deliver("a/b", "3", QOS_1, "a/+");

        assertThat(gateway.reload("admission: { subscribe: [{ device: \"*\", topics: [\"a/#\"] }] }"))
                .isEqualTo(new Shard.Reviewed(0, 1));

        device.expectNothing();
        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.ASLEEP);
        gateway.uplink().expectUnsubscribe("b/+");
        device.send(new PingReq("dev"));
        Register register = device.expect(Register.class);
        device.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        for (String data : new String[] {"1", "3"}) {
            Publish publish = device.expect(Publish.class);
            assertThat(publish.data().toUtf8()).isEqualTo(data);
            device.send(pubAck(register.topicId(), publish.msgId()));
        }
        device.expect(PingResp.class);
        device.send(connectKept("dev"));
        device.expect(connAck());
    }

    @Test
    void shouldApplyTopicRulesFromTheNextMessageOn() {
        device.send(connect("dev"));
        device.send(register(1, "a"));
        device.skipAll();

        assertThat(
                        gateway.reload(
                                "{ topics: { predefined: { 1: t } }, admission: { publish: [{ device: \"*\", topics: [t] }] } }"))
                .isEqualTo(NOTHING);

        device.send(publish1(1, predefined(1), "x"));
        gateway.uplink().expectPublish("t", QOS_1, "x").accept();
        device.expect(pubAck(1, 1));
        device.send(register(2, "a"));
        device.expect(new RegAck(0, 2, ReturnCode.NOT_SUPPORTED));
        gateway.reload("");
        device.send(register(3, "a"));
        device.expect(regAck(2, 3));
    }

    @Test
    void shouldNotPublishAWillThatIsNotAllowedAnyMore() {
        device.send(new Connect(true, true, 60, "dev"));
        device.expect(WillTopicReq.class);
        device.send(new WillTopic(new WillHeader(QOS_1, false, "gone")));
        device.expect(WillMsgReq.class);
        device.send(new WillMsg(Payload.utf8("gone")));
        device.expect(connAck());

        gateway.reload("admission: { publish: [{ device: \"*\", topics: [t] }] }");
        gateway.advance(Duration.ofSeconds(90));

        gateway.uplink().expectNoPublish();
        assertThat(gateway.refusals()).isEqualTo(Map.of(Refusal.WILL, 1L));
    }

    @Test
    void shouldGiveDevicesTheirNewPredefinedIds() {
        connectAndSubscribe(connect("dev"));
        device.send(subscribe(1, QOS_1, predefined(1)));
        device.expect(subAck(1, QOS_1, 1));

        gateway.reload("topics: { predefined: { 1: other, 2: t } }");

        device.send(publish1(2, predefined(1), "x"));
        gateway.uplink().expectPublish("other", QOS_1, "x").accept();
        device.expect(pubAck(1, 2));
        gateway.uplink().deliver("t", "1", QOS_1, "t");
        assertThat(device.expect(Register.class).topicName())
                .as("its id for what it had subscribed to means something else now")
                .isEqualTo("t");
    }

    @Test
    void shouldUseNewTimesAndLimits() {
        connectAndSubscribe(connect("dev"), "a/#", "b/#");
        gateway.reload("sessions: { retry-interval: 1s, max-subscriptions: 2, max-topic-ids: 1, max: 1 }");

        device.send(subscribe(7, QOS_1, "c/#"));
        device.expect(subAck(7, ReturnCode.CONGESTION));
        device.send(register(8, "a"));
        device.expect(regAck(1, 8));
        device.send(register(9, "b"));
        device.expect(new RegAck(0, 9, ReturnCode.CONGESTION));
        LockstepDevice second = gateway.device(2);
        second.send(connect("second"));
        second.expect(connAck(ReturnCode.CONGESTION));
        gateway.uplink().deliver("a", "1", QOS_1, "a/#");
        device.expect(Publish.class);
        gateway.advance(Duration.ofMillis(1100));
        assertThat(device.expect(Publish.class).dup()).isTrue();
    }

    @Test
    void shouldReachDevicesOnEveryShard() {
        TestGateway two = TestGateway.start(2, "");
        LockstepDevice here = two.device(1, 0);
        LockstepDevice there = two.device(2, 1);
        here.send(connect("dev"));
        there.send(connect("pump-1"));
        there.expect(connAck());
        here.expect(connAck());

        assertThat(two.reload(NOT_DEV)).isEqualTo(new Shard.Reviewed(1, 0));

        here.expect(Disconnect.class);
        there.expectNothing();
        there.send(connect("dev"));
        there.expect(connAck(ReturnCode.NOT_SUPPORTED));
    }

    // ---- the same across a restart

    @Test
    void shouldEndWhatIsNotAllowedAfterARestart() {
        FakeStore store = new FakeStore();
        TestGateway before = TestGateway.withStore(store, "");
        before.uplink().grantSubscriptions(QOS_1);
        for (String clientId : new String[] {"dev", "pump-1"}) {
            LockstepDevice one = before.device(clientId.length());
            one.send(connectKept(clientId));
            one.send(subscribe(1, QOS_1, "a/#"));
            one.send(subscribe(2, QOS_1, "b/#"));
        }

        TestGateway after = TestGateway.withStore(
                store, "admission: { allow: \"pump-*\", subscribe: [{ device: \"*\", topics: [\"a/#\"] }] }");

        assertThat(after.hasSession("dev")).isFalse();
        assertThat(after.hasSession("pump-1")).isTrue();
        assertThat(after.uplink().subscriptions()).isEqualTo(1);
        assertThat(TestGateway.withStore(store, "").sessions())
                .as("in the store, too")
                .isEqualTo(1);
    }
}
