// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** REGACK, MQTT-SN 1.2 §5.4.11. */
public record RegAck(int topicId, int msgId, ReturnCode returnCode) implements SnMessage {
    public RegAck {
        Checks.uint16("topicId", topicId);
        Checks.uint16("msgId", msgId);
    }

    @Override
    public MessageType type() {
        return MessageType.REGACK;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
