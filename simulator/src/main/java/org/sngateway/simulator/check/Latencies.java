// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.check;

import java.time.Duration;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** How long things took, to three digits, up to an hour. Any thread. */
public final class Latencies {
    private static final long MAX_MICROS = Duration.ofHours(1).toMillis() * 1000;
    private static final int DIGITS = 3;

    private final Histogram histogram = new ConcurrentHistogram(MAX_MICROS, DIGITS);

    /**
     * The figures of a report, each in microseconds, 0 when nothing was recorded.
     *
     * @param count how many were recorded
     */
    public record Summary(long count, long p50Micros, long p90Micros, long p99Micros, long maxMicros) {}

    /** Records one; longer than an hour counts as an hour. */
    public void record(long nanos) {
        histogram.recordValue(Math.max(0, Math.min(nanos / 1000, MAX_MICROS)));
    }

    /** What was recorded so far. */
    public Summary summary() {
        Histogram copy = histogram.copy();
        return new Summary(
                copy.getTotalCount(),
                copy.getValueAtPercentile(50),
                copy.getValueAtPercentile(90),
                copy.getValueAtPercentile(99),
                copy.getMaxValue());
    }
}
