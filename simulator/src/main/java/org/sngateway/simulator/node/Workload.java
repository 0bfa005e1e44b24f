// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import org.sngateway.codec.message.Payload;

/** What a node publishes and what it does with what it receives. Times are those of the simulator's clock, in nanoseconds. */
public interface Workload {
    /** When the next message is due; {@link org.sngateway.simulator.time.SimulatorClock#NEVER} when none is. */
    long dueNanos();

    /** The message that is due. Called when {@link #dueNanos} has come and the node may send. */
    Publication next(long nowNanos);

    /** A message has arrived for this node. */
    void onDelivery(String topic, Payload data, long nowNanos);
}
