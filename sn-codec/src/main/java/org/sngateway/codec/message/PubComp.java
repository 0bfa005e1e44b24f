// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** PUBCOMP, MQTT-SN 1.2 §5.4.14. */
public record PubComp(int msgId) implements SnMessage {
    public PubComp {
        Checks.uint16("msgId", msgId);
    }

    @Override
    public MessageType type() {
        return MessageType.PUBCOMP;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
