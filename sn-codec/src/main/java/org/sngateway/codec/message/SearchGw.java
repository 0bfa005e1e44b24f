// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** SEARCHGW, MQTT-SN 1.2 §5.4.2: a device looks for a gateway; {@code radius} in hops, 0..255, 0 is the whole network. */
public record SearchGw(int radius) implements SnMessage {
    public SearchGw {
        Checks.uint8("radius", radius);
    }

    @Override
    public MessageType type() {
        return MessageType.SEARCHGW;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
