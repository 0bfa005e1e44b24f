// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * What the message formats share. A {@code body} is a buffer whose readable octets are exactly the part of the message
 * behind the header.
 */
final class Fields {
    private Fields() {}

    static void requireAtLeast(ByteBuf body, int octets) throws MalformedFrameException {
        if (body.readableBytes() < octets) {
            throw tooShort(body, octets);
        }
    }

    static void requireExactly(ByteBuf body, int octets) throws MalformedFrameException {
        int present = body.readableBytes();
        if (present < octets) {
            throw tooShort(body, octets);
        }
        if (present > octets) {
            throw new MalformedFrameException(
                    MalformedReason.TOO_LONG, present + " octets where there must be " + octets);
        }
    }

    /** Fails if the rest of the body, which is the field {@code name}, is empty. */
    static void requirePresent(ByteBuf body, String name) throws MalformedFrameException {
        if (!body.isReadable()) {
            throw new MalformedFrameException(MalformedReason.TOO_SHORT, name + " is empty");
        }
    }

    /** Fails if a request has MsgId 0, which its acknowledgement could not be matched by. */
    static void requireMsgId(int msgId) throws MalformedFrameException {
        if (msgId == 0) {
            throw new MalformedFrameException(MalformedReason.MSG_ID, "MsgId is 0");
        }
    }

    /** Reads the rest of the body as the text field {@code name}, which may be empty. */
    static String readText(ByteBuf body, String name) throws MalformedFrameException {
        int start = body.readerIndex();
        int octets = body.readableBytes();
        int fault = Utf8.firstFault(body, start, octets);
        if (fault != Utf8.NO_FAULT) {
            throw new MalformedFrameException(MalformedReason.TEXT, name + " is not UTF-8 at octet " + fault);
        }
        int nul = body.bytesBefore((byte) 0);
        if (nul >= 0) {
            throw new MalformedFrameException(MalformedReason.TEXT, name + " has U+0000 at octet " + nul);
        }
        body.skipBytes(octets);
        return body.toString(start, octets, StandardCharsets.UTF_8);
    }

    static int textOctets(String text) {
        return ByteBufUtil.utf8Bytes(text);
    }

    static void writeText(String text, ByteBuf out) {
        ByteBufUtil.reserveAndWriteUtf8(out, text, textOctets(text)); // reserves no more than it writes
    }

    private static MalformedFrameException tooShort(ByteBuf body, int needed) {
        return new MalformedFrameException(
                MalformedReason.TOO_SHORT, body.readableBytes() + " octets where " + needed + " are needed");
    }
}
