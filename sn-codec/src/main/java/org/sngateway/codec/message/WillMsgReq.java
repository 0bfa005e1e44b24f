// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** WILLMSGREQ, MQTT-SN 1.2 §5.4.8. */
public record WillMsgReq() implements SnMessage {
    @Override
    public MessageType type() {
        return MessageType.WILLMSGREQ;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
