// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void shouldGivePercentilesInMicroseconds() {
        for (int millis = 1; millis <= 1000; millis++) {
            latencies.record(Duration.ofMillis(millis).toNanos());
        }

        Latencies.Summary summary = latencies.summary();
        assertThat(summary.count()).isEqualTo(1000);
        assertThat(summary.p50Micros()).isCloseTo(500_000, within(500L));
        assertThat(summary.p90Micros()).isCloseTo(900_000, within(900L));
        assertThat(summary.p99Micros()).isCloseTo(990_000, within(990L));
        assertThat(summary.maxMicros()).isCloseTo(1_000_000, within(1000L));
    }

    @Test
    void shouldBeZeroWhenNothingWasRecorded() {
        assertThat(latencies.summary()).isEqualTo(new Latencies.Summary(0, 0, 0, 0, 0));
    }

    @Test
    void shouldTakeWhatIsOutOfRange() {
        latencies.record(-1);
        latencies.record(Duration.ofHours(2).toNanos());

        assertThat(latencies.summary().count()).isEqualTo(2);
        assertThat(latencies.summary().maxMicros()).isCloseTo(3_600_000_000L, within(4_000_000L));
    }
}
