// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** WILLMSGRESP, MQTT-SN 1.2 §5.4.25. */
public record WillMsgResp(ReturnCode returnCode) implements SnMessage {
    @Override
    public MessageType type() {
        return MessageType.WILLMSGRESP;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
