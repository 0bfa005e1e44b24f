// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.ReturnCode;

/**
 * Hears what happens to the nodes of a fleet; called on the loop of the node, so by several threads at once for different
 * nodes. {@code node} is {@link NodeConfig#number()}.
 */
public interface NodeListener {
    /** The node is connected, registered and subscribed; {@code isFirst} unless it had been so before. */
    void onReady(int node, boolean isFirst);

    /** A node that was ready is so no longer: the gateway sent DISCONNECT or has not answered N-retry times. */
    void onDisconnected(int node);

    /** The gateway answered a CONNECT, REGISTER or SUBSCRIBE with a rejection; the node starts again after a pause. */
    void onRefused(int node, MessageType request, ReturnCode code);

    /** The publication is about to be sent for the first time. */
    void onSent(int node, Publication publication, long nowNanos);

    /** A message was sent once more because its answer did not come in T-retry. */
    void onRetransmitted(int node);

    /** PUBACK for QoS 1, PUBCOMP for QoS 2; {@code sentNanos} is when it was first sent. */
    void onAcknowledged(int node, Publication publication, long sentNanos, long nowNanos);

    /** The gateway refused the publication, which is not tried again. */
    void onRejected(int node, Publication publication, ReturnCode code);

    /** Octets came that are not an MQTT-SN message from a gateway. */
    void onMalformed(int node, String detail);

    /** The operating system reports that nothing listens at the gateway's address. */
    void onUnreachable(int node);
}
