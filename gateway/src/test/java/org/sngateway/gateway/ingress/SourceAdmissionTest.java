// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.Refusal;
import org.sngateway.gateway.security.AdmissionRules;
import org.sngateway.testsupport.ManualLoop;

class SourceAdmissionTest {
    private static final InetSocketAddress INSIDE = new InetSocketAddress("10.0.0.1", 1000);
    private static final InetSocketAddress INSIDE_TOO = new InetSocketAddress("10.0.0.2", 1000);
    private static final InetSocketAddress OUTSIDE = new InetSocketAddress("203.0.113.5", 1000);

    @TempDir
    private Path directory;

    private final ManualLoop loop = new ManualLoop();
    private final GatewayCounters counters = new GatewayCounters();

    private AdmissionRules rules(String admission) throws IOException, InvalidConfigException {
        Path file = Files.writeString(directory.resolve("sn-gateway.yaml"), "admission: { " + admission + " }");
        return new AdmissionRules(ConfigReader.read(file).admission());
    }

    private SourceAdmission gate(String admission) throws IOException, InvalidConfigException {
        return new SourceAdmission(loop, rules(admission), new Refusals(loop, counters));
    }

    @Test
    void shouldLetEverythingInWhereNothingIsSaid() throws Exception {
        SourceAdmission gate = gate("");
        for (int i = 0; i < 1000; i++) {
            assertThat(gate.admits(OUTSIDE)).isTrue();
        }
    }

    @Test
    void shouldCountWhatComesFromOtherNetworks() throws Exception {
        SourceAdmission gate = gate("networks: { allow: \"10.0.0.0/8\", deny: \"10.0.0.2\" }");

        assertThat(gate.admits(INSIDE)).isTrue();
        assertThat(gate.admits(INSIDE_TOO)).isFalse();
        assertThat(gate.admits(OUTSIDE)).isFalse();
        assertThat(counters.refusals(Refusal.NETWORK)).isEqualTo(2);
    }

    @Test
    void shouldCountWhatASourceSendsBeyondItsRate() throws Exception {
        SourceAdmission gate = gate("rate: { per-source: 10/s }");
        int admitted = 0;
        for (int i = 0; i < 100; i++) {
            admitted += gate.admits(INSIDE) ? 1 : 0;
        }

        assertThat(admitted).isEqualTo(10);
        assertThat(counters.refusals(Refusal.SOURCE_RATE)).isEqualTo(90);
        assertThat(gate.admits(INSIDE_TOO)).isTrue();
        loop.advance(Duration.ofMillis(100));
        assertThat(gate.admits(new InetSocketAddress("10.0.0.1", 2000)))
                .as("any port")
                .isTrue();
        assertThat(gate.admits(INSIDE)).isFalse();
    }

    @Test
    void shouldTakeOtherRules() throws Exception {
        SourceAdmission gate = gate("rate: { per-source: 1/s }");
        assertThat(gate.admits(INSIDE)).isTrue();

        gate.use(rules("rate: { per-source: 1/s }, networks: { deny: \"10.0.0.2\" }"));
        assertThat(gate.admits(INSIDE)).as("no new tokens").isFalse();
        assertThat(gate.admits(INSIDE_TOO)).isFalse();

        gate.use(rules("rate: { per-source: 2/s }"));
        assertThat(gate.admits(INSIDE)).isTrue();
        assertThat(gate.admits(INSIDE)).isTrue();
        assertThat(gate.admits(INSIDE)).isFalse();
        gate.use(rules(""));
        assertThat(gate.admits(INSIDE)).isTrue();
    }
}
