// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The last hour in samples, in memory that is taken once. One loop writes, any thread reads, and neither waits for the other: a reader that
 * was overtaken reads again.
 */
final class History {
    static final Duration INTERVAL = Duration.ofSeconds(10);
    /** How many samples are kept: an hour. */
    static final int SAMPLES = 360;

    /** One more, since a rate is the difference of two, and one that is being written. */
    private static final int CAPACITY = SAMPLES + 2;

    /**
     * What is sampled.
     *
     * @param isRate whether {@code value} counts what has happened, and is shown by the second; else it is shown as it is
     */
    record Series(String name, boolean isRate, LongSupplier value) {}

    private final List<Series> series;
    private final Runnable onSample;
    private final AtomicLongArray[] rings;
    private final AtomicLongArray times = new AtomicLongArray(CAPACITY);
    /** How many there have been. */
    private final AtomicLong count = new AtomicLong();

    /** @param onSample run on the loop with each sample */
    History(List<Series> series, Runnable onSample) {
        this.series = List.copyOf(series);
        this.onSample = onSample;
        this.rings = new AtomicLongArray[series.size()];
        Arrays.setAll(rings, i -> new AtomicLongArray(CAPACITY));
    }

    /** Begins to sample. Once. */
    void start(OwnerLoop loop) {
        loop.execute(() -> new Sampler(loop).next());
    }

    /** The part that lives on the loop. */
    private final class Sampler {
        private final OwnerLoop loop;
        private final OwnerLoop.ReusableTimer timer;
        private long dueNanos;

        Sampler(OwnerLoop loop) {
            this.loop = loop;
            this.timer = loop.timer(this::next);
            this.dueNanos = loop.nanoTime();
        }

        void next() {
            long now = loop.nanoTime();
            sample(now);
            dueNanos += INTERVAL.toNanos();
            if (dueNanos - now < 0) {
                dueNanos = now + INTERVAL.toNanos(); // what was missed is not made up for
            }
            timer.armAt(dueNanos);
        }
    }

    private void sample(long nowNanos) {
        int at = (int) (count.get() % CAPACITY);
        times.set(at, nowNanos);
        for (int i = 0; i < rings.length; i++) {
            rings[i].set(at, series.get(i).value().getAsLong());
        }
        count.incrementAndGet();
        onSample.run();
    }

    /** As {@code /api/history} shows it. */
    Answer answer(long nowNanos) {
        long[][] copy = copy();
        long[] when = copy[rings.length];
        int samples = Math.max(0, when.length - 1);
        Json json = new Json().object().field("intervalSeconds", INTERVAL.toSeconds());
        json.name("secondsAgo").array();
        for (int i = 1; i <= samples; i++) {
            json.value(TimeUnit.NANOSECONDS.toMillis(Math.max(0, nowNanos - when[i])) / 1000.0);
        }
        json.endArray().name("series").object();
        for (int s = 0; s < rings.length; s++) {
            json.name(series.get(s).name()).array();
            for (int i = 1; i <= samples; i++) {
                if (series.get(s).isRate()) {
                    json.value((copy[s][i] - copy[s][i - 1]) * 1e9 / Math.max(1, when[i] - when[i - 1]));
                } else {
                    json.value(copy[s][i]);
                }
            }
            json.endArray();
        }
        return Answer.json(200, json.endObject().endObject() + "\n");
    }

    /** What is kept of each series, and of the times behind them; oldest first. */
    private long[][] copy() {
        while (true) {
            long end = count.get();
            int length = (int) Math.min(end, CAPACITY - 1);
            long[][] copy = new long[rings.length + 1][length];
            for (int i = 0; i < length; i++) {
                int at = (int) ((end - length + i) % CAPACITY);
                for (int s = 0; s < rings.length; s++) {
                    copy[s][i] = rings[s].get(at);
                }
                copy[rings.length][i] = times.get(at);
            }
            if (count.get() == end) {
                return copy;
            }
            Thread.onSpinWait();
        }
    }
}
