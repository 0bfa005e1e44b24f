// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** REGISTER, MQTT-SN 1.2 §5.4.10: {@code topicId} is 0 from a device, the assigned id from a gateway; {@code msgId} 0..65535; {@code topicName} 1..65527 octets of UTF-8. */
public record Register(int topicId, int msgId, String topicName) implements SnMessage {
    public Register {
        Checks.uint16("topicId", topicId);
        Checks.uint16("msgId", msgId);
        Checks.range("topicName octets", Checks.utf8Octets(topicName), 1, Checks.MAX_FRAME_OCTETS - 8);
    }

    @Override
    public MessageType type() {
        return MessageType.REGISTER;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
