// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Advertise;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.GwInfo;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.SearchGw;
import org.sngateway.gateway.config.DiscoveryConfig;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.ingress.ClientDirectory;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.session.BufferBudget;
import org.sngateway.gateway.session.SessionSettings;
import org.sngateway.gateway.upstream.SessionKeeper;
import org.sngateway.testsupport.FakeTransport;
import org.sngateway.testsupport.ManualLoop;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport.Port;

/** What a shard does with what is sent to everyone. */
class SearchTest {
    private static final GwInfo GWINFO = new GwInfo(1, Payload.EMPTY);

    private final ManualLoop loop = new ManualLoop();
    private final SwitchedUplink uplink = new SwitchedUplink();
    private final FakeTransport transport = new FakeTransport();
    private final GatewayCounters counters = new GatewayCounters();
    private final DeviceAddress device = transport.address(1);

    private void open(boolean gwInfoToGroup) {
        GatewayConfig defaults = GatewayConfig.defaults();
        GatewayConfig config = new GatewayConfig(
                defaults.gateway(),
                defaults.listeners(),
                new DiscoveryConfig(null, List.of(), List.of(), 1, gwInfoToGroup, 0),
                defaults.upstream(),
                defaults.topics(),
                defaults.sessions(),
                defaults.admission(),
                defaults.store(),
                defaults.admin());
        SessionSettings settings = new SessionSettings(
                config, counters, new BufferBudget(1 << 20), SessionKeeper.GATEWAY, null, InstantSource.system());
        Shard shard = new Shard(loop, uplink, List.of(transport), new ClientDirectory(10), settings);
        var unused = transport.open(List.of(new Port(loop, shard)));
        uplink.connected(true);
    }

    @Test
    void shouldAnswerSearchToSenderOnly() {
        open(false);
        transport.receiveBroadcast(device, new SearchGw(3));
        assertThat(transport.poll(device)).isEqualTo(GWINFO);
        assertThat(transport.sent()).isEmpty();
        assertThat(transport.pollBroadcast()).isNull();
    }

    @Test
    void shouldAnswerSearchToEveryoneTooWhenConfigured() {
        open(true);
        transport.receiveBroadcast(device, new SearchGw(3));
        assertThat(transport.poll(device)).isEqualTo(GWINFO);
        assertThat(transport.pollBroadcast()).isEqualTo(new FakeTransport.Broadcast(GWINFO, 3));

        transport.receiveBroadcast(device, new SearchGw(3));
        assertThat(transport.pollBroadcast()).isNull();
    }

    @Test
    void shouldAnswerOnceWithinRetryIntervalHoweverItIsAsked() {
        open(false);
        transport.receiveBroadcast(device, new SearchGw(0));
        transport.receive(device, new SearchGw(0));
        transport.receiveBroadcast(device, new SearchGw(0));
        assertThat(transport.sentTo(device)).containsExactly(GWINFO);

        loop.advance(GatewayConfig.defaults().sessions().retryInterval());
        transport.receiveBroadcast(device, new SearchGw(0));
        assertThat(transport.sentTo(device)).hasSize(2);
    }

    @Test
    void shouldNotAnswerWhileBrokerIsAway() {
        open(true);
        uplink.connected(false);
        transport.receiveBroadcast(device, new SearchGw(0));
        assertThat(transport.sent()).isEmpty();
        assertThat(transport.pollBroadcast()).isNull();
        uplink.connected(true);
        transport.receiveBroadcast(device, new SearchGw(0));
        assertThat(transport.poll(device)).isEqualTo(GWINFO);
    }

    @Test
    void shouldActOnNothingElseThatIsSentToEveryone() {
        open(false);
        transport.receiveBroadcast(device, new Connect(false, true, 60, "d"));
        transport.receiveBroadcast(device, new PingReq("d"));
        transport.receiveBroadcast(device, new GwInfo(2, Payload.EMPTY));
        transport.receiveBroadcast(device, new Advertise(2, 900));
        assertThat(transport.sent()).isEmpty();
        assertThat(counters.messagesIgnored.sum()).isEqualTo(4);
        assertThat(counters.malformed()).isEmpty();

        transport.receiveBroadcast(device, Payload.wrap(new byte[] {2, 0x7F}));
        assertThat(transport.sent()).isEmpty();
        assertThat(counters.malformed()).hasSize(1);
    }

    @Test
    void shouldAnswerConnectedDeviceAndTakeThatForSignOfLife() {
        open(false);
        transport.receive(device, new Connect(false, true, 60, "d"));
        transport.clearSent();
        for (int i = 0; i < 10; i++) {
            loop.advance(Duration.ofSeconds(20));
            transport.receive(device, new SearchGw(0));
        }
        assertThat(transport.sentTo(device)).hasSize(10).containsOnly(GWINFO);
        assertThat(counters.devicesLost.sum()).isZero();
    }
}
