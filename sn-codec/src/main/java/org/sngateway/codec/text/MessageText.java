// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.text;

import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.SnMessage;

/**
 * A message as one line: its type, then {@code field=value} pairs, as in
 * {@code PUBLISH dup=0 qos=1 retain=0 topic=short:ab msgId=7 data=4}.
 *
 * <p>Text that a peer chose cannot break out of its field: what is not printable, and the backslash, is escaped as
 * <code>&#92;u{hex}</code>. Text that is empty or has a space, a double quote or a bracket stands in double quotes, with
 * <code>&#92;"</code> for a double quote. So a line is one line, holds no terminal escapes, and can be split into its fields.
 */
public final class MessageText {
    /** How application data, will messages and the octets of malformed frames appear. */
    public enum Contents {
        /** As the number of octets. */
        LENGTH,
        /** In hexadecimal, after {@code 0x}. */
        HEX
    }

    private MessageText() {}

    /** Text from outside, such as a client id, so that it can neither end a line nor pass for another field of it. */
    public static String ofText(String text) {
        StringBuilder out = new StringBuilder(text.length());
        Line.appendText("", text, out);
        return out.toString();
    }

    /** Whether a code point has a glyph and changes nothing around it: no control, no invisible or direction mark, no space. */
    public static boolean isPrintable(int character) {
        return Line.isPrintable(character);
    }

    /** The line for {@code message}, without the contents of payloads. */
    public static String of(SnMessage message) {
        return of(message, Contents.LENGTH);
    }

    /** The line for {@code message}, with the contents of payloads as asked for. */
    public static String of(SnMessage message, Contents contents) {
        return message.accept(new LineVisitor(contents)).toString();
    }

    /** The line for {@code result}, without the contents of payloads. */
    public static String of(DecodeResult result) {
        return of(result, Contents.LENGTH);
    }

    /**
     * The line for {@code result}: of the message, or for a malformed frame
     * {@code MALFORMED reason=TEXT detail="..." head=9 reply=[...]}.
     */
    public static String of(DecodeResult result, Contents contents) {
        if (result instanceof DecodeResult.Malformed malformed) {
            return malformed(malformed, contents);
        }
        return of(((DecodeResult.Decoded) result).message(), contents);
    }

    private static String malformed(DecodeResult.Malformed malformed, Contents contents) {
        Line line = new Line("MALFORMED", contents)
                .word("reason", malformed.reason().name())
                .text("detail", malformed.detail())
                .contents("head", malformed.head());
        SnMessage reply = malformed.reply();
        return (reply == null ? line : line.nested("reply", of(reply, contents))).toString();
    }
}
