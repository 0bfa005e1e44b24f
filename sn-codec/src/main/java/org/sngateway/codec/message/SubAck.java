// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** SUBACK, MQTT-SN 1.2 §5.4.16: {@code topicId} is 0 for a filter with wildcards, a short name and a refusal. */
public record SubAck(Qos qos, int topicId, int msgId, ReturnCode returnCode) implements SnMessage {
    public SubAck {
        Checks.uint16("topicId", topicId);
        Checks.uint16("msgId", msgId);
    }

    @Override
    public MessageType type() {
        return MessageType.SUBACK;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
