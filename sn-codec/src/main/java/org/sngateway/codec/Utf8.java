// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;

/** Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF, nothing cut off. */
final class Utf8 {
    /** What {@link #firstFault} returns for well-formed text. */
    static final int NO_FAULT = -1;

    private Utf8() {}

    /** The offset of the first ill-formed sequence in these octets, or {@link #NO_FAULT}. */
    static int firstFault(ByteBuf buffer, int start, int octets) {
        int end = start + octets;
        int at = start;
        while (at < end) {
            int lead = buffer.getByte(at);
            if (lead >= 0) {
                at++;
                continue;
            }
            int length = sequenceLength(buffer, at, end);
            if (length == 0) {
                return at - start;
            }
            at += length;
        }
        return NO_FAULT;
    }

    /** The length of the multi-octet sequence at {@code at}, 2..4, or 0 if it is ill-formed. */
    private static int sequenceLength(ByteBuf buffer, int at, int end) {
        int lead = buffer.getUnsignedByte(at);
        int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        if (length == 0 || end - at < length) {
            return 0;
        }
        int second = buffer.getUnsignedByte(at + 1);
        if (second < lowestSecond(lead) || second > highestSecond(lead)) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((buffer.getByte(at + i) & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /** Below it, the sequence would be overlong. */
    private static int lowestSecond(int lead) {
        return lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    }

    /** Above it, the sequence would be a surrogate or beyond U+10FFFF. */
    private static int highestSecond(int lead) {
        return lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    }
}
