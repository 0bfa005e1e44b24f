// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.InvalidConfigException;

/** The rules as the configuration says them. */
class AdmissionRulesTest {
    private static final String RULES = """
            publish:
              - { device: "pump-*", topics: ["pumps/%c/#", "fleet/+/state"] }
              - { device: "*", topics: ["hello", "log/%c"] }
            subscribe:
              - { device: "pump-*", topics: ["cmd/%c", "cmd/all/#"] }
            """;

    @TempDir
    private Path directory;

    private AdmissionRules rules(String admission) throws IOException, InvalidConfigException {
        Path file = directory.resolve("sn-gateway.yaml");
        Files.writeString(file, "admission:\n" + admission.indent(2));
        return new AdmissionRules(ConfigReader.read(file).admission());
    }

    private AdmissionRules withClients(String admission, String clients) throws IOException, InvalidConfigException {
        Files.writeString(directory.resolve("clients.yaml"), clients);
        return rules("clients-file: clients.yaml\n" + admission);
    }

    // ---- client ids

    @Test
    void shouldLetEveryClientIdInWhereNothingIsSaid() throws Exception {
        AdmissionRules rules = rules("qos-minus-one: false");

        assertThat(rules.mayConnect("anything at all")).isTrue();
        assertThat(rules.mayUse("anything at all", null)).isTrue();
        assertThat(rules.forDevice("x").mayPublish("any/topic")).isTrue();
        assertThat(rules.forDevice("x").maySubscribe(new TopicFilter("#"))).isTrue();
        assertThat(rules.forDevice("x").mayHaveWill("any/topic")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"pump-7, true", "meter-1, true", "meter-12, false", "pump, false", "PUMP-7, false"})
    void shouldLetInWhatIsAllowed(String clientId, boolean allowed) throws Exception {
        assertThat(rules("allow: [\"pump-*\", \"meter-?\"]").mayConnect(clientId))
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"known, true", "group-7, true", "pump-7, false"})
    void shouldLetInOnlyWhoIsInTheClientsFile(String clientId, boolean allowed) throws Exception {
        assertThat(withClients("", "{ known: {}, \"group-*\": }").mayConnect(clientId))
                .isEqualTo(allowed);
    }

    @Test
    void shouldLetInWhoIsInEither() throws Exception {
        AdmissionRules rules = withClients("allow: \"pump-*\"", "known: {}");

        assertThat(rules.mayConnect("known")).isTrue();
        assertThat(rules.mayConnect("pump-7")).isTrue();
        assertThat(rules.mayConnect("other")).isFalse();
    }

    @Test
    void shouldAskForTheIdentityOfTheClientsFile() throws Exception {
        AdmissionRules rules = withClients("allow: \"*\"", """
                pump-7: { identity: key-7 }
                gate: { identity: [a, b] }
                "meter-*": { identity: "%c.example" }
                """);

        assertThat(rules.mayUse("pump-7", "key-7")).isTrue();
        assertThat(rules.mayUse("pump-7", "key-8")).isFalse();
        assertThat(rules.mayUse("pump-7", null)).isFalse();
        assertThat(rules.mayUse("gate", "b")).isTrue();
        assertThat(rules.mayUse("meter-3", "meter-3.example")).isTrue();
        assertThat(rules.mayUse("meter-3", "meter-4.example")).isFalse();
        assertThat(rules.mayUse("other", null)).isTrue();
    }

    // ---- topics

    @ParameterizedTest
    @CsvSource({
        "pump-7, pumps/pump-7, true",
        "pump-7, pumps/pump-7/rpm, true",
        "pump-7, pumps/pump-8/rpm, false",
        "pump-7, fleet/x/state, true",
        "pump-7, fleet/x/y/state, false",
        "pump-7, hello, true", // of another rule that matches
        "pump-7, log/pump-7, true",
        "meter-1, hello, true",
        "meter-1, pumps/meter-1/x, false",
        "pump-7/x, pumps/pump-7/x, false", // no %c for a client id that is more than a level
        "pump-7/x, fleet/x/state, true",
        "pump-+, pumps/pump-1/x, false",
        "pump-#, log/x, false",
        "other, nothing, false",
    })
    void shouldAllowToPublishWhatARuleThatMatchesAllows(String clientId, String topic, boolean allowed)
            throws Exception {
        assertThat(rules(RULES).forDevice(clientId).mayPublish(topic)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "pump-7, cmd/pump-7, true",
        "pump-7, cmd/pump-8, false",
        "pump-7, cmd/+, false", // reveals what is for others
        "pump-7, cmd/all/#, true",
        "pump-7, cmd/all/+/x, true",
        "pump-7, #, false",
        "pump-7, $SYS/#, false",
        "meter-1, cmd/all, false",
    })
    void shouldAllowFiltersThatOneRuleCovers(String clientId, String filter, boolean allowed) throws Exception {
        assertThat(rules(RULES).forDevice(clientId).maySubscribe(new TopicFilter(filter)))
                .isEqualTo(allowed);
    }

    @Test
    void shouldNotJoinRulesForAFilter() throws Exception {
        AdmissionRules rules = rules("subscribe: [{ device: \"*\", topics: [a/b, \"a/+/#\"] }]");

        assertThat(rules.forDevice("x").maySubscribe(new TopicFilter("a/#"))).isFalse();
    }

    @Test
    void shouldKeepAClientIdOutOfTheServersTopics() throws Exception {
        AdmissionRules rules = rules("publish: [{ device: \"*\", topics: [\"%c/x\", \"y/%c\"] }]");

        assertThat(rules.forDevice("$SYS").mayPublish("$SYS/x")).isFalse();
        assertThat(rules.forDevice("$SYS").mayPublish("y/$SYS")).isTrue();
    }

    @Test
    void shouldLeaveTheOtherDirectionFree() throws Exception {
        AdmissionRules rules = rules("publish: [{ device: \"pump-*\", topics: [a] }]");

        assertThat(rules.forDevice("meter-1").mayPublish("a")).isFalse();
        assertThat(rules.forDevice("meter-1").maySubscribe(new TopicFilter("#")))
                .isTrue();
    }

    @Test
    void shouldAddTheRulesOfTheClientsFile() throws Exception {
        AdmissionRules rules = withClients("allow: \"*\"\n" + RULES, """
                pump-7: { publish: [extra/%c], subscribe: [more/#] }
                "pump-*": { publish: [of/pattern] }
                mute: { publish: [] }
                """);

        DeviceRules own = rules.forDevice("pump-7");
        assertThat(own.mayPublish("extra/pump-7")).isTrue();
        assertThat(own.mayPublish("pumps/pump-7/rpm")).isTrue();
        assertThat(own.mayPublish("of/pattern")).as("only one entry counts").isFalse();
        assertThat(own.maySubscribe(new TopicFilter("more/+"))).isTrue();
        assertThat(rules.forDevice("pump-8").mayPublish("of/pattern")).isTrue();
        assertThat(rules.forDevice("mute").mayPublish("hello"))
                .as("of a rule for all")
                .isTrue();
    }

    @Test
    void shouldRuleAllDevicesByRulesOfTheClientsFileAlone() throws Exception {
        AdmissionRules rules = withClients("", "{ mute: { publish: [] }, other: {} }");

        assertThat(rules.forDevice("mute").mayPublish("a")).isFalse();
        assertThat(rules.forDevice("other").mayPublish("a")).isFalse();
        assertThat(rules.forDevice("other").maySubscribe(new TopicFilter("#"))).isTrue();
    }

    @Test
    void shouldTakeAwayTheWill() throws Exception {
        AdmissionRules rules =
                withClients("publish: [{ device: \"*\", topics: [gone] }]", "{ a: { will: false }, b: }");

        assertThat(rules.forDevice("a").mayHaveWill("gone")).isFalse();
        assertThat(rules.forDevice("b").mayHaveWill("gone")).isTrue();
        assertThat(rules.forDevice("b").mayHaveWill("other")).isFalse();
    }

    @Test
    void shouldAllowWithoutAConnectionWhatEveryDeviceMay() throws Exception {
        AdmissionRules rules = rules(RULES);

        assertThat(rules.forAnybody().mayPublish("hello")).isTrue();
        assertThat(rules.forAnybody().mayPublish("log/%c")).isFalse();
        assertThat(rules.forAnybody().mayPublish("fleet/x/state")).isFalse();
        assertThat(rules("qos-minus-one: true").forAnybody().mayPublish("x")).isTrue();
    }

    @Test
    void shouldReadTheRates() throws Exception {
        AdmissionRules rules = rules("rate: { per-device: 50/s, per-source: 200/s }\nconnect-rate: 7/s");

        assertThat(rules.perDevice()).isEqualTo(new Rate(50));
        assertThat(rules.perSource()).isEqualTo(new Rate(200));
        assertThat(rules.connects()).isEqualTo(new Rate(7));
        assertThat(rules("qos-minus-one: true").perSource()).isNull();
    }
}
