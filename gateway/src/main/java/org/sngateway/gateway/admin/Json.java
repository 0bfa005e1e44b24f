// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * JSON (RFC 8259) as it is written: each call adds what comes next, and commas come by themselves. That objects and arrays are ended, and
 * that a value stands behind a name, is up to the caller.
 */
final class Json {
    private static final HexFormat HEX = HexFormat.of();

    private final StringBuilder out = new StringBuilder(256);
    private boolean needsComma;

    /** Text in quotes, in ASCII: what a browser or a terminal might take for something else is escaped, too (§7). */
    static String string(String text) {
        return append(text, new StringBuilder(text.length() + 2)).toString();
    }

    private static StringBuilder append(String text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                to.append('\\').append(c);
            } else if (c < ' ' || c > '~' || c == '<' || c == '>' || c == '&') {
                to.append("\\u").append(HEX.toHexDigits(c));
            } else {
                to.append(c);
            }
        }
        return to.append('"');
    }

    /** Begins an object, as a value. */
    Json object() {
        return open('{');
    }

    Json endObject() {
        return close('}');
    }

    /** Begins an array, as a value. */
    Json array() {
        return open('[');
    }

    Json endArray() {
        return close(']');
    }

    private Json open(char bracket) {
        comma();
        out.append(bracket);
        needsComma = false;
        return this;
    }

    private Json close(char bracket) {
        out.append(bracket);
        needsComma = true;
        return this;
    }

    private void comma() {
        if (needsComma) {
            out.append(',');
        }
        needsComma = true;
    }

    /** The name of what follows. */
    Json name(String name) {
        comma();
        append(name, out).append(':');
        needsComma = false;
        return this;
    }

    Json value(@Nullable String text) {
        comma();
        if (text == null) {
            out.append("null");
        } else {
            append(text, out);
        }
        return this;
    }

    Json value(long number) {
        comma();
        out.append(number);
        return this;
    }

    /** With three digits after the point at most; {@code null} for what is no number. */
    Json value(double number) {
        if (!Double.isFinite(number)) {
            return value(null);
        }
        comma();
        long thousandths = Math.round(number * 1000);
        out.append(thousandths / 1000.0);
        return this;
    }

    Json value(boolean truth) {
        comma();
        out.append(truth);
        return this;
    }

    /** What is JSON already. */
    Json raw(String json) {
        comma();
        out.append(json);
        return this;
    }

    Json field(String name, @Nullable String text) {
        return name(name).value(text);
    }

    Json field(String name, long number) {
        return name(name).value(number);
    }

    Json field(String name, double number) {
        return name(name).value(number);
    }

    Json field(String name, boolean truth) {
        return name(name).value(truth);
    }

    /** What has been written. */
    @Override
    public String toString() {
        return out.toString();
    }
}
