// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

/** Text as JSON has it (RFC 8259 §7). */
final class Json {
    private Json() {}

    /** In quotes, in ASCII: what a browser or a terminal might take for something else is escaped, too. */
    static String string(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c > '~' || c == '<' || c == '>' || c == '&') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
