// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;

/** Lets many devices join or leave, a bounded number of them at a time. Confined to the devices' loop. */
final class Handshakes implements LoadLoop.Tick {
    /** What a device is told to do; it answers with {@link #onFinished}. */
    interface Step {
        void begin(Device device, Handshakes handshakes, long nowNanos);
    }

    /**
     * How it went.
     *
     * @param latency nanoseconds from a device's first request to its last answer
     */
    record Outcome(int succeeded, int failed, long elapsedNanos, Histogram latency) {
        double perSecond() {
            return succeeded * 1e9 / elapsedNanos;
        }
    }

    private static final long HIGHEST_NANOS = 60_000_000_000L;

    private final Queue<Device> waiting;
    private final int maxOutstanding;
    private final Step step;
    private final Map<Device, Long> beginnings = new HashMap<>();
    private final Histogram latency = new Histogram(HIGHEST_NANOS, 3);
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final long startNanos = LoadClock.nanos();
    private int succeeded;
    private int failed;
    private boolean advancing;

    Handshakes(List<Device> devices, int maxOutstanding, Step step) {
        waiting = new ArrayDeque<>(devices);
        this.maxOutstanding = maxOutstanding;
        this.step = step;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    /** Begins as many as may be outstanding. */
    void advance() {
        if (advancing) {
            return; // a step that failed at once came back here
        }
        advancing = true;
        while (!waiting.isEmpty() && beginnings.size() < maxOutstanding) {
            Device device = waiting.remove();
            long now = LoadClock.nanos();
            beginnings.put(device, now);
            step.begin(device, this, now);
        }
        advancing = false;
        if (beginnings.isEmpty() && waiting.isEmpty()) {
            outcome.complete(new Outcome(succeeded, failed, LoadClock.nanos() - startNanos, latency));
        }
    }

    void onFinished(Device device, boolean success) {
        Long began = beginnings.remove(device);
        if (began == null) {
            return;
        }
        if (success) {
            succeeded++;
            latency.recordValue(Math.min(LoadClock.nanos() - began, HIGHEST_NANOS));
        } else {
            failed++;
        }
        advance();
    }

    @Override
    public void onTick(long nowNanos) {
        for (Device device : List.copyOf(beginnings.keySet())) {
            device.onTick(nowNanos);
        }
    }
}
