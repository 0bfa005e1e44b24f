// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** WILLMSGUPD, MQTT-SN 1.2 §5.4.23. */
public record WillMsgUpd(Payload message) implements SnMessage {
    public WillMsgUpd {
        Checks.fits("message", message.length(), 0);
    }

    @Override
    public MessageType type() {
        return MessageType.WILLMSGUPD;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
