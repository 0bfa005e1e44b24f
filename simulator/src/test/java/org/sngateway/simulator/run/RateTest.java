// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RateTest {
    @ParameterizedTest
    @CsvSource({
        "2000/s, 2000/s, 50000000",
        "90/min, 1.500/s, 66666666667",
        "0.5/s, 0.500/s, 200000000000",
        "max, max, 0"
    })
    void shouldShareTheRateAmongTheNodes(String written, String text, long intervalNanos) {
        Rate rate = Rate.parse(written);

        assertThat(rate).hasToString(text);
        assertThat(rate.intervalNanos(100)).isEqualTo(intervalNanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2000", "0/s", "-1/s", "2000/h", "2000 /s", "NaN/s", "1e9/s"})
    void shouldRefuseAnythingElse(String written) {
        assertThatThrownBy(() -> Rate.parse(written)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldShowTheForms() {
        assertThatThrownBy(() -> Rate.parse("fast"))
                .hasMessage("\"fast\" is not a rate; examples: 2000/s, 90/min, max");
    }
}
