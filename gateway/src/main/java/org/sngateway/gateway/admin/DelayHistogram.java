// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Delays by size. One thread writes, any thread reads; a reader may miss the sample that is being written, or part of it. */
final class DelayHistogram {
    private static final double NANOS_PER_SECOND = 1e9;

    /** In seconds, inclusive. */
    private static final double[] UPPER_BOUNDS = {
        0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Double.POSITIVE_INFINITY
    };

    private final AtomicLongArray counts = new AtomicLongArray(UPPER_BOUNDS.length);
    private final AtomicLong sumNanos = new AtomicLong();

    /** @param nanos 0 or more */
    void add(long nanos) {
        int bucket = 0;
        while (nanos / NANOS_PER_SECOND > UPPER_BOUNDS[bucket]) {
            bucket++;
        }
        counts.lazySet(bucket, counts.get(bucket) + 1);
        sumNanos.lazySet(sumNanos.get() + nanos);
    }

    ClassicHistogramBuckets buckets() {
        long[] now = new long[UPPER_BOUNDS.length];
        for (int i = 0; i < now.length; i++) {
            now[i] = counts.get(i);
        }
        return ClassicHistogramBuckets.of(UPPER_BOUNDS, now);
    }

    double sumSeconds() {
        return sumNanos.get() / NANOS_PER_SECOND;
    }
}
