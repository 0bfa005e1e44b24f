// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigChangeTest {
    @TempDir
    private Path directory;

    private LoadedConfig load(String yaml) throws IOException, InvalidConfigException {
        return ConfigReader.load(Files.writeString(directory.resolve("sn-gateway.yaml"), yaml));
    }

    private ConfigChange change(String before, String after) throws IOException, InvalidConfigException {
        return ConfigChange.between(load(before), load(after));
    }

    @Test
    void shouldFindNothingWhereTheSameIsSaidInOtherWords() throws Exception {
        ConfigChange change = change("", """
                # a comment
                sessions: { retry-interval: 10s, max: 50000 }
                listeners: [{ type: udp, bind: "0.0.0.0:1884" }]
                """);

        assertThat(change.applied()).isEmpty();
        assertThat(change.effective().config()).isEqualTo(GatewayConfig.defaults());
    }

    @Test
    void shouldTellWhatIsAppliedFromWhatNeedsARestart() throws Exception {
        ConfigChange change = change("", """
                gateway: { id: 7 }
                upstream: { servers: ["mqtt://broker"], tls: {} }
                topics: { prefix: x/, predefined: { 1: a } }
                sessions: { max: 7, sleep-buffer: { messages: 3 } }
                admission: { allow: [a], rate: { per-device: 5/s }, networks: { deny: "10.0.0.0/8" } }
                """);

        assertThat(change.applied())
                .containsExactly(
                        "admission.allow",
                        "admission.networks.deny",
                        "admission.rate.per-device",
                        "sessions.max",
                        "sessions.sleep-buffer.messages",
                        "topics.predefined");
        assertThat(change.needRestart()).containsExactly("gateway.id", "topics.prefix", "upstream.servers");
        GatewayConfig now = change.effective().config();
        assertThat(now.gateway().id()).isEqualTo(1);
        assertThat(now.topics().prefix()).isEmpty();
        assertThat(now.topics().predefined()).containsKey(1);
        assertThat(now.sessions().max()).isEqualTo(7);
        assertThat(now.admission().allow()).containsExactly("a");
    }

    @Test
    void shouldSayAgainWhatStillNeedsARestart() throws Exception {
        ConfigChange first = change("", "{ gateway: { id: 7 }, sessions: { max: 7 } }");

        ConfigChange second =
                ConfigChange.between(first.effective(), load("{ gateway: { id: 7 }, sessions: { max: 7 } }"));

        assertThat(second.applied()).isEmpty();
        assertThat(second.needRestart()).isEqualTo(Set.of("gateway.id"));
        ConfigChange third = ConfigChange.between(second.effective(), load(""));
        assertThat(third.needRestart()).isEmpty();
        assertThat(third.applied()).isEqualTo(Set.of("sessions.max"));
    }

    @Test
    void shouldNameTheEntryOfAList() throws Exception {
        String two = "listeners: [{ type: udp, bind: \"0.0.0.0:1\" }, { type: udp, bind: \"0.0.0.0:%d\" }]";

        assertThat(change(two.formatted(2), two.formatted(3)).needRestart()).isEqualTo(Set.of("listeners[1].bind"));
        assertThat(change(two.formatted(2), "listeners: [{ type: udp, bind: \"0.0.0.0:1\" }]")
                        .needRestart())
                .isEqualTo(Set.of("listeners"));
        String rule = "admission: { publish: [{ device: \"*\", topics: [%s] }] }";
        assertThat(change(rule.formatted("a"), rule.formatted("b")).applied())
                .isEqualTo(Set.of("admission.publish[0].topics"));
        assertThat(change("", rule.formatted("b")).applied()).isEqualTo(Set.of("admission.publish"));
    }

    @Test
    void shouldSeeThatTheClientsFileSaysSomethingElse() throws Exception {
        Path clients = directory.resolve("clients.yaml");
        Files.writeString(clients, "a:");
        LoadedConfig before = load("admission: { clients-file: clients.yaml }");
        Files.writeString(clients, "b:");

        ConfigChange change = ConfigChange.between(before, load("admission: { clients-file: clients.yaml }"));

        assertThat(change.applied()).isEqualTo(Set.of("admission.clients-file"));
    }

    @Test
    void shouldSeeAnotherOrderOfPatterns() throws Exception {
        assertThat(change(
                                "topics: { predefined-per-device: { \"a*\": { 1: x }, \"*\": { 1: y } } }",
                                "topics: { predefined-per-device: { \"*\": { 1: y }, \"a*\": { 1: x } } }")
                        .applied())
                .isEqualTo(Set.of("topics.predefined-per-device"));
    }

    @Test
    void shouldLeaveTheWindowOfDevicesWithConnectionsOfTheirOwn() throws Exception {
        ConfigChange change = change(
                "upstream: { mode: per-device }",
                "{ upstream: { mode: per-device }, sessions: { max-in-flight: 3, max: 9 } }");

        assertThat(change.needRestart()).isEqualTo(Set.of("sessions.max-in-flight"));
        assertThat(change.effective().config().sessions().maxInFlightFromDevice())
                .isEqualTo(16);
        assertThat(change.effective().config().sessions().max()).isEqualTo(9);
    }
}
