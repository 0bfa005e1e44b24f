// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** ADVERTISE, MQTT-SN 1.2 §5.4.1: a gateway makes itself known; {@code gwId} 0..255, {@code duration} seconds until the next one, 0..65535. */
public record Advertise(int gwId, int duration) implements SnMessage {
    public Advertise {
        Checks.uint8("gwId", gwId);
        Checks.uint16("duration", duration);
    }

    @Override
    public MessageType type() {
        return MessageType.ADVERTISE;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
