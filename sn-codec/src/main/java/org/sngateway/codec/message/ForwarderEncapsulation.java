// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** Encapsulated message, MQTT-SN 1.2 §5.5: a message to or from the node {@code nodeId} (1..252 octets) behind a forwarder; {@code radius} in hops, 0..3, 0 is the whole network. Never nested. */
public record ForwarderEncapsulation(int radius, Payload nodeId, SnMessage message) implements SnMessage {
    /** Octets of the header without the node id: Length, MsgType, Ctrl. */
    public static final int HEADER_OCTETS = 3;

    public ForwarderEncapsulation {
        Checks.range("radius", radius, 0, 3);
        Checks.range("nodeId octets", nodeId.length(), 1, 252);
        if (message instanceof ForwarderEncapsulation) {
            throw new IllegalArgumentException("an encapsulated message holds a message, not another encapsulation");
        }
    }

    @Override
    public MessageType type() {
        return MessageType.ENCAPSULATED;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
