// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Immutable octets: application data, a will message, an address. One copy, made at decode; it pins no pooled memory. */
public final class Payload {
    public static final Payload EMPTY = new Payload(new byte[0]);

    private final byte[] octets;

    private Payload(byte[] octets) {
        this.octets = octets;
    }

    /** Takes over {@code octets} without a copy; the caller must not change them afterwards. */
    public static Payload wrap(byte[] octets) {
        return octets.length == 0 ? EMPTY : new Payload(octets);
    }

    /** Reads the next {@code length} octets of {@code buffer} into a payload and moves its reader index. */
    public static Payload read(ByteBuf buffer, int length) {
        if (length == 0) {
            return EMPTY;
        }
        byte[] octets = new byte[length];
        buffer.readBytes(octets);
        return new Payload(octets);
    }

    public static Payload utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    public static Payload hex(String hex) {
        return wrap(ByteBufUtil.decodeHexDump(hex));
    }

    public int length() {
        return octets.length;
    }

    public boolean isEmpty() {
        return octets.length == 0;
    }

    /** Appends the octets to {@code out}. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(octets);
    }

    /** A read-only view of the octets, position 0, limit {@link #length()}. */
    public ByteBuffer asReadOnlyBuffer() {
        return ByteBuffer.wrap(octets).asReadOnlyBuffer();
    }

    /** A copy of the octets. */
    public byte[] toByteArray() {
        return octets.clone();
    }

    public String toHex() {
        return ByteBufUtil.hexDump(octets);
    }

    public String toUtf8() {
        return new String(octets, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload payload && Arrays.equals(octets, payload.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return octets.length <= 32 ? "0x" + toHex() : octets.length + " octets";
    }
}
