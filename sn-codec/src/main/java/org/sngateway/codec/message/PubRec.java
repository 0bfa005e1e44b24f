// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** PUBREC, MQTT-SN 1.2 §5.4.14. */
public record PubRec(int msgId) implements SnMessage {
    public PubRec {
        Checks.uint16("msgId", msgId);
    }

    @Override
    public MessageType type() {
        return MessageType.PUBREC;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
