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
import static org.sngateway.testsupport.Messages.publish0;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.regAck;
import static org.sngateway.testsupport.Messages.register;
import static org.sngateway.testsupport.Messages.subAck;
import static org.sngateway.testsupport.Messages.subscribe;
import static org.sngateway.testsupport.Messages.unsubscribe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.testsupport.LockstepDevice;

/** Sleeping devices, MQTT-SN 1.2 §6.14. */
final class SessionSleepTest {
    private static final Qos QOS_0 = Qos.AT_MOST_ONCE;
    private static final Qos QOS_1 = Qos.AT_LEAST_ONCE;
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofNanos(1);
    private static final int SLEEP_SECONDS = 3600;
    /** The sleep and a tenth. */
    private static final Duration SLEEP = Duration.ofMinutes(66);

    private static final PingReq WAKE = new PingReq("dev");

    /** One device that sleeps. */
    private static final class Sleeper {
        private final TestGateway gateway;
        private final FakeUplink uplink;
        private final LockstepDevice device;

        Sleeper(String settings) {
            gateway = TestGateway.start("sessions: { retry-interval: 5s, retry-count: 2" + settings + " }");
            uplink = gateway.uplink();
            uplink.grantSubscriptions(QOS_1);
            device = gateway.device(1);
        }

        /** Connects, subscribes to a/b with topic id 1. */
        Sleeper connected(Connect connect) {
            device.send(connect);
            device.expect(connAck());
            device.send(subscribe(1, QOS_1, "a/b"));
            device.expect(subAck(1, QOS_1, 1));
            return this;
        }

        Sleeper asleep() {
            device.send(new Disconnect(SLEEP_SECONDS));
            device.expect(Disconnect.PLAIN);
            device.expectNothing();
            expectState(SessionState.ASLEEP);
            return this;
        }

        void deliver(String data, Qos qos) {
            uplink.deliver("a/b", data, qos, "a/b");
        }

        /** Wakes the device and lets it answer all until PINGRESP; the payloads in order. */
        List<String> collect() {
            device.send(WAKE);
            List<String> data = new ArrayList<>();
            for (SnMessage message = device.poll(); !(message instanceof PingResp); message = device.poll()) {
                if (message instanceof Register register) {
                    device.send(regAck(register.topicId(), register.msgId()));
                } else if (message instanceof Publish publish) {
                    data.add(publish.data().toUtf8());
                    if (publish.qos() == QOS_1) {
                        device.send(pubAck(1, publish.msgId()));
                    }
                } else {
                    throw new AssertionError("while awake: " + message);
                }
            }
            device.expectNothing();
            expectState(SessionState.ASLEEP);
            return data;
        }

        SessionState state() {
            return gateway.session("dev").state();
        }

        void expectState(SessionState expected) {
            assertThat(state()).isEqualTo(expected);
        }

        void expectLost(boolean lost) {
            assertThat(gateway.counters().devicesLost.sum()).isEqualTo(lost ? 1 : 0);
        }
    }

    private static Sleeper sleeper() {
        return new Sleeper("").connected(connect("dev")).asleep();
    }

    // ---- falling asleep

    @Test
    void shouldConfirmAndStayConnected() {
        Sleeper sleeper = sleeper();

        assertThat(sleeper.gateway.counters().devicesConnected.sum()).isEqualTo(1);
        assertThat(sleeper.gateway.loop().armedTimers()).isEqualTo(1);
        sleeper.uplink.expectSubscribe("a/b");
        sleeper.uplink.expectNoUnsubscribe();
    }

    @Test
    void shouldConfirmAgainWhenTheDeviceRepeatsItself() {
        Sleeper sleeper = sleeper();

        sleeper.device.send(new Disconnect(SLEEP_SECONDS));

        sleeper.device.expect(Disconnect.PLAIN);
        sleeper.expectState(SessionState.ASLEEP);
    }

    @Test
    void shouldTakeADurationOf0ForAGoodbye() {
        Sleeper sleeper = new Sleeper("").connected(connect("dev"));

        sleeper.device.send(new Disconnect(0));

        sleeper.device.expect(Disconnect.PLAIN);
        assertThat(sleeper.gateway.sessions()).isZero();
    }

    /** MQTT 5 §3.3.2.3.3. */
    @Test
    void shouldNotBringWhatHasExpired() {
        Sleeper sleeper = new Sleeper("").connected(connectKept("dev")).asleep();
        long now = sleeper.gateway.loop().nanoTime();
        sleeper.uplink.deliverUntil(now + Duration.ofSeconds(7).toNanos(), "a/b", "stale", QOS_1, "a/b");
        sleeper.uplink.deliverUntil(now + Duration.ofSeconds(8).toNanos(), "a/b", "fresh", QOS_1, "a/b");
        sleeper.gateway.advance(Duration.ofSeconds(7));

        assertThat(sleeper.collect()).containsExactly("fresh");
        assertThat(sleeper.gateway.counters().expired.sum()).isEqualTo(1);
    }

    @Test
    void shouldSendNothingToADeviceThatIsAsleep() {
        Sleeper sleeper = new Sleeper("").connected(connect("dev"));
        sleeper.deliver("1", QOS_1);
        sleeper.device.expect(publish1(1, id(1), "1"));
        sleeper.asleep();

        sleeper.deliver("2", QOS_1);
        sleeper.deliver("3", QOS_0);
        sleeper.gateway.advance(SLEEP.minus(TICK));

        sleeper.device.expectNothing();
        assertThat(sleeper.gateway.counters().retransmissions.sum()).isZero();
        assertThat(sleeper.gateway.session("dev").queuedMessages()).isEqualTo(3);
    }

    // ---- supervision

    @ParameterizedTest
    @CsvSource({"1, PT5S", "20, PT30S", "60, PT90S", "3600, PT66M", "65535, PT72088.5S"})
    void shouldLoseADeviceThatDoesNotWakeInTime(int seconds, Duration tolerated) {
        Sleeper sleeper = new Sleeper("").connected(connect("dev"));
        sleeper.device.send(new Disconnect(seconds));
        sleeper.device.expect(Disconnect.PLAIN);
        sleeper.deliver("1", QOS_1);

        sleeper.gateway.advance(tolerated.minus(TICK));
        sleeper.expectLost(false);
        sleeper.gateway.advance(TICK);

        sleeper.expectLost(true);
        sleeper.device.expectNothing();
        assertThat(sleeper.gateway.sessions()).isZero();
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
        assertThat(sleeper.gateway.loop().armedTimers()).isZero();
    }

    @Test
    void shouldPublishTheWillOfADeviceThatDoesNotWakeInTime() {
        Sleeper sleeper = new Sleeper("");
        sleeper.device.send(new Connect(true, true, 60, "dev"));
        sleeper.device.send(new WillTopic(new WillHeader(QOS_1, false, "gone")));
        sleeper.device.send(new WillMsg(Payload.utf8("dev")));
        sleeper.device.skipAll();
        sleeper.asleep();

        sleeper.gateway.advance(SLEEP.minus(TICK));
        sleeper.uplink.expectNoPublish();
        sleeper.gateway.advance(TICK);

        sleeper.uplink.expectPublish("gone", QOS_1, "dev");
    }

    @Test
    void shouldCountTheSleepAnewFromEachSignOfLife() {
        Sleeper sleeper = sleeper();
        for (int i = 0; i < 3; i++) {
            sleeper.gateway.advance(SLEEP.minus(TICK));
            assertThat(sleeper.collect()).isEmpty();
        }
        sleeper.gateway.advance(SLEEP.minus(TICK));
        sleeper.expectLost(false);
        sleeper.gateway.advance(TICK);
        sleeper.expectLost(true);
    }

    @ParameterizedTest
    @CsvSource({"10, PT15S", "7200, PT132M"})
    void shouldFollowANewDuration(int seconds, Duration tolerated) {
        Sleeper sleeper = sleeper();
        sleeper.gateway.advance(Duration.ofMinutes(1));

        sleeper.device.send(new Disconnect(seconds));

        sleeper.device.expect(Disconnect.PLAIN);
        sleeper.gateway.advance(tolerated.minus(TICK));
        sleeper.expectLost(false);
        sleeper.gateway.advance(TICK);
        sleeper.expectLost(true);
    }

    @Test
    void shouldSuperviseByTheKeepAliveAgainWhenTheDeviceIsActive() {
        Sleeper sleeper = sleeper();
        sleeper.device.send(connectKept("dev"));
        sleeper.device.expect(connAck());

        sleeper.gateway.advance(Duration.ofSeconds(90));

        sleeper.expectLost(true);
    }

    // ---- awake

    @Test
    void shouldAnswerAtOnceWhenNothingWaits() {
        Sleeper sleeper = sleeper();

        sleeper.device.send(WAKE);

        sleeper.device.expect(new PingResp());
        sleeper.device.expectNothing();
        sleeper.expectState(SessionState.ASLEEP);
    }

    @Test
    void shouldDeliverAllOneByOneAndAnswerLast() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_0);
        sleeper.deliver("2", QOS_1);
        sleeper.deliver("3", QOS_1);
        sleeper.deliver("4", QOS_0);

        sleeper.device.send(WAKE);

        sleeper.device.expect(publish0(id(1), "1"));
        sleeper.device.expect(publish1(1, id(1), "2"));
        sleeper.device.expectNothing();
        sleeper.expectState(SessionState.AWAKE);
        sleeper.device.send(pubAck(1, 1));
        sleeper.device.expect(publish1(2, id(1), "3"));
        sleeper.device.expectNothing();
        sleeper.device.send(pubAck(1, 2));
        sleeper.device.expect(publish0(id(1), "4"));
        sleeper.device.expect(new PingResp());
        sleeper.device.expectNothing();
        sleeper.expectState(SessionState.ASLEEP);
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
        sleeper.deliver("5", QOS_0);
        sleeper.device.expectNothing();
    }

    @Test
    void shouldWakeADeviceThatDoesNotSayItsName() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);

        sleeper.device.send(pingReq());

        sleeper.device.expect(publish1(1, id(1), "1"));
        sleeper.expectState(SessionState.AWAKE);
    }

    @Test
    void shouldRegisterFirstWhatTheDeviceDoesNotKnow() {
        Sleeper sleeper = new Sleeper("");
        sleeper.device.send(connect("dev"));
        sleeper.device.send(subscribe(1, QOS_1, "#"));
        sleeper.device.skipAll();
        sleeper.asleep();
        sleeper.uplink.deliver("a/b", "1", QOS_0, "#");

        sleeper.device.send(WAKE);
        sleeper.device.expect(new Register(1, 1, "a/b"));
        sleeper.device.expectNothing();
        sleeper.device.send(regAck(1, 1));

        sleeper.device.expect(publish0(id(1), "1"));
        sleeper.device.expect(new PingResp());
    }

    @Test
    void shouldDeliverInTheSameRoundWhatArrivesMeanwhile() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.device.send(WAKE);
        sleeper.device.expect(publish1(1, id(1), "1"));

        sleeper.deliver("2", QOS_1);
        sleeper.device.send(pubAck(1, 1));

        sleeper.device.expect(publish1(2, id(1), "2"));
        sleeper.device.send(pubAck(1, 2));
        sleeper.device.expect(new PingResp());
    }

    @Test
    void shouldBringNoMoreMessagesThanAllowedInOneRound() {
        Sleeper sleeper = new Sleeper(", max-awake-messages: 2").connected(connect("dev"));
        sleeper.asleep();
        for (int i = 1; i <= 5; i++) {
            sleeper.deliver("" + i, i % 2 == 0 ? QOS_0 : QOS_1);
        }

        assertThat(sleeper.collect()).containsExactly("1", "2");
        assertThat(sleeper.collect()).containsExactly("3", "4");
        assertThat(sleeper.collect()).containsExactly("5");
        assertThat(sleeper.collect()).isEmpty();
    }

    @Test
    void shouldBringAllToADeviceThatIsActiveWhateverOneRoundMayBring() {
        Sleeper sleeper = new Sleeper(", max-awake-messages: 1").connected(connect("dev"));
        for (int i = 1; i <= 3; i++) {
            sleeper.deliver("" + i, QOS_0);
            sleeper.device.expect(publish0(id(1), "" + i));
        }
    }

    @Test
    void shouldRepeatWhatIsUnderWayWhenTheDeviceRepeatsItsPing() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.device.send(WAKE);
        sleeper.device.expect(publish1(1, id(1), "1"));

        sleeper.device.send(WAKE);
        sleeper.device.expect(again(publish1(1, id(1), "1")));
        sleeper.device.expectNothing();
        assertThat(sleeper.gateway.counters().retransmissions.sum()).isEqualTo(1);

        sleeper.device.send(pubAck(1, 1));
        sleeper.device.expect(new PingResp());
        sleeper.device.send(WAKE); // the answer was lost
        sleeper.device.expect(new PingResp());
    }

    @Test
    void shouldLetASilentDeviceFallAsleepAndKeepWhatIsLeft() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.deliver("2", QOS_1);
        sleeper.gateway.advance(Duration.ofMinutes(10));
        sleeper.device.send(WAKE);
        sleeper.device.expect(publish1(1, id(1), "1"));
        for (int i = 0; i < 2; i++) {
            gatewayWaits(sleeper);
            sleeper.device.expect(again(publish1(1, id(1), "1")));
        }
        gatewayWaits(sleeper);

        sleeper.device.expectNothing(); // no PINGRESP
        sleeper.expectState(SessionState.ASLEEP);
        sleeper.expectLost(false);
        assertThat(sleeper.gateway.session("dev").queuedMessages()).isEqualTo(2);
        sleeper.device.send(WAKE);
        sleeper.device.expect(again(publish1(1, id(1), "1")));
        sleeper.device.send(pubAck(1, 1));
        sleeper.device.expect(publish1(2, id(1), "2"));
        sleeper.device.send(pubAck(1, 2));
        sleeper.device.expect(new PingResp());
    }

    private static void gatewayWaits(Sleeper sleeper) {
        sleeper.gateway.advance(RETRY.minus(TICK));
        sleeper.device.expectNothing();
        sleeper.expectState(SessionState.AWAKE);
        sleeper.gateway.advance(TICK);
    }

    @Test
    void shouldCountTheSleepOfASilentDeviceFromTheLastThatWasHeard() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.device.send(WAKE);

        sleeper.gateway.advance(SLEEP.minus(TICK));
        sleeper.expectState(SessionState.ASLEEP);
        sleeper.gateway.advance(TICK);

        sleeper.expectLost(true);
    }

    @Test
    void shouldLoseASilentDeviceWhoseSleepIsShorterThanTheRetries() {
        Sleeper sleeper = new Sleeper("").connected(connect("dev"));
        sleeper.device.send(new Disconnect(1));
        sleeper.deliver("1", QOS_1);
        sleeper.device.send(WAKE);

        sleeper.gateway.advance(RETRY.multipliedBy(3));

        sleeper.expectLost(true);
    }

    @Test
    void shouldKeepTheRestWhenTheDeviceFallsAsleepInTheMiddle() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.deliver("2", QOS_0);
        sleeper.device.send(WAKE);
        sleeper.device.expect(publish1(1, id(1), "1"));

        sleeper.asleep();
        sleeper.gateway.advance(RETRY.multipliedBy(5));
        sleeper.device.expectNothing();
        sleeper.device.send(pubAck(1, 1)); // late
        sleeper.device.expectNothing();

        assertThat(sleeper.collect()).containsExactly("2");
    }

    @Test
    void shouldTakeALateRegAckOfADeviceThatFellAsleep() {
        Sleeper sleeper = new Sleeper("");
        sleeper.device.send(connect("dev"));
        sleeper.device.send(subscribe(1, QOS_1, "#"));
        sleeper.device.skipAll();
        sleeper.uplink.deliver("a/b", "1", QOS_1, "#");
        sleeper.device.expect(new Register(1, 1, "a/b"));
        sleeper.asleep();

        sleeper.device.send(regAck(1, 1));
        sleeper.device.expectNothing();
        sleeper.device.send(WAKE);

        sleeper.device.expect(publish1(2, id(1), "1"));
    }

    @Test
    void shouldLetADeviceSleepThatIsCongested() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.device.send(WAKE);
        sleeper.device.expect(publish1(1, id(1), "1"));

        sleeper.device.send(pubAck(1, 1, ReturnCode.CONGESTION));

        sleeper.device.expect(new PingResp());
        sleeper.expectState(SessionState.ASLEEP);
        sleeper.gateway.advance(Duration.ofMinutes(10));
        sleeper.device.expectNothing();
        assertThat(sleeper.collect()).containsExactly("1");
    }

    @Test
    void shouldAnswerWhenTheLastTopicIsRefused() {
        Sleeper sleeper = new Sleeper("");
        sleeper.device.send(connect("dev"));
        sleeper.device.send(subscribe(1, QOS_1, "#"));
        sleeper.device.skipAll();
        sleeper.asleep();
        sleeper.uplink.deliver("a/b", "1", QOS_1, "#");
        sleeper.device.send(WAKE);
        sleeper.device.expect(new Register(1, 1, "a/b"));

        sleeper.device.send(new RegAck(1, 1, ReturnCode.NOT_SUPPORTED));

        sleeper.device.expect(new PingResp());
        assertThat(sleeper.gateway.counters().undeliverable.sum()).isEqualTo(1);
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
    }

    @Test
    void shouldNotBringWhatTheDeviceUnsubscribedInItsSleep() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.device.send(unsubscribe(2, "a/b"));
        sleeper.device.expect(new UnsubAck(2));

        assertThat(sleeper.collect()).isEmpty();
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
    }

    // ---- other messages of a device that is asleep

    @Test
    void shouldServeADeviceInItsSleep() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.device.send(register(2, "c"));
        sleeper.device.expect(regAck(2, 2));
        sleeper.device.send(publish1(3, id(2), "up"));
        sleeper.uplink.expectPublish("c", QOS_1, "up").accept();
        sleeper.device.expect(pubAck(2, 3));
        sleeper.device.send(subscribe(4, QOS_1, "c"));
        sleeper.device.expect(subAck(4, QOS_1, 2));

        sleeper.device.expectNothing();
        sleeper.expectState(SessionState.ASLEEP);
    }

    @Test
    void shouldAnswerForAPublishWhoseDeviceFellAsleep() {
        Sleeper sleeper = new Sleeper("").connected(connect("dev"));
        sleeper.device.send(publish1(3, id(1), "up"));
        sleeper.asleep();

        sleeper.uplink.expectPublish("a/b", QOS_1, "up").accept();

        sleeper.device.expect(pubAck(1, 3));
    }

    @Test
    void shouldCountTheSleepAnewFromAMessage() {
        Sleeper sleeper = sleeper();
        sleeper.gateway.advance(SLEEP.minus(TICK));
        sleeper.device.send(publish0(id(1), "up"));

        sleeper.gateway.advance(SLEEP.minus(TICK));
        sleeper.expectLost(false);
        sleeper.gateway.advance(TICK);
        sleeper.expectLost(true);
    }

    // ---- leaving

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLetADeviceLeaveInItsSleepAndWhileAwake(boolean awake) {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        if (awake) {
            sleeper.device.send(WAKE);
            sleeper.device.expect(publish1(1, id(1), "1"));
        }

        sleeper.device.send(Disconnect.PLAIN);

        sleeper.device.expect(Disconnect.PLAIN);
        sleeper.device.expectNothing();
        assertThat(sleeper.gateway.sessions()).isZero();
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
        assertThat(sleeper.gateway.loop().armedTimers()).isZero();
        assertThat(sleeper.gateway.counters().devicesConnected.sum()).isZero();
    }

    @Test
    void shouldKeepWhatWaitsWhenADeviceOfAKeptSessionLeavesInItsSleep() {
        Sleeper sleeper = new Sleeper("").connected(connectKept("dev")).asleep();
        sleeper.deliver("1", QOS_1);
        sleeper.device.send(Disconnect.PLAIN);
        sleeper.device.expect(Disconnect.PLAIN);
        assertThat(sleeper.gateway.loop().armedTimers()).isZero();

        sleeper.device.send(connectKept("dev"));

        sleeper.device.expect(connAck());
        sleeper.device.expect(new Register(1, 1, "a/b"));
        sleeper.device.send(regAck(1, 1));
        sleeper.device.expect(publish1(2, id(1), "1"));
    }

    @Test
    void shouldKeepWhatWaitsWhenADeviceOfAKeptSessionIsLost() {
        Sleeper sleeper = new Sleeper("").connected(connectKept("dev")).asleep();
        sleeper.deliver("1", QOS_1);
        sleeper.gateway.advance(SLEEP);
        sleeper.expectState(SessionState.LOST);
        sleeper.deliver("2", QOS_1);
        sleeper.deliver("3", QOS_0); // not kept without a connection

        sleeper.device.send(connectKept("dev"));
        sleeper.device.expect(connAck());
        sleeper.device.expect(new Register(1, 1, "a/b"));
        sleeper.device.send(regAck(1, 1));
        sleeper.device.expect(publish1(2, id(1), "1"));
        sleeper.device.send(pubAck(1, 2));
        sleeper.device.expect(publish1(3, id(1), "2"));
        sleeper.device.send(pubAck(1, 3));
        sleeper.device.expectNothing();
        assertThat(sleeper.gateway.counters().queueDroppedQos0.sum()).isEqualTo(1);
    }

    // ---- CONNECT

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldResumeADeviceThatConnects(boolean awake) {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        sleeper.deliver("2", QOS_0);
        if (awake) {
            sleeper.device.send(WAKE);
            sleeper.device.expect(publish1(1, id(1), "1"));
        }

        sleeper.device.send(connectKept("dev"));

        sleeper.device.expect(connAck());
        sleeper.device.expect(new Register(1, awake ? 2 : 1, "a/b"));
        sleeper.device.send(regAck(1, awake ? 2 : 1));
        sleeper.device.expect(awake ? again(publish1(1, id(1), "1")) : publish1(2, id(1), "1"));
        sleeper.device.send(pubAck(1, awake ? 1 : 2));
        sleeper.device.expect(publish0(id(1), "2"));
        sleeper.device.expectNothing(); // and no PINGRESP
        sleeper.expectState(SessionState.ACTIVE);
        sleeper.uplink.expectNoUnsubscribe();
    }

    @Test
    void shouldRepeatConnAckForARepeatedResumption() {
        Sleeper sleeper = sleeper();
        sleeper.device.send(connectKept("dev"));
        sleeper.device.expect(connAck());

        sleeper.device.send(connectKept("dev"));

        sleeper.device.expect(connAck());
        sleeper.uplink.expectNoUnsubscribe();
        assertThat(sleeper.gateway.counters().connectsAccepted.sum()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldEndACleanSessionThatWasResumedWhenTheDeviceLeaves(boolean repeated) {
        Sleeper sleeper = sleeper();
        sleeper.device.send(connectKept("dev"));
        sleeper.device.expect(connAck());
        if (repeated) { // after something else: not just for the CONNACK
            sleeper.device.send(pingReq());
            sleeper.device.expect(new PingResp());
            sleeper.device.send(connectKept("dev"));
            sleeper.device.expect(connAck());
            sleeper.uplink.expectNoUnsubscribe();
        }

        sleeper.device.send(Disconnect.PLAIN);

        sleeper.device.expect(Disconnect.PLAIN);
        assertThat(sleeper.gateway.sessions()).isZero();
    }

    @Test
    void shouldBeginANewSessionForADeviceThatRestarted() {
        Sleeper sleeper = new Sleeper("").connected(connectKept("dev")).asleep();
        sleeper.deliver("1", QOS_1);

        sleeper.device.send(connect("dev"));

        sleeper.device.expect(connAck());
        sleeper.device.expectNothing();
        sleeper.uplink.expectUnsubscribe("a/b");
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
        sleeper.expectState(SessionState.ACTIVE);
    }

    @Test
    void shouldAskADeviceThatRestartedForItsWillAndKeepWhatWaits() {
        Sleeper sleeper = new Sleeper("").connected(connectKept("dev")).asleep();
        sleeper.deliver("1", QOS_1);

        sleeper.device.send(new Connect(true, false, 60, "dev"));
        sleeper.device.expect(new WillTopicReq());
        sleeper.device.expectNothing();
        assertThat(sleeper.gateway.counters().devicesConnected.sum()).isZero();
        sleeper.device.send(new WillTopic(null));

        sleeper.device.expect(connAck());
        sleeper.device.expect(new Register(1, 1, "a/b"));
    }

    // ---- buffers

    @Test
    void shouldLimitTheMessagesThatWait() {
        Sleeper sleeper = new Sleeper(", sleep-buffer: { messages: 3 }").connected(connect("dev"));
        sleeper.asleep();
        sleeper.deliver("1", QOS_1);
        sleeper.deliver("2", QOS_0);
        sleeper.deliver("3", QOS_0);
        sleeper.deliver("4", QOS_1); // for 2
        sleeper.deliver("5", QOS_1); // for 3
        sleeper.deliver("6", QOS_1);
        sleeper.deliver("7", QOS_0);

        assertThat(sleeper.gateway.counters().queueDroppedQos0.sum()).isEqualTo(3);
        assertThat(sleeper.gateway.counters().queueDroppedQos1.sum()).isEqualTo(1);
        assertThat(sleeper.collect()).containsExactly("1", "4", "5");
    }

    @ParameterizedTest
    @CsvSource({
        "drop-oldest-qos-0, '1 3 4'",
        "drop-oldest,       '3 4 5'",
        "drop-newest,       '1 2 3'",
    })
    void shouldDropAsConfigured(String overflow, String left) {
        Sleeper sleeper = new Sleeper(", sleep-buffer: { messages: 3, overflow: " + overflow + " }");
        sleeper.connected(connect("dev")).asleep();
        sleeper.deliver("1", QOS_1);
        sleeper.deliver("2", QOS_0);
        sleeper.deliver("3", QOS_1);
        sleeper.deliver("4", QOS_1);
        sleeper.deliver("5", QOS_1);

        long dropped = sleeper.gateway.counters().queueDroppedQos0.sum()
                + sleeper.gateway.counters().queueDroppedQos1.sum();
        assertThat(dropped).isEqualTo(2);
        assertThat(sleeper.collect()).containsExactly(left.split(" ", -1));
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
    }

    @Test
    void shouldNotDropWhatWasUnderWayWhenTheDeviceFellAsleep() {
        Sleeper sleeper = new Sleeper(", sleep-buffer: { messages: 2, overflow: drop-oldest }");
        sleeper.connected(connect("dev"));
        sleeper.deliver("1", QOS_1);
        sleeper.device.expect(publish1(1, id(1), "1"));
        sleeper.asleep();

        sleeper.deliver("2", QOS_1);
        sleeper.deliver("3", QOS_1);

        assertThat(sleeper.collect()).containsExactly("1", "3");
    }

    @Test
    void shouldLimitTheOctetsThatWait() {
        Sleeper sleeper = new Sleeper(", sleep-buffer: { bytes: 1KiB, overflow: drop-oldest }");
        sleeper.connected(connect("dev")).asleep();
        sleeper.deliver("1" + "x".repeat(399), QOS_1);
        sleeper.deliver("2" + "x".repeat(399), QOS_1);
        sleeper.deliver("3" + "x".repeat(799), QOS_1); // for both
        sleeper.deliver("4" + "x".repeat(1099), QOS_1); // never fits
        sleeper.deliver("5", QOS_1);

        assertThat(sleeper.gateway.counters().queueDroppedQos1.sum()).isEqualTo(3);
        assertThat(sleeper.collect()).containsExactly("3" + "x".repeat(799), "5");
    }

    @Test
    void shouldLimitTheOctetsThatWaitForAllDevices() {
        Sleeper sleeper = new Sleeper(", sleep-buffer: { bytes: 1MiB }, sleep-buffer-total: 1MiB");
        sleeper.connected(connect("dev")).asleep();
        LockstepDevice other = sleeper.gateway.device(2);
        other.send(connect("other"));
        other.send(subscribe(1, QOS_1, "b"));
        other.send(new Disconnect(SLEEP_SECONDS));
        other.skipAll();
        String large = "x".repeat(60_000);
        for (int i = 0; i < 10; i++) {
            sleeper.deliver(large, QOS_1);
            sleeper.uplink.deliver("b", large, QOS_1, "b");
        }

        assertThat(sleeper.gateway.counters().queueDroppedQos1.sum()).isEqualTo(3);
        assertThat(sleeper.gateway.bufferedOctets()).isBetween(17 * 60_000L, 1L << 20);
        other.send(Disconnect.PLAIN);
        sleeper.deliver(large, QOS_1);
        assertThat(sleeper.gateway.counters().queueDroppedQos1.sum()).isEqualTo(3);
        sleeper.device.send(Disconnect.PLAIN);
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
    }

    @Test
    void shouldKeepNoQos0WhenToldSo() {
        Sleeper sleeper = new Sleeper(", sleep-buffer: { qos-0: false }").connected(connect("dev"));
        sleeper.asleep();
        sleeper.deliver("1", QOS_0);
        sleeper.deliver("2", QOS_1);

        assertThat(sleeper.gateway.counters().queueDroppedQos0.sum()).isEqualTo(1);
        assertThat(sleeper.collect()).containsExactly("2");
    }

    @Test
    void shouldForgetWhatACleanSessionHadWaitingWhenAnotherDeviceTakesTheClientId() {
        Sleeper sleeper = sleeper();
        sleeper.deliver("1", QOS_1);
        LockstepDevice elsewhere = sleeper.gateway.device(2);

        elsewhere.send(connect("dev"));

        elsewhere.expect(connAck());
        sleeper.device.expect(Disconnect.PLAIN);
        elsewhere.expectNothing();
        assertThat(sleeper.gateway.bufferedOctets()).isZero();
    }
}
