// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** CONNACK, MQTT-SN 1.2 §5.4.5. */
public record ConnAck(ReturnCode returnCode) implements SnMessage {
    @Override
    public MessageType type() {
        return MessageType.CONNACK;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
