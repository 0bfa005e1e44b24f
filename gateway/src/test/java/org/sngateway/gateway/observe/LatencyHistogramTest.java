// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram(Duration.ofNanos(10), Duration.ofNanos(20));

    @Test
    void shouldPutEachTimeIntoTheFirstBucketThatHoldsIt() {
        for (long nanos : new long[] {0, 10, 11, 20, 21, 1_000}) {
            histogram.record(nanos);
        }

        assertThat(histogram.snapshot().counts()).containsExactly(2L, 2L, 2L);
        assertThat(histogram.snapshot().sum()).isEqualTo(Duration.ofNanos(1_062));
    }

    @Test
    void shouldBeAddedToAnotherOfTheSameBounds() {
        LatencyHistogram other = new LatencyHistogram(Duration.ofNanos(10), Duration.ofNanos(20));
        histogram.record(5);
        other.record(15);
        other.record(25);

        LatencyHistogram.Snapshot both = histogram.snapshot().plus(other.snapshot());

        assertThat(both.counts()).containsExactly(1L, 1L, 1L);
        assertThat(both.sum()).isEqualTo(Duration.ofNanos(45));
        LatencyHistogram foreign = new LatencyHistogram(Duration.ofNanos(10));
        assertThatThrownBy(() -> histogram.snapshot().plus(foreign.snapshot()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
