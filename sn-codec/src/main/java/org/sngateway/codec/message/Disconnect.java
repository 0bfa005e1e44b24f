// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/**
 * DISCONNECT, MQTT-SN 1.2 §5.4.21.
 *
 * @param duration the sleep duration in seconds, 0..65535, or {@link #NO_DURATION}; 0 means no sleep and is decoded as
 *     {@link #PLAIN}
 */
public record Disconnect(int duration) implements SnMessage {
    /** The duration of a DISCONNECT without one. */
    public static final int NO_DURATION = -1;

    /** The plain form. */
    public static final Disconnect PLAIN = new Disconnect(NO_DURATION);

    public Disconnect {
        Checks.range("duration", duration, NO_DURATION, 65535);
    }

    public boolean hasDuration() {
        return duration != NO_DURATION;
    }

    @Override
    public MessageType type() {
        return MessageType.DISCONNECT;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
