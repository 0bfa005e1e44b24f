// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.text;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;

/** One line in the making. */
final class Line {
    private final StringBuilder line;
    private final MessageText.Contents contents;

    Line(String type, MessageText.Contents contents) {
        this.line = new StringBuilder(96).append(type);
        this.contents = contents;
    }

    Line number(String name, int value) {
        field(name).append(value);
        return this;
    }

    Line flag(String name, boolean set) {
        return number(name, set ? 1 : 0);
    }

    /** A value that we chose ourselves and that needs no escape. */
    Line word(String name, String value) {
        field(name).append(value);
        return this;
    }

    Line text(String name, String value) {
        appendText("", value, field(name));
        return this;
    }

    Line returnCode(ReturnCode code) {
        return word("returnCode", code.toString());
    }

    /** A topic after its kind, as in {@code normal:1} or {@code short:ab}. */
    Line topic(TopicRef topic) {
        StringBuilder out = field("topic");
        if (topic instanceof TopicRef.Normal normal) {
            out.append("normal:").append(normal.id());
        } else if (topic instanceof TopicRef.Predefined predefined) {
            out.append("predefined:").append(predefined.id());
        } else if (topic instanceof TopicRef.ShortName shortName) {
            appendText("short:", shortName.name(), out);
        } else if (topic instanceof TopicRef.Name name) {
            appendText("name:", name.name(), out);
        }
        return this;
    }

    /** Octets that may be private. */
    Line contents(String name, Payload octets) {
        return contents == MessageText.Contents.HEX ? octets(name, octets) : number(name, octets.length());
    }

    /** Octets that are an address. */
    Line octets(String name, Payload octets) {
        field(name).append("0x").append(octets.toHex());
        return this;
    }

    Line nested(String name, String message) {
        field(name).append('[').append(message).append(']');
        return this;
    }

    private StringBuilder field(String name) {
        return line.append(' ').append(name).append('=');
    }

    static void appendText(String prefix, String text, StringBuilder out) {
        boolean quoted = text.isEmpty() || text.chars().anyMatch(c -> " \"[]".indexOf(c) >= 0);
        out.append(prefix).append(quoted ? "\"" : "");
        text.codePoints().forEach(character -> appendCharacter(character, out));
        out.append(quoted ? "\"" : "");
    }

    private static void appendCharacter(int character, StringBuilder out) {
        if (character == '"') {
            out.append("\\\"");
        } else if (character == ' ' || (isPrintable(character) && character != '\\')) {
            out.appendCodePoint(character);
        } else {
            out.append("\\u{").append(Integer.toHexString(character)).append('}');
        }
    }

    /** Has a glyph and changes nothing around it: no controls, no invisible or direction marks, no foreign spaces. */
    static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
