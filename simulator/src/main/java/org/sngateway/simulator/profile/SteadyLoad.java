// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.profile;

import java.util.concurrent.atomic.LongAdder;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.check.ProbePayload;
import org.sngateway.simulator.node.Publication;
import org.sngateway.simulator.node.Workload;
import org.sngateway.simulator.time.SimulatorClock;

/**
 * A message every so often, or each as soon as the one before is acknowledged. A node that is held up by a slow
 * acknowledgement catches up, but owes at most a few messages: what lies further back is never sent and counts as unsent.
 */
public final class SteadyLoad implements Workload {
    /** How many messages a node may owe. */
    static final int MAX_BACKLOG = 8;

    private final Shape shape;
    private final int node;
    private final long phaseNanos;
    private final PublishWindow window;
    private final LongAdder unsent;
    /** With an interval: how many times to publish have come and gone. */
    private long slot;
    /** Without one: when the last message was sent. */
    private long lastSentNanos;

    private int sequence;

    /**
     * What all nodes of a run have in common.
     *
     * @param runId tells this run's messages from others'
     * @param intervalNanos time between two messages of one node, 0 for "as soon as the last is acknowledged"
     * @param sizeOctets payload size, {@link ProbePayload#MIN_OCTETS} or more
     */
    public record Shape(int runId, long intervalNanos, Qos qos, int sizeOctets) {}

    /**
     * @param phase where in its interval the node's first message lies, 0 up to but not including 1
     * @param unsent adds up the messages that were not sent in time
     */
    public SteadyLoad(Shape shape, int node, double phase, PublishWindow window, LongAdder unsent) {
        this.shape = shape;
        this.node = node;
        this.phaseNanos = (long) (phase * shape.intervalNanos());
        this.window = window;
        this.unsent = unsent;
    }

    @Override
    public long dueNanos() {
        if (!window.isOpened()) {
            return SimulatorClock.NEVER;
        }
        long due = shape.intervalNanos() > 0 ? slotNanos(slot) : Math.max(window.startNanos(), lastSentNanos);
        return due < window.endNanos() ? due : SimulatorClock.NEVER;
    }

    private long slotNanos(long number) {
        return window.startNanos() + phaseNanos + number * shape.intervalNanos();
    }

    @Override
    public Publication next(long nowNanos) {
        if (shape.intervalNanos() > 0) {
            skipWhatIsTooLate(nowNanos);
            slot++;
        }
        lastSentNanos = nowNanos;
        Payload data = ProbePayload.create(shape.runId(), node, sequence, nowNanos, shape.sizeOctets());
        return new Publication(0, shape.qos(), sequence++, data);
    }

    private void skipWhatIsTooLate(long nowNanos) {
        long owed = (nowNanos - slotNanos(slot)) / shape.intervalNanos();
        long tooMany = owed - MAX_BACKLOG;
        if (tooMany > 0) {
            slot += tooMany;
            unsent.add(tooMany);
        }
    }

    /** At the end of the run: counts the messages that were due and have not been taken as unsent. */
    public void settle() {
        if (shape.intervalNanos() == 0 || !window.isOpened()) {
            return;
        }
        long untilEnd = window.endNanos() - slotNanos(slot);
        if (untilEnd > 0) {
            long missed = (untilEnd + shape.intervalNanos() - 1) / shape.intervalNanos();
            slot += missed;
            unsent.add(missed);
        }
    }

    @Override
    public void onDelivery(String topic, Payload data, long nowNanos) {
        // these nodes subscribe to nothing
    }
}
