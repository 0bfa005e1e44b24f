// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.transport.DeviceAddress;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DtlsTransportTest {
    private static final PskKey KEY = PskKey.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final DtlsCredentials KEYS =
            new DtlsCredentials(Map.of("pump-7", KEY, "pump-8", KEY), null, List.of());

    @Test
    void shouldDeliverFramesWithTheProvenIdentity() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node node = nodes.node("pump-7", KEY);

            node.send(new Connect(false, true, 60, "pump-7"));

            assertThat(node.expect()).isEqualTo(new ConnAck(ReturnCode.ACCEPTED));
            DeviceAddress from = gateway.hears().from();
            assertThat(from).isEqualTo(new DeviceAddress.Dtls(3, 1, "pump-7"));
            assertThat(from.identity()).isEqualTo("pump-7");
            DtlsStats stats = gateway.transport.dtlsStats();
            assertThat(stats.fullHandshakes()).isEqualTo(1);
            assertThat(stats.connections()).isEqualTo(1);
            assertThat(stats.handshakesUnderWay()).isZero();
            assertThat(gateway.transport.stats().framesIn()).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepTheAddressOfANodeThatMoves() throws Exception {
        try (EchoListener gateway = new EchoListener(4, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node node = nodes.node("pump-7", KEY);
            node.send(new Connect(false, true, 60, "pump-7"));
            node.expect();
            EchoListener.Heard first = gateway.hears();

            for (int i = 0; i < 10; i++) {
                node.move();
                node.send(new PingReq("pump-7"));

                assertThat(node.expect()).isEqualTo(new PingResp());
                EchoListener.Heard next = gateway.hears();
                assertThat(next.from()).isEqualTo(first.from());
                assertThat(next.loop()).isSameAs(first.loop());
            }
            assertThat(gateway.transport.dtlsStats().moves()).isEqualTo(10);
            assertThat(gateway.transport.dtlsStats().fullHandshakes()).isEqualTo(1);
        }
    }
}
