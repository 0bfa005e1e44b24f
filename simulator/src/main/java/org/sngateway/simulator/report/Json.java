// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

import java.util.Locale;
import java.util.Map;

/** Writes JSON: objects as maps in their order, text, numbers and booleans. */
public final class Json {
    private Json() {}

    /** A JSON object on one line. */
    public static String object(Map<String, ?> members) {
        StringBuilder out = new StringBuilder();
        append(out, members);
        return out.toString();
    }

    private static void append(StringBuilder out, Object value) {
        if (value instanceof Map<?, ?> members) {
            char separator = '{';
            for (Map.Entry<?, ?> member : members.entrySet()) {
                out.append(separator);
                appendText(out, String.valueOf(member.getKey()));
                out.append(':');
                append(out, member.getValue());
                separator = ',';
            }
            out.append(members.isEmpty() ? "{}" : "}");
        } else if (value instanceof Double number) {
            out.append(String.format(Locale.ROOT, "%.3f", number));
        } else if (value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            appendText(out, String.valueOf(value));
        }
    }

    private static void appendText(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
