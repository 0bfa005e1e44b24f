// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** UNSUBSCRIBE, MQTT-SN 1.2 §5.4.17: {@code topic} as in SUBSCRIBE. */
public record Unsubscribe(int msgId, TopicRef topic) implements SnMessage {
    public Unsubscribe {
        Checks.uint16("msgId", msgId);
        if (topic instanceof TopicRef.Normal) {
            throw new IllegalArgumentException("UNSUBSCRIBE carries a topic name, not a normal topic id");
        }
    }

    @Override
    public MessageType type() {
        return MessageType.UNSUBSCRIBE;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
