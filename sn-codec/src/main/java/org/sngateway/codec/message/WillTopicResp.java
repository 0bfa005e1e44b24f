// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** WILLTOPICRESP, MQTT-SN 1.2 §5.4.24. */
public record WillTopicResp(ReturnCode returnCode) implements SnMessage {
    @Override
    public MessageType type() {
        return MessageType.WILLTOPICRESP;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
