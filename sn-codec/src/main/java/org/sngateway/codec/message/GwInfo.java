// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

/** GWINFO, MQTT-SN 1.2 §5.4.3: {@code gwId} 0..255; {@code gwAdd} is empty when a gateway sends it. */
public record GwInfo(int gwId, Payload gwAdd) implements SnMessage {
    public GwInfo {
        Checks.uint8("gwId", gwId);
        Checks.fits("gwAdd", gwAdd.length(), 1);
    }

    @Override
    public MessageType type() {
        return MessageType.GWINFO;
    }

    @Override
    public <R> R accept(SnMessageVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
