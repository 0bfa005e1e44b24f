// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Devices publish with QoS 0 in turn, so many ahead of what the sink has counted that the gateway is busy and no socket buffer
 * overflows. What does not arrive within {@link #QUIET_NANOS} is written off, so that a lost datagram does not narrow the
 * window for ever. Confined to the devices' loop.
 */
final class UplinkQos0 implements LoadLoop.Tick {
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final List<Device> devices;
    private final int window;
    private final long countedBefore;
    private boolean running = true;
    private int turn;
    private long sent;
    private long counted;
    private long writtenOff;
    private long progressNanos = LoadClock.nanos();

    /**
     * @param window 1.., messages of all devices together on their way
     * @param countedBefore what the sink has counted so far
     */
    UplinkQos0(List<Device> devices, int window, long countedBefore) {
        this.devices = devices;
        this.window = window;
        this.countedBefore = countedBefore;
    }

    /** The sink has counted this many in all. */
    void onCounted(long total) {
        counted = total - countedBefore;
        progressNanos = LoadClock.nanos();
        fill();
    }

    void stop() {
        running = false;
    }

    @Override
    public void onTick(long nowNanos) {
        if (nowNanos - progressNanos > QUIET_NANOS) {
            writtenOff = sent - counted;
            progressNanos = nowNanos;
        }
        fill();
    }

    private void fill() {
        int idleTurns = 0;
        while (running && sent - counted - writtenOff < window && idleTurns < devices.size()) {
            turn = turn + 1 == devices.size() ? 0 : turn + 1;
            if (devices.get(turn).publishQos0()) {
                sent++;
                idleTurns = 0;
            } else {
                idleTurns++;
            }
        }
    }
}
