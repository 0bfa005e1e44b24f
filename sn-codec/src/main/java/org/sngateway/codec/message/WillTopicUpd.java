// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

import org.jspecify.annotations.Nullable;

/** WILLTOPICUPD, MQTT-SN 1.2 §5.4.22: null is the empty form, which deletes will topic and will message. */
public record WillTopicUpd(@Nullable WillHeader will) implements SnMessage {
    @Override
    public MessageType type() {
        return MessageType.WILLTOPICUPD;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
