// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.publish1;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.session.Session;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.testsupport.LockstepDevice;

/** What one shard does by itself: peers without a session, malformed frames, and whose thread it is. */
final class ShardTest {
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofNanos(1);

    private final TestGateway gateway = TestGateway.start("gateway: { id: 7 }");
    private final LockstepDevice stranger = gateway.device(1);

    // ---- peers without a session

    @Test
    void shouldTellAStrangerToConnectOncePerRetryInterval() {
        stranger.send(pingReq());
        stranger.expect(Disconnect.PLAIN);

        stranger.send(publish1(1, id(1), "x"));
        stranger.send(subscribe(2, Qos.AT_MOST_ONCE, "a"));
        gateway.advance(RETRY_INTERVAL.minus(TICK));
        stranger.send(pingReq());
        stranger.expectNothing();
        gateway.advance(TICK);
        stranger.send(pingReq());
        stranger.expect(Disconnect.PLAIN);
        assertThat(gateway.sessions()).isZero();
    }

    @Test
    void shouldTellEachAddressByItself() {
        for (int number = 1; number <= 50; number++) {
            LockstepDevice one = gateway.device(number);
            one.send(pingReq());
            one.expect(Disconnect.PLAIN);
        }
    }

    @Test
    void shouldNotAnswerADisconnectWithADisconnectWhenItSentOneFirst() {
        stranger.send(pingReq());
        stranger.expect(Disconnect.PLAIN);

        stranger.send(Disconnect.PLAIN);

        stranger.expectNothing();
    }

    @Test
    void shouldDropQosMinus1OfAStranger() {
        stranger.send(new Publish(false, Qos.WITHOUT_SESSION, false, predefined(1), 0, Payload.utf8("x")));

        stranger.expectNothing();
        gateway.uplink().expectNoPublish();
        assertThat(gateway.counters().messagesIgnored.sum()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "01",
                "0100",
                "0216 00",
                "0303",
                "02FD",
                "080C200000000778",
                "0312 20",
                "0A0A00000007612B2B2B"
            })
    void shouldNeverAnswerMalformedFramesOfAStranger(String octets) {
        stranger.sendHex(octets);

        stranger.expectNothing();
        assertThat(gateway.counters().malformed().values()).containsExactly(1L);
        stranger.send(pingReq());
        stranger.expect(Disconnect.PLAIN);
    }

    // ---- SEARCHGW

    @Test
    void shouldAnswerASearchOncePerRetryInterval() {
        stranger.send(new SearchGw(1));
        stranger.expect(new GwInfo(7, Payload.EMPTY));
        stranger.send(new SearchGw(1));
        stranger.expectNothing();

        gateway.advance(RETRY_INTERVAL);
        stranger.send(new SearchGw(1));
        stranger.expect(new GwInfo(7, Payload.EMPTY));
    }

    @Test
    void shouldNotAnswerASearchWhileTheBrokerIsAway() {
        gateway.uplink().setConnected(false);
        stranger.send(new SearchGw(1));
        stranger.expectNothing();

        gateway.uplink().setConnected(true);
        stranger.send(new SearchGw(1));
        stranger.expect(GwInfo.class);
    }

    @Test
    void shouldAnswerASearchOfADeviceThatWasJustToldToConnect() {
        stranger.send(pingReq());
        stranger.expect(Disconnect.PLAIN);
        stranger.send(new SearchGw(1));
        stranger.expect(GwInfo.class);
        stranger.sendHex("09 04 04 02 003C 646576"); // CONNECT of another version
        stranger.expect(connAck(ReturnCode.NOT_SUPPORTED));
    }

    @Test
    void shouldAnswerASearchOfAConnectedDevice() {
        stranger.send(connect("dev"));
        stranger.expect(connAck());

        stranger.send(new SearchGw(1));

        stranger.expect(new GwInfo(7, Payload.EMPTY));
    }

    // ---- malformed frames of a device

    @Test
    void shouldCountMalformedFramesOfADeviceButNotTakeThemForLife() {
        stranger.send(connect("dev"));
        stranger.expect(connAck());
        gateway.advance(Duration.ofSeconds(80));

        stranger.sendHex("0216 00");
        gateway.advance(Duration.ofSeconds(10));

        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(1);
    }

    // ---- threads

    @Test
    void shouldInsistOnItsLoop() {
        stranger.send(connect("dev"));
        stranger.send(subscribe(1, Qos.AT_LEAST_ONCE, "a"));
        Session session = gateway.session("dev");

        assertOffLoop(() -> gateway.shard(0).onFrame(stranger.address(), new DecodeResult.Decoded(pingReq())));
        assertOffLoop(() -> session.onMessage(pingReq()));
        assertOffLoop(() -> session.onConnect(stranger.address(), connect("dev")));
        assertOffLoop(() -> session.onMalformed(new PingResp()));
        assertOffLoop(session::onAddressTaken);
        assertOffLoop(() -> session.onDelivery(new Delivery(
                "a", Payload.EMPTY, Qos.AT_MOST_ONCE, false, new TopicFilter("a"), Delivery.NEVER, () -> {})));
        FakeUplink.Subscription asked = gateway.uplink().expectSubscribe("a");
        assertOffLoop(() -> asked.listener().onGranted(Qos.AT_LEAST_ONCE));
        assertOffLoop(() -> asked.listener().onRefused(PublishOutcome.REFUSED));
    }

    private static void assertOffLoop(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContaining("off its loop");
    }
}
