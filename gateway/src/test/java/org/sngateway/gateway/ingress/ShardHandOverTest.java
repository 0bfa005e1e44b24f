// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.pubAck;
import static org.sngateway.testsupport.Messages.publish0;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.message.SubAck;
import org.sngateway.gateway.session.SessionState;
import org.sngateway.testsupport.LockstepDevice;

/**
 * Two shards: devices whose frames arrive on another shard than their session lives on. Device numbers below 10 arrive on shard 0,
 * the others on shard 1. Each shard is a thread of its own here, too: what one touches of the other off its loop fails.
 */
final class ShardHandOverTest {
    private final TestGateway gateway = TestGateway.start(2, "");
    private final LockstepDevice at0 = gateway.device(1, 0);
    private final LockstepDevice alsoAt0 = gateway.device(2, 0);
    private final LockstepDevice at1 = gateway.device(11, 1);
    private final LockstepDevice alsoAt1 = gateway.device(12, 1);

    // ---- the way there and back

    @Test
    void shouldServeADeviceWhereItFirstConnected() {
        at0.send(connect("a"));
        at1.send(connect("b"));

        assertThat(gateway.session("a").host()).isSameAs(gateway.shard(0));
        assertThat(gateway.session("b").host()).isSameAs(gateway.shard(1));
    }

    @Test
    void shouldHandFramesOverToTheShardOfTheSession() {
        gateway.uplink(0).grantSubscriptions(Qos.AT_LEAST_ONCE);
        at0.send(connectKept("a"));
        at0.expect(connAck());

        at1.send(connectKept("a"));

        at0.expect(Disconnect.PLAIN);
        at1.expect(connAck());
        at1.send(register(1, "t"));
        at1.expect(regAck(1, 1));
        at1.send(publish1(2, id(1), "up"));
        gateway.uplink(0).expectPublish("t", Qos.AT_LEAST_ONCE, "up").accept();
        at1.expect(pubAck(1, 2));
        at1.send(subscribe(3, Qos.AT_LEAST_ONCE, "t"));
        at1.expect(subAck(3, Qos.AT_LEAST_ONCE, 1));
        gateway.uplink(0).deliver("t", "down", Qos.AT_MOST_ONCE, "t");
        at1.expect(publish0(id(1), "down"));
        at1.sendHex("0A0A 0000 0007 612B2B2B");
        at1.expect(new RegAck(0, 7, ReturnCode.NOT_SUPPORTED));
        at1.send(new SearchGw(0));
        at1.expect(GwInfo.class);
        at1.send(Disconnect.PLAIN);
        at1.expect(Disconnect.PLAIN);
        assertThat(gateway.session("a").state()).isEqualTo(SessionState.DISCONNECTED);
    }

    @Test
    void shouldServeADeviceThatComesBack() {
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        at0.skipAll();
        at1.skipAll();

        at0.send(connectKept("a"));

        at1.expect(Disconnect.PLAIN);
        at0.expect(connAck());
        at0.send(pingReq());
        at0.expect(PingResp.class);
        at1.send(pingReq());
        at1.expect(Disconnect.PLAIN); // told by the shard it arrives on: the way is gone
        assertThat(gateway.session("a").address()).isEqualTo(at0.address());
    }

    @Test
    void shouldServeADeviceThatWandersOnTheOtherShard() {
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        alsoAt1.send(connectKept("a"));
        at1.skipAll();
        alsoAt1.expect(connAck());

        alsoAt1.send(pingReq());
        alsoAt1.expect(PingResp.class);
        gateway.advance(Duration.ofSeconds(10));
        at1.send(pingReq());
        at1.expect(Disconnect.PLAIN);
    }

    @Test
    void shouldForgetTheWayWhenTheDeviceLeaves() {
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        at1.send(Disconnect.PLAIN);
        at1.skipAll();

        at1.send(connect("b"));
        at1.expect(connAck());
        at1.send(pingReq());

        at1.expect(PingResp.class);
        assertThat(gateway.session("b").host()).isSameAs(gateway.shard(1));
        assertThat(gateway.session("a").state()).isEqualTo(SessionState.DISCONNECTED);
    }

    @Test
    void shouldForgetTheWayWhenTheDeviceIsLost() {
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        at1.skipAll();

        gateway.advance(Duration.ofSeconds(90));

        at1.send(pingReq());
        at1.expect(Disconnect.PLAIN);
        at1.send(connectKept("a"));
        at1.expect(connAck());
        at1.send(pingReq());
        at1.expect(PingResp.class);
    }

    @Test
    void shouldRepeatConnAckForARetransmissionThatIsHandedOver() {
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        at1.expect(connAck());

        at1.send(connectKept("a"));

        at1.expect(connAck());
        at1.send(pingReq());
        at1.expect(PingResp.class);
        assertThat(gateway.counters().connectsAccepted.sum()).isEqualTo(2);
    }

    // ---- another client id at the address

    @Test
    void shouldServeTheNextDeviceAtAnAddressWhenBothLiveOnTheOtherShard() {
        at0.send(connectKept("a"));
        alsoAt0.send(connectKept("b"));
        at1.send(connectKept("a"));
        at1.send(connectKept("b"));
        at1.skipAll();

        at1.send(pingReq());

        at1.expect(PingResp.class);
        assertThat(gateway.session("b").address()).isEqualTo(at1.address());
        assertThat(gateway.session("a").state()).isEqualTo(SessionState.DISCONNECTED);
    }

    @Test
    void shouldServeTheNextDeviceAtAnAddressWhenOnlyTheFirstLivesOnTheOtherShard() {
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        at1.send(connectKept("b"));
        at1.skipAll();

        at1.send(pingReq());

        at1.expect(PingResp.class);
        assertThat(gateway.session("b").host()).isSameAs(gateway.shard(1));
        assertThat(gateway.session("a").state()).isEqualTo(SessionState.DISCONNECTED);
    }

    @Test
    void shouldServeTheNextDeviceAtAnAddressWhenOnlyTheSecondLivesOnTheOtherShard() {
        at0.send(connectKept("b"));
        at1.send(connectKept("a"));
        at1.send(connectKept("b"));
        at1.skipAll();

        at1.send(pingReq());

        at1.expect(PingResp.class);
        assertThat(gateway.session("b").address()).isEqualTo(at1.address());
        assertThat(gateway.session("a").state()).isEqualTo(SessionState.DISCONNECTED);
        assertThat(gateway.counters().devicesConnected.sum()).isEqualTo(1);
    }

    // ---- races

    @Test
    void shouldKeepTheWayOfADeviceThatConnectsAgainWhileItsGoodbyeIsHandedOver() {
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        at1.skipAll();
        gateway.hold();
        at1.send(Disconnect.PLAIN);
        gateway.settle(0); // the session has left; word of that is on its way to shard 1
        at1.send(connectKept("a"));
        gateway.settle(1);
        gateway.release();

        at1.expect(Disconnect.PLAIN);
        at1.expect(connAck());
        at1.send(pingReq());
        at1.expect(PingResp.class);
    }

    @Test
    void shouldBeginANewSessionWhereTheDeviceIsWhenItsOldOneEndsMeanwhile() {
        at0.send(connect("a"));
        at0.skipAll();
        gateway.hold();
        at1.send(connect("a"));
        at0.send(Disconnect.PLAIN);
        gateway.release();

        at1.expect(connAck());
        at1.send(pingReq());
        at1.expect(PingResp.class);
        assertThat(gateway.session("a").host()).isSameAs(gateway.shard(1));
        assertThat(gateway.sessions()).isEqualTo(1);
    }

    @Test
    void shouldNotBeginANewSessionForADeviceThatHasGivenWayToAnother() {
        at0.send(connect("a"));
        at0.skipAll();
        gateway.hold();
        at1.send(connect("a"));
        at0.send(Disconnect.PLAIN);
        at1.send(connect("b"));
        gateway.release();

        at1.expect(connAck());
        at1.expectNothing();
        assertThat(gateway.session("b").address()).isEqualTo(at1.address());
        assertThat(gateway.sessions()).isEqualTo(1);
    }

    @Test
    void shouldLetTheLastOfTwoConnectsWin() {
        at0.send(connectKept("a"));
        at0.skipAll();
        gateway.hold();
        at1.send(connectKept("a"));
        alsoAt0.send(connectKept("a"));
        gateway.release();

        assertThat(gateway.session("a").address()).isEqualTo(at1.address());
        at0.expect(Disconnect.PLAIN);
        alsoAt0.expect(connAck());
        alsoAt0.expect(Disconnect.PLAIN);
        at1.expect(connAck());
        at1.send(pingReq());
        at1.expect(PingResp.class);
    }

    @Test
    void shouldAnswerAFrameThatWasHandedOverForASessionThatHasLeft() {
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        at0.skipAll();
        at1.skipAll();
        gateway.hold();
        at1.send(pingReq());
        at0.send(connectKept("a"));
        gateway.release();

        at0.expect(connAck());
        at1.expect(Disconnect.PLAIN); // taken over
        at1.expect(Disconnect.PLAIN); // no session here
        at1.expectNothing();
    }

    // ---- deliveries

    @Test
    void shouldSendTheNextMessageOnAnAnswerThatIsHandedOver() {
        gateway.uplink(0).grantSubscriptions(Qos.AT_LEAST_ONCE);
        at0.send(connectKept("a"));
        at1.send(connectKept("a"));
        at1.send(subscribe(1, Qos.AT_LEAST_ONCE, "#"));
        at1.expect(connAck());
        at1.expect(SubAck.class);

        gateway.uplink(0).deliver("a/b", "1", Qos.AT_LEAST_ONCE, "#");
        gateway.uplink(0).deliver("a/b", "2", Qos.AT_LEAST_ONCE, "#");
        at1.expect(new Register(1, 1, "a/b"));
        at1.send(regAck(1, 1));
        at1.expect(publish1(2, id(1), "1"));
        at1.send(pubAck(1, 2));
        at1.expect(publish1(3, id(1), "2"));
    }
}
