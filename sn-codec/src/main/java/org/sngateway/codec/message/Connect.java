// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** CONNECT, MQTT-SN 1.2 §5.4.4: {@code duration} is the keep-alive in seconds, 0..65535; {@code clientId} may be empty, which the receiver decides on. */
public record Connect(boolean will, boolean cleanSession, int duration, String clientId) implements SnMessage {
    public Connect {
        Checks.uint16("duration", duration);
        Checks.fits("clientId", Checks.utf8Octets(clientId), 4);
    }

    @Override
    public MessageType type() {
        return MessageType.CONNECT;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
