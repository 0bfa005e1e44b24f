// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.frame;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the body of every frame, MQTT-SN 1.2 §5.2.1: Length, in one octet or as {@code 01} and two octets,
 * and the type octet. What the type means, and whether Length has to be the size of the datagram, depends on the message
 * and is left to the reader of the message.
 *
 * @param headerOctets the size of the header itself, 2 or 4
 * @param totalOctets the value of Length, which counts the header: 2..255 in the short form, 4..65535 in the long form
 * @param type the type octet, 0..255
 */
public record FrameHeader(int headerOctets, int totalOctets, int type) {
    /** The size of a header whose Length is one octet. */
    public static final int SHORT_FORM_OCTETS = 2;

    /** The size of a header whose Length is three octets. */
    public static final int LONG_FORM_OCTETS = 4;

    /** The largest Length that one octet can hold. */
    public static final int MAX_SHORT_FORM_TOTAL = 255;

    /** The first octet of the long form; a one-octet Length of 1 therefore does not exist. */
    private static final int LONG_FORM_MARK = 0x01;

    /**
     * Reads the header at the reader index of {@code buffer}, which does not move. Accepts the long form for a small
     * frame too (§5.2.1).
     *
     * @return null if the readable octets do not begin with a whole header, or Length is smaller than the header
     */
    public static @Nullable FrameHeader read(ByteBuf buffer) {
        int start = buffer.readerIndex();
        int available = buffer.readableBytes();
        if (available < SHORT_FORM_OCTETS) {
            return null;
        }
        int first = buffer.getUnsignedByte(start);
        if (first != LONG_FORM_MARK) {
            return first < SHORT_FORM_OCTETS
                    ? null
                    : new FrameHeader(SHORT_FORM_OCTETS, first, buffer.getUnsignedByte(start + 1));
        }
        if (available < LONG_FORM_OCTETS) {
            return null;
        }
        int total = buffer.getUnsignedShort(start + 1);
        return total < LONG_FORM_OCTETS
                ? null
                : new FrameHeader(LONG_FORM_OCTETS, total, buffer.getUnsignedByte(start + 3));
    }

    /** Why {@link #read} found no header in {@code buffer}, for a person. */
    public static String problem(ByteBuf buffer) {
        int start = buffer.readerIndex();
        int available = buffer.readableBytes();
        if (available == 0) {
            return "no octets";
        }
        int first = buffer.getUnsignedByte(start);
        if (first == 0) {
            return "Length is 0";
        }
        int needed = first == LONG_FORM_MARK ? LONG_FORM_OCTETS : SHORT_FORM_OCTETS;
        if (available < needed) {
            return "the header needs " + needed + " octets, there are " + available;
        }
        return "Length is " + buffer.getUnsignedShort(start + 1) + ", less than the header of " + needed;
    }

    /** Whether Length takes three octets. */
    public boolean isLongForm() {
        return headerOctets == LONG_FORM_OCTETS;
    }

    /** How many octets a frame with a body of {@code bodyOctets} (0..65531) has in its shortest form. */
    public static int totalOctets(int bodyOctets) {
        int shortTotal = SHORT_FORM_OCTETS + bodyOctets;
        return shortTotal <= MAX_SHORT_FORM_TOTAL ? shortTotal : LONG_FORM_OCTETS + bodyOctets;
    }

    /** Appends the shortest header for a body of {@code bodyOctets} (0..65531) to {@code out}. */
    public static void write(ByteBuf out, int type, int bodyOctets) {
        int total = totalOctets(bodyOctets);
        if (total <= MAX_SHORT_FORM_TOTAL) {
            out.writeShort(total << 8 | type);
        } else {
            out.writeInt(LONG_FORM_MARK << 24 | total << 8 | type);
        }
    }
}
