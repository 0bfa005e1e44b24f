// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriorityTest {
    @ParameterizedTest
    @CsvSource({
        "ERROR msg=x, <3>",
        "WARN msg=x, <4>",
        "INFO msg=x, <6>",
        "DEBUG msg=x, <7>",
        "TRACE msg=x, <7>",
        "INFORMATION msg=x, ''",
        "Exception in thread, ''",
        "'', ''",
        "WARN, <4>"
    })
    void shouldBeTheOneThatTheJournalKnowsTheLevelBy(String line, String priority) {
        assertThat(Priority.before(line.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(priority.getBytes(StandardCharsets.UTF_8));
    }
}
