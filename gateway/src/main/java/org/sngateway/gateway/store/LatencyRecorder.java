// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.LongStream;

/** Counts how long commits take. One thread records, any thread reads. */
final class LatencyRecorder {
    private static final long[] BOUNDS_NANOS =
            CommitLatency.BOUNDS.stream().mapToLong(Duration::toNanos).toArray();

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_NANOS.length + 1);
    private final AtomicLong totalNanos = new AtomicLong();
    private volatile long lastNanos;

    void record(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        counts.incrementAndGet(bucket);
        totalNanos.addAndGet(nanos);
        lastNanos = nanos;
    }

    CommitLatency snapshot() {
        List<Long> copy = LongStream.range(0, counts.length())
                .mapToObj(i -> counts.get((int) i))
                .toList();
        return new CommitLatency(copy, Duration.ofNanos(totalNanos.get()), Duration.ofNanos(lastNanos));
    }
}
