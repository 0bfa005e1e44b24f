// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, strings, numbers and booleans as indented JSON, RFC 8259. */
final class Json {
    private static final String INDENT = "  ";

    private Json() {}

    static String write(Map<String, ?> document) {
        StringBuilder out = new StringBuilder();
        append(out, document, "\n");
        return out.append('\n').toString();
    }

    private static void append(StringBuilder out, @Nullable Object value, String lineBreak) {
        if (value instanceof Map<?, ?> map) {
            appendAll(out, "{}", map.entrySet().iterator(), lineBreak);
        } else if (value instanceof List<?> list) {
            appendAll(out, "[]", list.iterator(), lineBreak);
        } else if (value instanceof Map.Entry<?, ?> member) {
            appendString(out, String.valueOf(member.getKey()));
            append(out.append(": "), member.getValue(), lineBreak);
        } else if (value instanceof Double number) {
            appendNumber(out, number);
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            appendString(out, value.toString());
        }
    }

    private static void appendAll(StringBuilder out, String brackets, Iterator<?> elements, String lineBreak) {
        out.append(brackets.charAt(0));
        boolean empty = !elements.hasNext();
        while (elements.hasNext()) {
            out.append(lineBreak).append(INDENT);
            append(out, elements.next(), lineBreak + INDENT);
            out.append(elements.hasNext() ? "," : "");
        }
        out.append(empty ? "" : lineBreak).append(brackets.charAt(1));
    }

    private static void appendNumber(StringBuilder out, double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            out.append("null");
        } else if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            out.append((long) number);
        } else {
            out.append(String.format(Locale.ROOT, "%.4f", number));
        }
    }

    private static void appendString(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
