// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** WILLTOPICREQ, MQTT-SN 1.2 §5.4.6. */
public record WillTopicReq() implements SnMessage {
    @Override
    public MessageType type() {
        return MessageType.WILLTOPICREQ;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
