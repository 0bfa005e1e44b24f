// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Devices and sink with a {@link TinyGateway} between them, over loopback. */
@Timeout(120)
class DeviceLoadIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final Settings SETTINGS =
            new Settings(Duration.ofMillis(200), Duration.ofMillis(500), 2, 20, 64, 32, 0, 500, 64, 1000, true);

    private final SourceAddresses sources = new SourceAddresses();

    @Test
    void shouldAcknowledgeUplinkQos1() throws Exception {
        Row row = run(Scenario.UPLINK_QOS1, SETTINGS, 0);
        assertThat(messages(row)).isGreaterThan(1000);
        assertThat(row.medians()).containsKeys(Figures.P50_MICROS, Figures.P99_MICROS);
        assertThat(row.counts())
                .containsEntry("acknowledgedButNotAtBroker", 0L)
                .containsEntry("unacknowledged", 0L)
                .containsEntry("refused", 0L)
                .containsEntry("sessionsLost", 0L);
    }

    @Test
    void shouldRepeatWhatIsLost() throws Exception {
        Settings settings =
                new Settings(Duration.ofMillis(500), Duration.ofMillis(1500), 1, 20, 64, 32, 0, 500, 64, 1000, false);
        Row row = run(Scenario.UPLINK_QOS1, settings, 50);
        assertThat(row.counts().get("retransmissions")).isPositive();
        assertThat(row.counts()).containsEntry("unacknowledged", 0L).containsEntry("sessionsLost", 0L);
        assertThat(messages(row)).isGreaterThan(50);
    }

    @Test
    void shouldCountUplinkQos0AndItsLoss() throws Exception {
        Row row = run(Scenario.UPLINK_QOS0, SETTINGS, 0);
        assertThat(messages(row)).isGreaterThan(1000);
        assertThat(row.counts()).containsEntry("lost", 0L);

        Row lossy = run(Scenario.UPLINK_QOS0, SETTINGS, 100);
        long sent = lossy.counts().getOrDefault("sent", 0L);
        assertThat(lossy.counts().get("lost")).isBetween(sent / 100 - 5, sent / 100 + 5);
    }

    @Test
    void shouldDeliverDownlinkQos1() throws Exception {
        Row row = run(Scenario.DOWNLINK_QOS1, SETTINGS, 0);
        assertThat(messages(row)).isGreaterThan(1000);
        assertThat(row.counts())
                .containsEntry("lost", 0L)
                .containsEntry("unsubscribed", 0L)
                .containsEntry("duplicates", 0L);
        assertThat(row.counts().get("acknowledgedToBroker"))
                .isEqualTo(row.counts().get("sent"));
    }

    @Test
    void shouldDeliverDownlinkAtRate() throws Exception {
        Settings settings = new Settings(
                Duration.ofMillis(200), Duration.ofMillis(1000), 1, 20, 64, 32, 1000, 500, 64, 1000, false);
        Row row = run(Scenario.DOWNLINK_QOS1, settings, 0);
        assertThat(perSecond(row.medians())).isBetween(700.0, 1300.0);
    }

    @Test
    void shouldConnectManyAndDisconnectThemAgain() throws Exception {
        Row row = run(Scenario.CONNECTS, SETTINGS, 0);
        assertThat(row.figures()).hasSize(2);
        assertThat(perSecond(row.medians())).isPositive();
        assertThat(row.counts()).containsEntry("failed", 0L).containsEntry("failedToLeave", 0L);
    }

    @Test
    void shouldSayThatNobodyAnswers() throws Exception {
        try (LoadLoop loop = LoadLoop.start("devices")) {
            DeviceLoad load = new DeviceLoad(loop, Loopback.port(9), 64, sources);
            List<Device> devices = load.create(1, Device.Role.IDLE);
            Handshakes.Outcome outcome = load.join(devices, 1, LIMIT);
            assertThat(outcome.failed()).isEqualTo(1);
            assertThat(load.cutStats().unreachable).isPositive();
        }
    }

    @Test
    void shouldMeasureItsOwnCeiling() throws Exception {
        assertThat(perSecond(Ceiling.measure(SETTINGS, sources))).isGreaterThan(1000);
    }

    private static double perSecond(Map<String, Double> figures) {
        return figures.getOrDefault(Figures.PER_SECOND, 0.0);
    }

    private static double messages(Row row) {
        return perSecond(row.medians())
                * SETTINGS.measured().toMillis()
                / 1000
                * row.figures().size();
    }

    private Row run(Scenario scenario, Settings settings, int loseEvery) throws Exception {
        try (Rig rig = Rig.open(settings, 0, sources, sinkPort -> tiny(sinkPort, loseEvery))) {
            return scenario == Scenario.CONNECTS
                    ? Sessions.connectRate(rig, settings)
                    : Throughput.run(scenario, rig, settings);
        }
    }

    private static GatewayUnderTest tiny(int sinkPort, int loseEvery) throws LoadFailure {
        try {
            return new Tiny(TinyGateway.start(sinkPort, 0, loseEvery));
        } catch (IOException e) {
            throw new LoadFailure("no tiny gateway", e);
        }
    }

    private record Tiny(TinyGateway tiny) implements GatewayUnderTest {
        @Override
        public InetSocketAddress address() {
            return tiny.address();
        }

        @Override
        public Optional<ProcessProbe> process() {
            return Optional.empty();
        }

        @Override
        public void checkAlive() {}

        @Override
        public void close() {
            tiny.close();
        }
    }
}
