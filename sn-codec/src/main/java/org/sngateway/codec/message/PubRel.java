// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** PUBREL, MQTT-SN 1.2 §5.4.14. */
public record PubRel(int msgId) implements SnMessage {
    public PubRel {
        Checks.uint16("msgId", msgId);
    }

    @Override
    public MessageType type() {
        return MessageType.PUBREL;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
