// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** PUBLISH, MQTT-SN 1.2 §5.4.12: application data for one topic, in either direction. {@code msgId} is 0 for QoS 0 and -1, else 1..65535 and unique among the sender's unacknowledged messages; {@code data} 0..65526 octets; {@code topic} is never a {@link TopicRef.Name}. */
public record Publish(boolean dup, Qos qos, boolean retain, TopicRef topic, int msgId, Payload data)
        implements SnMessage {
    public Publish {
        Checks.uint16("msgId", msgId);
        Checks.fits("data", data.length(), 5);
        if (topic instanceof TopicRef.Name) {
            throw new IllegalArgumentException("PUBLISH carries a topic id or a short name, not a full topic name");
        }
    }

    @Override
    public MessageType type() {
        return MessageType.PUBLISH;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
