// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** PUBACK, MQTT-SN 1.2 §5.4.13: {@code topicId} and {@code msgId} are copied from the PUBLISH; a short topic name stands in {@code topicId} as its two octets. */
public record PubAck(int topicId, int msgId, ReturnCode returnCode) implements SnMessage {
    public PubAck {
        Checks.uint16("topicId", topicId);
        Checks.uint16("msgId", msgId);
    }

    @Override
    public MessageType type() {
        return MessageType.PUBACK;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
