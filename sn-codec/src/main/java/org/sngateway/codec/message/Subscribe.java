// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** SUBSCRIBE, MQTT-SN 1.2 §5.4.15: {@code topic} is a {@link TopicRef.Name} (wildcards allowed), a pre-defined id or a short name. */
public record Subscribe(boolean dup, Qos qos, int msgId, TopicRef topic) implements SnMessage {
    public Subscribe {
        Checks.uint16("msgId", msgId);
        if (topic instanceof TopicRef.Normal) {
            throw new IllegalArgumentException("SUBSCRIBE carries a topic name, not a normal topic id");
        }
    }

    @Override
    public MessageType type() {
        return MessageType.SUBSCRIBE;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
