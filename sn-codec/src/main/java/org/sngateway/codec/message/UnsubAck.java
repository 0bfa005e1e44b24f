// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** UNSUBACK, MQTT-SN 1.2 §5.4.18. */
public record UnsubAck(int msgId) implements SnMessage {
    public UnsubAck {
        Checks.uint16("msgId", msgId);
    }

    @Override
    public MessageType type() {
        return MessageType.UNSUBACK;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
