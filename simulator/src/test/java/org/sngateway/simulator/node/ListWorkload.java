// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.time.SimulatorClock;

/** Publishes what a test puts in, as soon as the node may send; keeps what it gets. */
final class ListWorkload implements Workload {
    final List<String> delivered = new ArrayList<>();
    private final Queue<Publication> waiting = new ArrayDeque<>();
    private int sequence;

    void add(Qos qos, String text) {
        waiting.add(new Publication(0, qos, sequence++, Payload.utf8(text)));
    }

    @Override
    public long dueNanos() {
        return waiting.isEmpty() ? SimulatorClock.NEVER : 0;
    }

    @Override
    public Publication next(long nowNanos) {
        return waiting.remove();
    }

    @Override
    public void onDelivery(String topic, Payload data, long nowNanos) {
        delivered.add(topic + "=" + data.toUtf8());
    }
}
