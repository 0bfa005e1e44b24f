// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** PINGRESP, MQTT-SN 1.2 §5.4.20. */
public record PingResp() implements SnMessage {
    @Override
    public MessageType type() {
        return MessageType.PINGRESP;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
