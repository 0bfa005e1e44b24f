// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.sngateway.codec.message.Payload;

/**
 * Who a radio node is: its serial number of 64 bits, or, where that is not known, its network address of 16 bits.
 *
 * @param isLong whether {@code value} has 64 bits
 * @param value the address; 0..65535 when it is a short one
 */
public record XbeeAddress(boolean isLong, long value) {
    /** All nodes in reach. */
    public static final XbeeAddress BROADCAST = ofLong(0xFFFF);
    /** What stands for a 64-bit address that is not known. */
    static final long UNKNOWN_LONG = -1;
    /** What stands for a network address that is not known. */
    public static final int UNKNOWN_NETWORK = 0xFFFE;

    public XbeeAddress {
        if (!isLong && (value < 0 || value > 0xFFFF)) {
            throw new IllegalArgumentException("value is " + value + ", allowed is 0..65535");
        }
    }

    public static XbeeAddress ofLong(long address) {
        return new XbeeAddress(true, address);
    }

    /** A network address, 0..65535. */
    public static XbeeAddress ofShort(int address) {
        return new XbeeAddress(false, address);
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException when {@code octets} are neither 8 nor 2
     */
    public static XbeeAddress of(Payload octets) {
        ByteBuf in = Unpooled.wrappedBuffer(octets.asReadOnlyBuffer());
        return switch (octets.length()) {
            case Long.BYTES -> ofLong(in.readLong());
            case Short.BYTES -> ofShort(in.readUnsignedShort());
            default -> throw new IllegalArgumentException("octets are " + octets.length() + ", allowed is 8 or 2");
        };
    }

    /** 8 octets or 2, most significant first. */
    public Payload toOctets() {
        ByteBuf out = Unpooled.buffer(Long.BYTES);
        if (isLong) {
            out.writeLong(value);
        } else {
            out.writeShort((int) value);
        }
        return Payload.wrap(ByteBufUtil.getBytes(out));
    }

    @Override
    public String toString() {
        return toOctets().toHex();
    }
}
