// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.util.Base64;
import java.util.Locale;
import org.sngateway.codec.message.Payload;

/** A JSON object on one line, of ASCII characters only. */
final class JsonLine {
    private final StringBuilder text = new StringBuilder(200);

    JsonLine(String type) {
        text.append("{\"type\":\"").append(type).append('"');
    }

    JsonLine with(String key, String value) {
        name(key).append('"');
        value.chars().forEach(c -> append((char) c));
        text.append('"');
        return this;
    }

    JsonLine with(String key, Payload value) {
        name(key)
                .append('"')
                .append(Base64.getEncoder().encodeToString(value.toByteArray()))
                .append('"');
        return this;
    }

    JsonLine with(String key, long value) {
        name(key).append(value);
        return this;
    }

    JsonLine with(String key, boolean value) {
        name(key).append(value);
        return this;
    }

    private StringBuilder name(String key) {
        return text.append(",\"").append(key).append("\":");
    }

    private void append(char c) {
        if (c == '"' || c == '\\') {
            text.append('\\').append(c);
        } else if (c < 0x20 || c > 0x7e) {
            text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
        } else {
            text.append(c);
        }
    }

    /** The object, closed. */
    @Override
    public String toString() {
        return text + "}";
    }
}
