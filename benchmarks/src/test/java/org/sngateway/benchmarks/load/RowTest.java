// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowTest {
    @Test
    void shouldTakeMedianOfOddAndEvenCounts() {
        assertThat(Row.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5.0);
        assertThat(Row.median(List.of(9.0, 1.0, 5.0, 7.0))).isEqualTo(6.0);
    }

    @Test
    void shouldTakeMedianOfEachFigure() {
        Row row = new Row(
                Scenario.UPLINK_QOS1,
                List.of(Map.of("a", 1.0), Map.of("a", 3.0, "b", 8.0), Map.of("a", 2.0)),
                Map.of(),
                null);
        assertThat(row.medians()).isEqualTo(Map.of("a", 2.0, "b", 8.0));
    }
}
