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
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.testsupport.LockstepDevice;

/**
 * Sleeping devices that wake at another address, and devices whose address is another's, MQTT-SN 1.2 §6.14. The frames of device
 * numbers below 10 arrive on shard 0, those of the others on shard 1.
 */
final class SessionRoamingTest {
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final PingReq WAKE_A = new PingReq("a");
    private static final PingReq WAKE_B = new PingReq("b");

    private final TestGateway gateway = TestGateway.start(2, "sessions: { retry-interval: 10s, retry-count: 2 }");
    private final LockstepDevice at1 = gateway.device(1, 0);
    private final LockstepDevice at2 = gateway.device(2, 0);
    private final LockstepDevice at11 = gateway.device(11, 1);
    private final LockstepDevice at12 = gateway.device(12, 1);

    /** The device sleeps, its topic t has id 1; {@code messages} wait for it. */
    private void sleeping(LockstepDevice device, String clientId, String... messages) {
        gateway.uplink(0).grantSubscriptions(QOS_1);
        gateway.uplink(1).grantSubscriptions(QOS_1);
        device.send(connectKept(clientId));
        device.send(subscribe(1, QOS_1, "t/" + clientId));
        device.send(new Disconnect(3600));
        device.skipAll();
        for (String message : messages) {
            deliver(clientId, message);
        }
        expectState(clientId, SessionState.ASLEEP);
    }

    private void deliver(String clientId, String message) {
        int shard = gateway.session(clientId).host() == gateway.shard(0) ? 0 : 1;
        gateway.uplink(shard).deliver("t/" + clientId, message, QOS_1, "t/" + clientId);
    }

    /** The device collects one message and sleeps on. */
    private void collects(LockstepDevice device, PingReq ping, int msgId, String message) {
        device.send(ping);
        device.expect(publish1(msgId, id(1), message));
        device.send(pubAck(1, msgId));
        device.expect(new PingResp());
        device.expectNothing();
    }

    private void expectState(String clientId, SessionState state) {
        assertThat(gateway.session(clientId).state()).isEqualTo(state);
    }

    private void expectAt(String clientId, LockstepDevice device) {
        assertThat(gateway.session(clientId).address()).isEqualTo(device.address());
    }

    private void expectStranger(LockstepDevice device) {
        gateway.advance(RETRY);
        device.send(pingReq());
        device.expect(Disconnect.PLAIN);
        device.expectNothing();
    }

    // ---- waking at another address

    @Test
    void shouldServeASleeperWhereItWakes() {
        sleeping(at1, "a", "1", "2");

        collectsTwo(at2);

        expectAt("a", at2);
        at1.expectNothing();
        expectStranger(at1);
        assertThat(gateway.counters().devicesConnected.sum()).isEqualTo(1);
    }

    private void collectsTwo(LockstepDevice device) {
        device.send(WAKE_A);
        device.expect(publish1(1, id(1), "1"));
        device.send(pubAck(1, 1));
        device.expect(publish1(2, id(1), "2"));
        device.send(pubAck(1, 2));
        device.expect(new PingResp());
        device.expectNothing();
    }

    @Test
    void shouldServeASleeperThatWakesOnAnotherShard() {
        sleeping(at1, "a", "1", "2");

        collectsTwo(at11);

        expectAt("a", at11);
        assertThat(gateway.session("a").host()).isSameAs(gateway.shard(0));
        at11.send(register(9, "up"));
        at11.expect(regAck(2, 9));
        at11.send(new Disconnect(60));
        at11.expect(Disconnect.PLAIN);
        deliver("a", "3");
        collects(at11, WAKE_A, 3, "3");
        expectStranger(at1);
    }

    @Test
    void shouldFollowASleeperFromAddressToAddress() {
        sleeping(at1, "a");
        int msgId = 0;
        for (LockstepDevice next : new LockstepDevice[] {at11, at12, at2, at11, at1}) {
            deliver("a", "x" + msgId);
            collects(next, WAKE_A, msgId + 1, "x" + msgId);
            msgId++;
            expectAt("a", next);
        }
        expectStranger(at11);
        expectStranger(at12);
        expectStranger(at2);
    }

    @Test
    void shouldGoOnAtTheNewAddressOfADeviceThatIsAwake() {
        sleeping(at1, "a", "1");
        at1.send(WAKE_A);
        at1.expect(publish1(1, id(1), "1"));

        at11.send(WAKE_A);

        at11.expect(again(publish1(1, id(1), "1")));
        gateway.advance(RETRY);
        at1.expectNothing();
        at11.expect(again(publish1(1, id(1), "1")));
        at11.send(pubAck(1, 1));
        at11.expect(new PingResp());
    }

    @Test
    void shouldServeWhatFollowsThePing() {
        sleeping(at1, "a");
        gateway.hold();
        at2.send(WAKE_A);
        at2.send(register(9, "up"));
        gateway.release();

        at2.expect(new PingResp());
        at2.expect(regAck(2, 9));
    }

    @Test
    void shouldTellADeviceWithoutANameToConnect() {
        sleeping(at1, "a");

        at2.send(pingReq());

        at2.expect(Disconnect.PLAIN);
        expectAt("a", at1);
    }

    @Test
    void shouldTellADeviceThatIsNotKnownToConnectOnceInAWhile() {
        at2.send(new PingReq("nobody"));
        at2.send(new PingReq("nobody"));

        at2.expect(Disconnect.PLAIN);
        at2.expectNothing();
        assertThat(gateway.sessions()).isZero();
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = SessionState.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"ASLEEP", "AWAKE"})
    void shouldNotBelieveTheNameOfADeviceThatDoesNotSleep(SessionState state) {
        at1.send(connectKept("a"));
        switch (state) {
            case DISCONNECTED -> at1.send(Disconnect.PLAIN);
            case LOST -> gateway.advance(Duration.ofSeconds(90));
            case CONNECTING -> at1.send(new Connect(true, false, 60, "a"));
            default -> {}
        }
        expectState("a", state);

        at2.send(WAKE_A);
        at11.send(WAKE_A);

        at2.expect(Disconnect.PLAIN);
        at2.expectNothing();
        at11.expect(Disconnect.PLAIN);
        at11.expectNothing();
        expectState("a", state);
    }

    @Test
    void shouldAnswerThePingOfAnActiveDeviceThatSaysItsName() {
        at1.send(connectKept("a"));
        at1.expect(connAck());

        at1.send(WAKE_A);

        at1.expect(new PingResp());
        expectState("a", SessionState.ACTIVE);
    }

    @Test
    void shouldHaveASleeperConnectAtItsNewAddressWhenRoamingIsOff() {
        TestGateway strict = TestGateway.start("sessions: { roaming: false }");
        strict.uplink().grantSubscriptions(QOS_1);
        LockstepDevice before = strict.device(1);
        LockstepDevice after = strict.device(2);
        before.send(connect("a"));
        before.send(subscribe(1, QOS_1, "t"));
        before.send(new Disconnect(3600));
        before.skipAll();
        strict.uplink().deliver("t", "1", QOS_1, "t");

        after.send(WAKE_A);
        after.expect(Disconnect.PLAIN);
        assertThat(strict.session("a").address()).isEqualTo(before.address());
        after.send(connectKept("a"));

        after.expect(connAck());
        before.expect(Disconnect.PLAIN);
        after.expect(new Register(1, 1, "t"));
        after.send(regAck(1, 1));
        after.expect(publish1(2, id(1), "1"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 11})
    void shouldResumeASleeperThatConnectsAtAnotherAddress(int number) {
        sleeping(at1, "a", "1");
        LockstepDevice next = number == 2 ? at2 : at11;

        next.send(connectKept("a"));

        at1.expect(Disconnect.PLAIN);
        next.expect(connAck());
        next.expect(new Register(1, 1, "t/a"));
        next.send(regAck(1, 1));
        next.expect(publish1(2, id(1), "1"));
        next.send(pubAck(1, 2));
        next.expectNothing();
        expectState("a", SessionState.ACTIVE);
    }

    // ---- at an address that was another's

    /** Device b is active at an address, device a wakes there; where the one and the other live. */
    @ParameterizedTest
    @CsvSource({"1, 2", "1, 11", "11, 2", "11, 12"})
    void shouldEndTheConnectionOfTheDeviceThatWasThere(int addressOfSleeper, int addressOfOther) {
        LockstepDevice sleeper = gateway.device(addressOfSleeper, addressOfSleeper / 10);
        LockstepDevice other = gateway.device(addressOfOther, addressOfOther / 10);
        sleeping(sleeper, "a", "1");
        other.send(connectKept("b"));
        other.expect(connAck());

        collects(other, WAKE_A, 1, "1");

        expectState("b", SessionState.DISCONNECTED);
        assertThat(gateway.session("b").address()).isNull();
        expectAt("a", other);
        deliver("a", "2");
        collects(other, WAKE_A, 2, "2");
        assertThat(gateway.counters().devicesConnected.sum()).isEqualTo(1);
    }

    /** Both live on one shard, and their frames arrive on the other. */
    @Test
    void shouldEndTheConnectionOfTheDeviceThatWasThereByTheSameWay() {
        sleeping(at1, "a", "1");
        at2.send(connectKept("b"));
        at11.send(connectKept("b"));
        at2.skipAll();
        at11.expect(connAck());

        collects(at11, WAKE_A, 1, "1");

        expectState("b", SessionState.DISCONNECTED);
        expectAt("a", at11);
        deliver("a", "2");
        collects(at11, WAKE_A, 2, "2");
        at11.send(connectKept("b"));
        at11.expect(connAck());
        at11.send(pingReq());
        at11.expect(new PingResp());
        expectState("a", SessionState.ASLEEP);
    }

    /** The frames of both arrive where a lives, b lives elsewhere. */
    @Test
    void shouldEndTheWayOfTheDeviceThatWasThere() {
        sleeping(at11, "a", "1");
        at1.send(connectKept("b"));
        at12.send(connectKept("b"));
        at1.skipAll();
        at12.expect(connAck());

        collects(at12, WAKE_A, 1, "1");

        expectState("b", SessionState.DISCONNECTED);
        deliver("a", "2");
        collects(at12, WAKE_A, 2, "2");
    }

    @Test
    void shouldKnowTwoSleepersThatChangedPlaces() {
        sleeping(at1, "a", "for a");
        sleeping(at11, "b", "for b");

        collects(at11, WAKE_A, 1, "for a");
        expectState("b", SessionState.ASLEEP);
        assertThat(gateway.session("b").address()).isNull();
        collects(at1, WAKE_B, 1, "for b");

        expectAt("a", at11);
        expectAt("b", at1);
        deliver("a", "2");
        collects(at11, WAKE_A, 2, "2");
        deliver("b", "2");
        collects(at1, WAKE_B, 2, "2");
    }

    // ---- the address is another's now

    @Test
    void shouldKeepASleeperWhoseAddressIsAnothersNow() {
        sleeping(at1, "a", "1");

        at1.send(connect("b"));
        at1.expect(connAck());
        deliver("a", "2");
        at1.expectNothing();
        expectState("a", SessionState.ASLEEP);
        assertThat(gateway.session("a").address()).isNull();

        collectsTwo(at2);
        at1.send(pingReq());
        at1.expect(new PingResp());
    }

    @Test
    void shouldLoseASleeperWithoutAnAddressInItsTime() {
        sleeping(at1, "a", "1");
        at1.send(connect("b"));
        at1.send(Disconnect.PLAIN);
        at1.skipAll();

        gateway.advance(Duration.ofMinutes(66));

        expectState("a", SessionState.LOST);
        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(1);
        at1.expectNothing();
    }

    @Test
    void shouldLetADeviceSleepOnWhoseAddressIsTakenWhileItIsAwake() {
        sleeping(at1, "a", "1");
        at1.send(WAKE_A);
        at1.expect(publish1(1, id(1), "1"));

        at1.send(connect("b"));
        at1.expect(connAck());
        gateway.advance(RETRY.multipliedBy(5));

        at1.expectNothing();
        expectState("a", SessionState.ASLEEP);
        at2.send(WAKE_A);
        at2.expect(again(publish1(1, id(1), "1")));
    }

    @Test
    void shouldAskForTheWillWhereASleeperWithoutAnAddressConnects() {
        sleeping(at1, "a");
        at1.send(connect("b"));
        at1.expect(connAck());

        at11.send(new Connect(true, false, 60, "a"));

        at11.expect(new WillTopicReq());
        at1.expectNothing();
    }

    // ---- races between shards

    @Test
    void shouldTellASleeperToConnectThatHasConnectedElsewhereMeanwhile() {
        sleeping(at1, "a");
        gateway.hold();
        at11.send(WAKE_A);
        at2.send(connectKept("a"));
        gateway.release();

        at2.expect(connAck());
        at11.expect(Disconnect.PLAIN);
        expectAt("a", at2);
        expectStranger(at11);
    }

    @Test
    void shouldGiveUpTheWayOfASleeperThatHasConnectedElsewhereMeanwhile() {
        sleeping(at1, "a");
        gateway.hold();
        at11.send(WAKE_A);
        gateway.settle(0); // still asleep
        gateway.settle(1); // the way is noted
        at2.send(connectKept("a"));
        gateway.release();

        at2.expect(connAck());
        at11.expect(Disconnect.PLAIN);
        expectAt("a", at2);
        gateway.advance(RETRY);
        at11.send(connect("b"));
        at11.expect(connAck());
        at11.send(pingReq());
        at11.expect(new PingResp());
        assertThat(gateway.session("b").host()).isSameAs(gateway.shard(1));
    }

    @Test
    void shouldServeASleeperAtTheLastOfTwoAddresses() {
        sleeping(at1, "a", "1");
        gateway.hold();
        at11.send(WAKE_A);
        at12.send(WAKE_A);
        gateway.release();

        at11.expect(publish1(1, id(1), "1"));
        at12.expect(again(publish1(1, id(1), "1")));
        at12.send(pubAck(1, 1));
        at12.expect(new PingResp());
        expectAt("a", at12);
        expectStranger(at11);
    }
}
