// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionConfigTest {
    @TempDir
    private Path directory;

    private AdmissionConfig read(String yaml) throws IOException, InvalidConfigException {
        return ConfigReader.read(Files.writeString(directory.resolve("sn-gateway.yaml"), yaml))
                .admission();
    }

    private List<String> problems(String yaml) {
        InvalidConfigException failure = catchThrowableOfType(InvalidConfigException.class, () -> read(yaml));
        return failure.problems().stream()
                .map(problem ->
                        problem.toString().substring(directory.toString().length() + 1))
                .toList();
    }

    @Test
    void shouldReadEveryKey() throws Exception {
        Files.writeString(directory.resolve("clients.yaml"), """
                pump-7:
                  identity: key-7
                  publish: ["pumps/%c/#"]
                  subscribe: []
                  will: false
                  predefined: { 3: "pumps/%c/rpm" }
                "meter-*": { identity: [a, "%c"] }
                other:
                """);

        AdmissionConfig config = read("""
                admission:
                  networks: { allow: ["10.0.0.0/8", "fd00::/8"], deny: 10.9.0.1 }
                  allow: ["pump-*", "meter-*"]
                  publish:   [{ device: "pump-*", topics: ["pumps/%c/#"] }]
                  subscribe: [{ device: "pump-*", topics: ["cmd/%c", "cmd/all"] }]
                  rate: { per-device: 50/s, per-source: 200/s }
                  connect-rate: 20/s
                  clients-file: clients.yaml
                """);

        assertThat(config.networks().allow())
                .extracting(Network::toString)
                .containsExactly("10.0.0.0/8", "fd00:0:0:0:0:0:0:0/8");
        assertThat(config.networks().deny()).extracting(Network::toString).containsExactly("10.9.0.1/32");
        assertThat(config.allow()).containsExactly("pump-*", "meter-*");
        assertThat(config.publish()).containsExactly(new TopicRule("pump-*", List.of("pumps/%c/#")));
        assertThat(config.subscribe()).containsExactly(new TopicRule("pump-*", List.of("cmd/%c", "cmd/all")));
        assertThat(config.rate()).isEqualTo(new RateConfig(Optional.of(50), Optional.of(200)));
        assertThat(config.connectsPerSecond()).contains(20);
        ClientsFile clients = Objects.requireNonNull(config.clients());
        assertThat(clients.find("pump-7"))
                .isEqualTo(new ClientEntry(
                        List.of("key-7"), List.of("pumps/%c/#"), List.of(), false, Map.of(3, "pumps/%c/rpm")));
        assertThat(clients.find("meter-3")).isEqualTo(new ClientEntry(List.of("a", "%c"), null, null, true, Map.of()));
        assertThat(clients.find("other")).isEqualTo(new ClientEntry(List.of(), null, null, true, Map.of()));
        assertThat(clients.find("pump-8")).isNull();
    }

    @Test
    void shouldTakeTheFirstPatternOfTheClientsFileAndTheOwnEntryBeforeAny() throws Exception {
        Files.writeString(directory.resolve("clients.yaml"), """
                "a*": { identity: first }
                "ab*": { identity: second }
                abc: { identity: own }
                """);

        ClientsFile clients = Objects.requireNonNull(
                read("admission: { clients-file: clients.yaml }").clients());

        assertThat(clients.find("abd")).extracting(ClientEntry::identities).isEqualTo(List.of("first"));
        assertThat(clients.find("abc")).extracting(ClientEntry::identities).isEqualTo(List.of("own"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "networks: { deny: \"10.0.0.1/8\" } | admission.networks.deny: \"10.0.0.1/8\" has bits behind its prefix",
                "networks: { deny: 10.0.0.0/33 } | admission.networks.deny: \"10.0.0.0/33\" has a prefix of more than 32 bits",
                "networks: { allow: [example.org] } | admission.networks.allow[0]: \"example.org\" does not begin with an IP address",
                "networks: { allow: [\"fe80::/10/3\"] } | admission.networks.allow[0]: \"fe80::/10/3\" is not a network",
                "allow: [] | admission.allow: is empty",
                "publish: [{ topics: [a] }] | admission.publish[0].device: is missing",
                "publish: [{ device: a }] | admission.publish[0].topics: is missing",
                "publish: [{ device: a, topics: [\"a#\"] }] | admission.publish[0].topics[0]: \"a#\" is not allowed",
                "subscribe: [{ device: \"\", topics: [a] }] | admission.subscribe[0].device: \"\" is not allowed",
                "rate: { per-device: 0/s } | admission.rate.per-device: \"0\" is out of range",
                "rate: { per-source: 5 } | admission.rate.per-source: \"5\" is not a rate",
                "connect-rate: fast | admission.connect-rate: \"fast\" is not a rate",
            })
    void shouldNameWhatIsWrong(String admission, String problem) {
        assertThat(problems("admission: { " + admission.trim() + " }"))
                .singleElement()
                .asString()
                .contains(": " + problem.trim());
    }

    @Test
    void shouldNameThePlaceInTheClientsFile() throws IOException {
        Files.writeString(directory.resolve("clients.yaml"), """
                pump-7:
                  publsh: [a]
                pump-8: { subscribe: ["a/#/b"] }
                pump-8: {}
                """);

        assertThat(problems("admission: { clients-file: clients.yaml }"))
                .containsExactly(
                        "clients.yaml:2:3: pump-7.publsh: unknown key; did you mean publish? allowed here: identity, publish,"
                                + " subscribe, will, predefined",
                        "clients.yaml:3:23: pump-8.subscribe[0]: \"a/#/b\" is not allowed; a topic filter, where %c stands for"
                                + " the client id",
                        "clients.yaml:4:1: pump-8: is there twice; each one once");
    }

    @Test
    void shouldNameAClientsFileThatIsNotThere() {
        assertThat(problems("admission: { clients-file: none.yaml }"))
                .singleElement()
                .asString()
                .startsWith("none.yaml:1:1: (file): does not exist");
    }
}
