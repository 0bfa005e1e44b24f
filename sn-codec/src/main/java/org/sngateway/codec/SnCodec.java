// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SnMessage;

/**
 * MQTT-SN 1.2: octets to messages and back.
 *
 * <p>Strict where reading on would be a guess: sizes, UTF-8, reserved values, direction. Lenient where the specification
 * is: Length may take three octets for a small message (§5.2.1), bits of the Flags octet that a message does not use are
 * ignored (§5.3.4). What {@link #encode} writes is always the shortest form, with unused bits 0.
 */
public final class SnCodec {
    private SnCodec() {}

    /**
     * Decodes the readable octets of {@code frame}, which must be exactly one message; never throws, whatever they are.
     * Keeps no reference to {@code frame}; its reader index afterwards is unspecified.
     *
     * @param sender who sent the frame
     */
    public static DecodeResult decode(ByteBuf frame, Sender sender) {
        int start = frame.readerIndex();
        try {
            return new DecodeResult.Decoded(FrameReader.read(frame, sender));
        } catch (MalformedFrameException e) {
            frame.readerIndex(start);
            int headOctets = Math.min(frame.readableBytes(), DecodeResult.Malformed.HEAD_OCTETS);
            return new DecodeResult.Malformed(e.reason(), e.detail(), Payload.read(frame, headOctets), e.reply());
        }
    }

    /** Appends {@code message} to {@code out} with the shortest Length field (§5.2.1). */
    public static void encode(SnMessage message, ByteBuf out) {
        FrameWriter.write(message, out);
    }

    /** How many octets {@link #encode} appends, 2..65535 (plus up to 255 of an encapsulation header). */
    public static int encodedOctets(SnMessage message) {
        return FrameWriter.octets(message);
    }
}
