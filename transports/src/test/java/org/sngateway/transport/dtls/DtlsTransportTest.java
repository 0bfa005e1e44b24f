// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.SourceGate;

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
            assertThat(stats.certificateEnds()).isNull();
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

    @Test
    void shouldNotEvenAnswerAHandshakeThatTheGateDoesNotAdmit() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node good = connected(nodes, "pump-7");
            AtomicInteger asked = new AtomicInteger();
            gateway.gate = source -> {
                asked.incrementAndGet();
                return false;
            };

            nodes.node("pump-8", KEY).send(new PingReq(""));
            await(gateway, () -> asked.get() > 0);
            assertThat(gateway.transport.dtlsStats().handshakesUnderWay()).isZero();
            assertThat(gateway.transport.dtlsStats().connections()).isEqualTo(1);

            gateway.gate = SourceGate.OPEN;
            stillWorks(good);
        }
    }

    @Test
    void shouldCountAWrongKey() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node good = connected(nodes, "pump-7");

            nodes.node("pump-8", PskKey.of(new byte[] {9})).send(new PingReq(""));

            await(gateway, () -> failures(gateway, HandshakeFailure.WRONG_KEY) == 1);
            stillWorks(good);
            assertThat(gateway.transport.dtlsStats().connections()).isEqualTo(1);
        }
    }

    @Test
    void shouldCountAnUnknownIdentity() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node good = connected(nodes, "pump-7");

            nodes.node("stranger", KEY).send(new PingReq(""));

            await(gateway, () -> failures(gateway, HandshakeFailure.UNKNOWN_IDENTITY) == 1);
            stillWorks(good);
        }
    }

    @Test
    void shouldDropAndCountWhatIsReplayed() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node node = connected(nodes, "pump-7");
            byte[] record = node.sent.get(node.sent.size() - 1);

            for (int i = 0; i < 100; i++) {
                node.sendRaw(record);
            }

            await(gateway, () -> drops(gateway, RecordDrop.REPLAYED) == 100);
            stillWorks(node);
            assertThat(gateway.transport.stats().framesIn()).isEqualTo(2);
        }
    }

    @Test
    void shouldDropAndCountWhatIsForged() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node node = connected(nodes, "pump-7");
            byte[] record = node.sent.get(node.sent.size() - 1).clone();
            record[9] = 1; // another sequence number, far ahead

            for (int i = 0; i < 100; i++) {
                record[10]++;
                nodes.node("pump-8", KEY).sendRaw(record); // from a new address each
            }

            await(gateway, () -> drops(gateway, RecordDrop.FORGED) == 100);
            stillWorks(node);
            assertThat(gateway.transport.dtlsStats().moves()).isZero();
        }
    }

    @Test
    void shouldCountRecordsOfNoConnection() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node node = connected(nodes, "pump-7");
            byte[] record = node.sent.get(node.sent.size() - 1).clone();
            record[14] ^= 1; // another connection id

            node.sendRaw(record);

            await(gateway, () -> drops(gateway, RecordDrop.NO_CONNECTION) == 1);
        }
    }

    @Test
    void shouldKeepNothingOfClientHellosWithoutCookie() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node good = connected(nodes, "pump-7");
            byte[] hello = good.sent.get(0);
            List<DtlsNodes.Node> sources =
                    Stream.generate(() -> nodes.node("pump-8", KEY)).limit(50).toList();

            for (int i = 0; i < 200; i++) {
                for (DtlsNodes.Node source : sources) {
                    source.sendRaw(hello);
                }
                stillWorks(good);
                assertThat(gateway.transport.dtlsStats().handshakesUnderWay()).isZero();
            }

            assertThat(gateway.transport.dtlsStats().connections()).isEqualTo(1);
            connected(nodes, "pump-8");
        }
    }

    @Test
    void shouldLimitHandshakesOfOneSource() throws Exception {
        try (EchoListener gateway = new EchoListener(1, KEYS, limits(10_000, 1000, 2));
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            for (int i = 0; i < 10; i++) {
                nodes.node("pump-7", KEY).send(new PingReq(""));
            }

            await(
                    gateway,
                    () -> failures(gateway, HandshakeFailure.LIMIT)
                                    + gateway.transport.dtlsStats().fullHandshakes()
                            == 10);
            assertThat(failures(gateway, HandshakeFailure.LIMIT)).isPositive();
            assertThat(gateway.transport.dtlsStats().fullHandshakes()).isPositive();
        }
    }

    @Test
    void shouldLimitHandshakesUnderWay() throws Exception {
        try (EchoListener gateway = new EchoListener(1, KEYS, limits(10_000, 3, 0));
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            for (int i = 0; i < 3; i++) { // which stay under way, as the peer is not told
                nodes.node("stranger", KEY).send(new PingReq(""));
            }
            await(gateway, () -> failures(gateway, HandshakeFailure.UNKNOWN_IDENTITY) == 3);

            nodes.node("pump-7", KEY).send(new PingReq(""));

            await(gateway, () -> failures(gateway, HandshakeFailure.LIMIT) == 1);
            assertThat(gateway.transport.dtlsStats().handshakesUnderWay()).isEqualTo(3);
        }
    }

    @Test
    void shouldLimitConnections() throws Exception {
        try (EchoListener gateway = new EchoListener(1, KEYS, limits(3, 1000, 0));
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            List<DtlsNodes.Node> good = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                good.add(connected(nodes, "pump-7"));
            }

            nodes.node("pump-8", KEY).send(new PingReq(""));
            for (DtlsNodes.Node node : good) {
                stillWorks(node);
            }

            assertThat(gateway.transport.dtlsStats().connections()).isEqualTo(3);
        }
    }

    @Test
    void shouldTakeNewKeysWithoutDisturbingTheOthers() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node stays = connected(nodes, "pump-7");
            DtlsNodes.Node goes = connected(nodes, "pump-8");

            gateway.transport.use(new DtlsCredentials(Map.of("pump-7", KEY, "pump-9", KEY), null, List.of()));

            await(gateway, () -> gateway.transport.dtlsStats().connections() == 1);
            stillWorks(stays);
            connected(nodes, "pump-9");
            goes.resume();
            goes.send(new PingReq(""));
            await(gateway, () -> failures(gateway, HandshakeFailure.UNKNOWN_IDENTITY) == 1);
            assertThat(gateway.transport.dtlsStats().resumptions()).isZero();
        }
    }

    @Test
    void shouldTakeUpASessionOnAnyPort() throws Exception {
        try (EchoListener gateway = new EchoListener(4, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, false)) {
            DtlsNodes.Node node = connected(nodes, "pump-7");

            for (int i = 0; i < 8; i++) {
                node.move();
                node.resume();
                stillWorks(node);
            }

            assertThat(gateway.transport.dtlsStats().fullHandshakes()).isEqualTo(1);
            assertThat(gateway.transport.dtlsStats().resumptions()).isEqualTo(8);
            assertThat(gateway.heard)
                    .allSatisfy(one -> assertThat(one.from().identity()).isEqualTo("pump-7"));
        }
    }

    @Test
    void shouldEndAConnectionByItsAlertWithoutAWordAbove() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node node = connected(nodes, "pump-7");
            gateway.hears();

            node.closeConnection();
            stillWorks(node);

            assertThat(gateway.hears().from().identity()).isEqualTo("pump-7");
            assertThat(gateway.heard).isEmpty();
            assertThat(gateway.transport.dtlsStats().resumptions()).isEqualTo(1);
        }
    }

    @Test
    void shouldServeWithoutConnectionIds() throws Exception {
        try (EchoListener gateway = new EchoListener(2, KEYS, config -> with(config, false));
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node node = connected(nodes, "pump-7");
            stillWorks(node);

            node.move();
            node.send(new PingReq(""));
            await(gateway, () -> drops(gateway, RecordDrop.NO_CONNECTION) == 1);
            node.resume();
            stillWorks(node);

            assertThat(gateway.transport.dtlsStats().resumptions()).isEqualTo(1);
        }
    }

    @Test
    void shouldSayThatItsAddressIsTaken() throws Exception {
        try (EchoListener gateway = new EchoListener(1, KEYS)) {
            assertThatThrownBy(() -> new EchoListener(
                            1,
                            KEYS,
                            config -> new DtlsTransportConfig(
                                    config.listener(),
                                    gateway.address,
                                    config.receiveBufferOctets(),
                                    config.maxFrameOctets(),
                                    config.connectionId(),
                                    config.clientCertificates(),
                                    config.maxConnections(),
                                    config.idleBeforeReplaced(),
                                    config.maxHandshakes(),
                                    config.handshakesPerSecond())))
                    .hasRootCauseInstanceOf(IOException.class)
                    .hasMessageContaining("cannot bind dtls:127.0.0.1:" + gateway.address.getPort());
        }
    }

    @Test
    void shouldNeverShowAKey() {
        assertThat(new DtlsCredentials(Map.of("pump-7", PskKey.of(new byte[] {77, 78})), null, List.of()))
                .asString()
                .doesNotContain("77");
        assertThat(PskKey.of(new byte[] {77, 78})).hasToString("PskKey[2 octets]");
    }

    @Test
    void shouldCarryTheLargestFrame() throws Exception {
        try (EchoListener gateway = new EchoListener(1, KEYS);
                DtlsNodes nodes = new DtlsNodes(gateway.address, true)) {
            DtlsNodes.Node node = nodes.node("pump-7", KEY);
            Publish largest = new Publish(
                    false, Qos.AT_MOST_ONCE, false, new TopicRef.Normal(1), 0, Payload.wrap(new byte[2048 - 9]));

            node.send(largest);

            assertThat(gateway.hears().frame()).isEqualTo(new DecodeResult.Decoded(largest));
        }
    }

    private static DtlsNodes.Node connected(DtlsNodes nodes, String identity) throws InterruptedException {
        DtlsNodes.Node node = nodes.node(identity, KEY);
        node.send(new Connect(false, true, 60, identity));
        assertThat(node.expect()).isEqualTo(new ConnAck(ReturnCode.ACCEPTED));
        return node;
    }

    private static void stillWorks(DtlsNodes.Node node) throws InterruptedException {
        node.send(new PingReq(""));
        assertThat(node.expect()).isEqualTo(new PingResp());
    }

    private static UnaryOperator<DtlsTransportConfig> limits(int connections, int handshakes, int perSecond) {
        return config -> new DtlsTransportConfig(
                config.listener(),
                config.bind(),
                config.receiveBufferOctets(),
                config.maxFrameOctets(),
                config.connectionId(),
                config.clientCertificates(),
                connections,
                config.idleBeforeReplaced(),
                handshakes,
                perSecond);
    }

    private static DtlsTransportConfig with(DtlsTransportConfig config, boolean connectionId) {
        return new DtlsTransportConfig(
                config.listener(),
                config.bind(),
                config.receiveBufferOctets(),
                config.maxFrameOctets(),
                connectionId,
                config.clientCertificates(),
                config.maxConnections(),
                config.idleBeforeReplaced(),
                config.maxHandshakes(),
                config.handshakesPerSecond());
    }

    private static long failures(EchoListener gateway, HandshakeFailure cause) {
        return gateway.transport.dtlsStats().failedHandshakes().getOrDefault(cause, -1L);
    }

    private static long drops(EchoListener gateway, RecordDrop reason) {
        return gateway.transport.dtlsStats().droppedRecords().getOrDefault(reason, -1L);
    }

    /** Counters are written a moment after what they count. */
    static void await(EchoListener gateway, BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; !condition.getAsBoolean(); i++) {
            assertThat(i).as("%s", gateway.transport.dtlsStats()).isLessThan(3000);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
