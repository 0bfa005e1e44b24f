// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
    private static final List<String> KEYS =
            List.of("id", "name", "bind", "max", "max-in-flight", "max-lanes", "servers");

    @ParameterizedTest
    @CsvSource({
        "nam,           name",
        "names,         name",
        "nme,           name",
        "bnid,          bind",
        "ID,            ",
        "di,            id",
        "max_in_flight, max-in-flight",
        "maxInFlight,   max-in-flight",
        "max-inflight,  max-in-flight",
        "max-lane,      max-lanes",
        "server,        servers",
        "broker,        ",
        "'',            ",
    })
    void shouldFindTheWordThatWasProbablyMeant(String word, String meant) {
        assertThat(Spelling.closest(word, KEYS).orElse(null)).isEqualTo(meant);
    }
}
