// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The sink publishes with QoS 1 to devices that have subscribed to a topic each: with a window of one, the next when the device has the
 * one before; or at a fixed rate, in turn. Confined to the sink's loop, except {@link #onDelivered}.
 */
final class DownlinkDriver implements LoadLoop.Tick {
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LoadLoop loop;
    private final CountingSink sink;
    private final int perSecond;
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<Device, Lane> lanesByDevice = new HashMap<>();
    private boolean running;
    private int turn;
    private long startNanos;
    private long due;
    private long stalls;
    private long unsubscribed;

    /**
     * @param perSecond messages per second to all devices together; 0 for a window of one per device
     */
    DownlinkDriver(LoadLoop loop, CountingSink sink, List<Device> devices, int payloadOctets, int perSecond) {
        this.loop = loop;
        this.sink = sink;
        this.perSecond = perSecond;
        for (Device device : devices) {
            Lane lane = new Lane(new DownlinkTopic(device.topic(), payloadOctets));
            lanes.add(lane);
            lanesByDevice.put(device, lane);
        }
    }

    /** Begins, or goes on after {@link #stop}. */
    void start() {
        running = true;
        startNanos = LoadClock.nanos();
        due = 0;
        if (perSecond == 0) {
            lanes.forEach(Lane::publish);
        }
    }

    void stop() {
        running = false;
    }

    /** How often a device got nothing for 2 s and was sent the next message. */
    long stalls() {
        return stalls;
    }

    /** Messages nobody had subscribed to. */
    long unsubscribed() {
        return unsubscribed;
    }

    /** On the devices' loop: the device has its message. */
    void onDelivered(Device device) {
        Lane lane = lanesByDevice.get(device);
        if (lane != null && perSecond == 0) {
            loop.execute(lane);
        }
    }

    @Override
    public void onTick(long nowNanos) {
        if (!running) {
            return;
        }
        if (perSecond > 0) {
            long shouldBe = (long) ((nowNanos - startNanos) / 1e9 * perSecond);
            while (due < shouldBe) {
                due++;
                turn = (turn + 1) % lanes.size();
                lanes.get(turn).publish();
            }
        } else {
            for (Lane lane : lanes) {
                if (nowNanos - lane.sentNanos > STALL_NANOS) {
                    stalls++;
                    lane.publish();
                }
            }
        }
    }

    /** One device's topic. */
    private final class Lane implements Runnable {
        private final DownlinkTopic topic;
        private long sequence;
        private long sentNanos;

        Lane(DownlinkTopic topic) {
            this.topic = topic;
        }

        @Override
        public void run() {
            if (running) {
                publish();
            }
        }

        void publish() {
            sentNanos = LoadClock.nanos();
            if (sink.publish(topic, 1, sequence++) == 0) {
                unsubscribed++;
            }
        }
    }
}
