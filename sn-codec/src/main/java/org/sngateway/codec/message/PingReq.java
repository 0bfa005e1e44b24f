// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** PINGREQ, MQTT-SN 1.2 §5.4.19: an empty {@code clientId} keeps a connection alive, a present one wakes a sleeping device. */
public record PingReq(String clientId) implements SnMessage {
    public PingReq {
        Checks.fits("clientId", Checks.utf8Octets(clientId), 0);
    }

    @Override
    public MessageType type() {
        return MessageType.PINGREQ;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
