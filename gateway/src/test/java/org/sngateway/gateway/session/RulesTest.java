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
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.testsupport.LockstepDevice;

/** Single rules of {@code docs/conformance.md} that no other test is about, each as one short conversation. */
final class RulesTest {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final TestGateway gateway = TestGateway.start();
    private final LockstepDevice device = gateway.device(1);

    private SessionState state() {
        return gateway.session("dev").state();
    }

    // ---- keep-alive, §6.11

    @Test
    void shouldAnswerAPingWithOrWithoutClientId() {
        device.send(connect("dev"));
        device.expect(connAck());

        device.send(pingReq());
        device.expect(PingResp.class);
        device.send(new PingReq("dev"));
        device.expect(PingResp.class);

        assertThat(state()).isEqualTo(SessionState.ACTIVE);
        device.expectNothing();
    }

    @Test
    void shouldAnswerPingsWhileTheBrokerIsAway() {
        device.send(connect("dev"));
        device.expect(connAck());
        gateway.uplink().setConnected(false);

        device.send(pingReq());

        device.expect(PingResp.class);
        assertThat(state()).isEqualTo(SessionState.ACTIVE);
    }

    @Test
    void shouldKeepFromTheBrokerWhatIsTheGatewaysAffair() {
        device.send(connectKept("dev"));
        device.send(register(1, "a/b"));
        device.send(pingReq());
        device.send(new SearchGw(0));
        device.send(new Disconnect(60));
        device.send(pingReq());
        device.send(Disconnect.PLAIN);

        gateway.uplink().expectNoPublish();
        gateway.uplink().expectNoSubscribe();
        gateway.uplink().expectNoUnsubscribe();
    }

    // ---- message ids, §5.3.6

    @Test
    void shouldCountMsgIdsFrom1To65535AndBeginAgain() {
        subscribed();
        for (int expected = 1; expected <= 0xFFFF; expected++) {
            deliver("x");
            Publish sent = device.expect(Publish.class);
            assertThat(sent.msgId()).isEqualTo(expected);
            device.send(pubAck(1, expected));
        }

        deliver("x");

        assertThat(device.expect(Publish.class).msgId()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheMsgIdsOfBothDirectionsApart() {
        subscribed();
        deliver("down");
        Publish down = publish1(1, id(1), "down");
        device.expect(down);

        device.send(publish1(down.msgId(), id(1), "up"));
        gateway.uplink().expectPublish("a/b", QOS_1, "up").accept();
        device.expect(pubAck(1, down.msgId()));

        assertThat(gateway.session("dev").queuedMessages()).isEqualTo(1);
        gateway.advance(RETRY);
        device.expect(again(down));
        device.send(pubAck(1, down.msgId()));
        assertThat(gateway.session("dev").queuedMessages()).isZero();
    }

    // ---- return codes, §5.3.10

    @Test
    void shouldTakeAReservedReturnCodeForARefusal() {
        subscribed();
        deliver("one");
        deliver("two");
        device.expect(publish1(1, id(1), "one"));

        device.sendHex("070D 0001 0001 80");

        device.expect(publish1(2, id(1), "two"));
        assertThat(gateway.counters().undeliverable.sum()).isEqualTo(1);
    }

    // ---- helpers

    private void subscribed() {
        gateway.uplink().grantSubscriptions(QOS_1);
        device.send(connect("dev"));
        device.expect(connAck());
        device.send(subscribe(1, QOS_1, "a/b"));
        device.expect(subAck(1, QOS_1, 1));
    }

    private void deliver(String data) {
        gateway.uplink().deliver("a/b", data, QOS_1, "a/b");
    }
}
