// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsConfigTest {
    @Test
    void shouldGiveGeneralTableToDevicesThatNoPatternMatches() {
        TopicsConfig topics = new TopicsConfig("", Map.of(1, "a"), Map.of("pump-*", Map.of(2, "b")));

        assertThat(topics.predefinedFor("meter-1"))
                .isSameAs(topics.predefined())
                .isEqualTo(Map.of(1, "a"));
    }

    @Test
    void shouldOverlayMatchingTablesInOrder() {
        Map<String, Map<Integer, String>> perDevice = new LinkedHashMap<>();
        perDevice.put("pump-*", Map.of(2, "pumps/%c/state", 3, "pumps/all", 4, "four"));
        perDevice.put("meter-*", Map.of(3, "meters"));
        perDevice.put("*-7", Map.of(3, "sevens/%c/%c"));
        TopicsConfig topics = new TopicsConfig("", Map.of(1, "general", 4, "general/4"), perDevice);

        assertThat(topics.predefinedFor("pump-7"))
                .isEqualTo(Map.of(1, "general", 2, "pumps/pump-7/state", 3, "sevens/pump-7/pump-7", 4, "four"));
        assertThat(topics.predefinedFor("pump-8"))
                .isEqualTo(Map.of(1, "general", 2, "pumps/pump-8/state", 3, "pumps/all", 4, "four"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "/", "+", "a+", "#", "a\0b"})
    void shouldLeaveOutEntriesThatClientIdWouldBreakOutOf(String clientId) {
        TopicsConfig topics =
                new TopicsConfig("", Map.of(1, "general"), Map.of("*", Map.of(1, "own/%c", 2, "own/%c/x", 3, "all")));

        assertThat(topics.predefinedFor(clientId)).isEqualTo(Map.of(1, "general", 3, "all"));
    }

    @Test
    void shouldNotLetClientIdMakeSystemOrSharedTopics() {
        TopicsConfig topics = new TopicsConfig("", Map.of(), Map.of("*", Map.of(1, "%c/g/x", 2, "d/%c", 3, "$own/%c")));

        assertThat(topics.predefinedFor("$share")).isEqualTo(Map.of(2, "d/$share", 3, "$own/$share"));
    }

    @Test
    void shouldLeaveOutTopicsThatBecomeTooLong() {
        TopicsConfig topics = new TopicsConfig("", Map.of(), Map.of("*", Map.of(1, "%c/" + "t".repeat(65_533))));

        assertThat(topics.predefinedFor("d")).hasSize(1);
        assertThat(topics.predefinedFor("dd")).isEmpty();
    }

    @Test
    void shouldTakeClientIdLiterally() {
        TopicsConfig topics = new TopicsConfig("", Map.of(), Map.of("*", Map.of(1, "d/%c")));

        assertThat(topics.predefinedFor("%c$1\\")).isEqualTo(Map.of(1, "d/%c$1\\"));
    }

    @Test
    void shouldNotBeChangeable() {
        Map<Integer, String> table = new LinkedHashMap<>(Map.of(1, "a"));
        Map<String, Map<Integer, String>> perDevice = new LinkedHashMap<>(Map.of("*", table));
        TopicsConfig topics = new TopicsConfig("", table, perDevice);
        table.put(2, "b");
        perDevice.clear();

        assertThat(topics).isEqualTo(new TopicsConfig("", Map.of(1, "a"), Map.of("*", Map.of(1, "a"))));
        assertThatThrownBy(() -> topics.predefinedFor("x").clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
