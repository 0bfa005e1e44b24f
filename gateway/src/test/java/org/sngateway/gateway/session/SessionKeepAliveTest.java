// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;
import static org.sngateway.testsupport.Messages.pingReq;
import static org.sngateway.testsupport.Messages.subscribe;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.testsupport.LockstepDevice;

/** How long a device may be silent, MQTT-SN 1.2 §6.11 and §7.2. */
final class SessionKeepAliveTest {
    private static final Duration TICK = Duration.ofNanos(1);

    private final TestGateway gateway = TestGateway.start();
    private final FakeUplink uplink = gateway.uplink();
    private final LockstepDevice device = gateway.device(1);

    @ParameterizedTest
    @CsvSource({
        "1,     PT10S", // never less than the retry interval
        "6,     PT10S",
        "7,     PT10.5S",
        "30,    PT45S",
        "60,    PT90S",
        "61,    PT67.1S",
        "3600,  PT66M",
        "65535, PT72088.5S",
        "0,     PT24H", // the idle limit
    })
    void shouldLoseADeviceThatIsSilentForLongerThanTolerated(int keepAliveSeconds, Duration tolerated) {
        device.send(new Connect(false, true, keepAliveSeconds, "dev"));
        device.expect(connAck());

        gateway.advance(tolerated.minus(TICK));
        assertThat(gateway.counters().devicesLost.sum()).isZero();
        gateway.advance(TICK);

        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(1);
        assertThat(gateway.counters().devicesConnected.sum()).isZero();
        assertThat(gateway.sessions()).isZero();
        assertThat(gateway.loop().armedTimers()).isZero();
        device.expectNothing();
    }

    @Test
    void shouldTakeAnyMessageForLife() {
        device.send(connect("dev"));
        device.send(pingReq());
        assertAliveAfterTolerance();
        device.send(new PubComp(7)); // ignored otherwise
        assertAliveAfterTolerance();
        device.send(new SearchGw(0));
        assertAliveAfterTolerance();
        device.send(connect("dev"));
        assertAliveAfterTolerance();

        gateway.advance(TICK);
        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(1);
    }

    @Test
    void shouldTakeARetransmittedConnectForLife() {
        device.send(connect("dev"));
        gateway.advance(Duration.ofSeconds(89));
        device.send(connect("dev"));
        assertAliveAfterTolerance();
    }

    @Test
    void shouldFollowTheKeepAliveOfTheLastConnect() {
        device.send(new Connect(false, true, 3600, "dev"));
        device.send(new Connect(false, true, 10, "dev"));

        gateway.advance(Duration.ofSeconds(15));

        assertThat(gateway.counters().devicesLost.sum()).isEqualTo(1);
    }

    @Test
    void shouldKeepALostSessionThatIsToBeKept() {
        uplink.grantSubscriptions(Qos.AT_LEAST_ONCE);
        device.send(connectKept("dev"));
        device.send(subscribe(1, Qos.AT_LEAST_ONCE, "a/b"));
        device.skipAll();

        gateway.advance(Duration.ofSeconds(90));

        assertThat(gateway.session("dev").state()).isEqualTo(SessionState.LOST);
        uplink.expectNoUnsubscribe();
        device.send(pingReq());
        device.expect(Disconnect.PLAIN);
    }

    @Test
    void shouldNeedOneTimerHoweverManyMessagesADeviceSends() {
        device.send(connect("dev"));
        device.expect(connAck());
        for (int i = 0; i < 100; i++) {
            gateway.advance(Duration.ofSeconds(1));
            device.send(pingReq());
            device.expect(PingResp.class);
        }
        assertThat(gateway.loop().armedTimers()).isEqualTo(1);
    }

    /** Just before it would be lost the device is still served. */
    private void assertAliveAfterTolerance() {
        gateway.advance(Duration.ofSeconds(90).minus(TICK));
        assertThat(gateway.counters().devicesLost.sum()).isZero();
    }
}
