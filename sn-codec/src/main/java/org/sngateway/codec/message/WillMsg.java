// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** WILLMSG, MQTT-SN 1.2 §5.4.9. */
public record WillMsg(Payload message) implements SnMessage {
    public WillMsg {
        Checks.fits("message", message.length(), 0);
    }

    @Override
    public MessageType type() {
        return MessageType.WILLMSG;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
