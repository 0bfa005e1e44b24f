// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * Times by size. One thread records, any thread reads, and neither waits; a reader may miss the time that is being recorded, or part of
 * it.
 */
public final class LatencyHistogram {
    private final List<Duration> bounds;
    private final long[] boundsNanos;
    private final AtomicLongArray counts;
    private final AtomicLong sumNanos = new AtomicLong();

    /**
     * An empty one.
     *
     * @param bounds upper bounds of the buckets, inclusive, growing; a last bucket takes what is longer
     */
    public LatencyHistogram(Duration... bounds) {
        this.bounds = List.of(bounds);
        this.boundsNanos = this.bounds.stream().mapToLong(Duration::toNanos).toArray();
        this.counts = new AtomicLongArray(bounds.length + 1);
    }

    /**
     * A histogram at one moment.
     *
     * @param bounds upper bounds of all buckets but the last
     * @param counts how many times there are in each bucket, those of the buckets before it not included
     * @param sum all of them together
     */
    public record Snapshot(List<Duration> bounds, List<Long> counts, Duration sum) {
        public Snapshot {
            bounds = List.copyOf(bounds);
            counts = List.copyOf(counts);
        }

        /** What both have recorded; they have the same bounds. */
        Snapshot plus(Snapshot other) {
            if (!bounds.equals(other.bounds)) {
                throw new IllegalArgumentException("other has other bounds");
            }
            List<Long> both = IntStream.range(0, counts.size())
                    .mapToObj(bucket -> counts.get(bucket) + other.counts.get(bucket))
                    .toList();
            return new Snapshot(bounds, both, sum.plus(other.sum));
        }
    }

    /**
     * Counts one more.
     *
     * @param nanos 0 or more
     */
    public void record(long nanos) {
        int bucket = 0;
        while (bucket < boundsNanos.length && nanos > boundsNanos[bucket]) {
            bucket++;
        }
        counts.lazySet(bucket, counts.getPlain(bucket) + 1);
        sumNanos.lazySet(sumNanos.getPlain() + nanos);
    }

    public Snapshot snapshot() {
        List<Long> now =
                IntStream.range(0, counts.length()).mapToObj(counts::get).toList();
        return new Snapshot(bounds, now, Duration.ofNanos(sumNanos.get()));
    }
}
