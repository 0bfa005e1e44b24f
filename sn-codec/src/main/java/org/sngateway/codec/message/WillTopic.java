// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

import org.jspecify.annotations.Nullable;

/** WILLTOPIC, MQTT-SN 1.2 §5.4.7: null is the empty form, which deletes the will. */
public record WillTopic(@Nullable WillHeader will) implements SnMessage {
    @Override
    public MessageType type() {
        return MessageType.WILLTOPIC;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
