// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Advertise;
import org.sngateway.gateway.config.DiscoveryConfig;
import org.sngateway.testsupport.FakeTransport;
import org.sngateway.testsupport.ManualLoop;
import org.sngateway.transport.Transport.Port;

class AdvertiserTest {
    private static final Duration INTERVAL = Duration.ofMinutes(15);
    private static final FakeTransport.Broadcast ADVERTISE = new FakeTransport.Broadcast(new Advertise(7, 900), 2);

    private final ManualLoop loop = new ManualLoop();
    private final SwitchedUplink uplink = new SwitchedUplink();
    private final FakeTransport transport = new FakeTransport();
    private final FakeTransport other = new FakeTransport(1, 1400);
    private final Advertiser advertiser = new Advertiser(loop, uplink, List.of(transport, other), 7, config(INTERVAL));

    @BeforeEach
    void open() {
        for (FakeTransport each : List.of(transport, other)) {
            var unused = each.open(List.of(new Port(loop, (from, frame) -> {})));
        }
    }

    private static DiscoveryConfig config(@Nullable Duration interval) {
        return new DiscoveryConfig(interval, List.of(), List.of(), 1, false, 2);
    }

    private void assertAdvertisedOnce() {
        for (FakeTransport each : List.of(transport, other)) {
            assertThat(each.pollBroadcast()).isEqualTo(ADVERTISE);
        }
        assertSilent();
    }

    private void assertSilent() {
        for (FakeTransport each : List.of(transport, other)) {
            assertThat(each.pollBroadcast()).isNull();
        }
    }

    @Test
    void shouldAdvertiseAtOnceWhenBrokerIsThere() {
        uplink.connected(true);
        advertiser.start();
        loop.runPending();
        assertAdvertisedOnce();
    }

    @Test
    void shouldAdvertiseOnEveryListenerOncePerInterval() {
        uplink.connected(true);
        advertiser.start();
        loop.runPending();
        for (int i = 0; i < 3; i++) {
            assertAdvertisedOnce();
            loop.advance(INTERVAL.minusNanos(1));
            assertSilent();
            loop.advance(Duration.ofNanos(1));
        }
        assertAdvertisedOnce();
    }

    @Test
    void shouldAdvertiseEverySecondWhenThatIsTheInterval() {
        DiscoveryConfig config = config(Duration.ofSeconds(1));
        uplink.connected(true);
        new Advertiser(loop, uplink, List.of(transport), 7, config).start();
        loop.advance(Duration.ofMillis(2500));
        for (int i = 0; i < 3; i++) {
            assertThat(transport.pollBroadcast()).isEqualTo(new FakeTransport.Broadcast(new Advertise(7, 1), 2));
        }
        assertSilent();
    }

    @Test
    void shouldBeSilentUntilBrokerComesAndAdvertiseWithinSecond() {
        advertiser.start();
        loop.advance(Duration.ofHours(1));
        assertSilent();

        uplink.connected(true);
        loop.advance(Duration.ofSeconds(1));
        assertAdvertisedOnce();
        loop.advance(INTERVAL.minusSeconds(1));
        assertSilent();
    }

    @Test
    void shouldBeSilentWhileBrokerIsAwayAndBeginAnewWhenItIsBack() {
        uplink.connected(true);
        advertiser.start();
        loop.runPending();
        assertAdvertisedOnce();

        uplink.connected(false);
        loop.advance(INTERVAL.multipliedBy(3));
        assertSilent();

        uplink.connected(true);
        loop.advance(Duration.ofSeconds(1));
        assertAdvertisedOnce();
        loop.advance(INTERVAL);
        assertAdvertisedOnce();
    }

    @Test
    void shouldNotAdvertiseWhenBrokerIsLostAtTheLastMoment() {
        uplink.connected(true);
        advertiser.start();
        loop.advance(INTERVAL.minusMillis(1));
        assertAdvertisedOnce();

        uplink.connected(false);
        loop.advance(Duration.ofMillis(1));
        assertSilent();
    }

    @Test
    void shouldSendTheLongestIntervalAsItIs() {
        uplink.connected(true);
        new Advertiser(loop, uplink, List.of(transport), 255, config(Duration.ofHours(18))).start();
        loop.runPending();
        assertThat(transport.pollBroadcast()).isEqualTo(new FakeTransport.Broadcast(new Advertise(255, 64_800), 2));
    }

    @Test
    void shouldSendNothingOnceStopped() {
        uplink.connected(true);
        advertiser.start();
        advertiser.stop();
        advertiser.stop();
        loop.runPending();
        assertAdvertisedOnce();
        loop.advance(INTERVAL.multipliedBy(2));
        assertSilent();
        assertThat(loop.armedTimers()).isZero();
    }

    @Test
    void shouldNotBeginWhenStoppedBefore() {
        uplink.connected(true);
        advertiser.stop();
        advertiser.start();
        loop.advance(INTERVAL);
        assertSilent();
        assertThat(loop.armedTimers()).isZero();
    }

    @Test
    void shouldRefuseConfigurationWithoutInterval() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Advertiser(loop, uplink, List.of(transport), 7, config(null)));
    }
}
