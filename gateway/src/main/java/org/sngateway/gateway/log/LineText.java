// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.log;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import org.sngateway.codec.text.MessageText;

/**
 * An event as {@code msg="device lost" device=pump-1 logger=Session}: pairs with spaces between them. A value that is empty or has a space,
 * an equals sign or a double quote stands in double quotes. Double quotes and backslashes in it have a backslash before them, and what is not
 * printable is escaped as <code>&#92;u{hex}</code>: an event is one line, whatever a peer has chosen as its client id.
 */
final class LineText {
    private static final int MAX_CAUSES = 5;
    private static final int MAX_FRAMES = 12;

    private final StringBuilder text = new StringBuilder(128);

    /**
     * An event.
     *
     * @param logger its name; the part after the last dot is shown
     */
    static String of(
            String message, @Nullable List<KeyValuePair> pairs, @Nullable Throwable cause, @Nullable String logger) {
        LineText line = new LineText().pair("msg", message);
        if (pairs != null) {
            pairs.forEach(pair -> line.pair(key(pair.key), pair.value));
        }
        if (logger != null) {
            line.pair("logger", logger.substring(logger.lastIndexOf('.') + 1));
        }
        if (cause != null) {
            line.pair("error", causes(cause)).pair("at", stack(cause));
        }
        return line.text.toString();
    }

    /** So that no pair passes for one that the gateway gives each event. */
    private static String key(@Nullable String key) {
        return key == null || key.isEmpty() ? "key" : key;
    }

    private LineText pair(String key, @Nullable Object value) {
        if (text.length() > 0) {
            text.append(' ');
        }
        text.append(key).append('=');
        append(String.valueOf(value));
        return this;
    }

    private void append(String value) {
        boolean quoted = value.isEmpty() || value.chars().anyMatch(c -> c == ' ' || c == '=' || c == '"');
        text.append(quoted ? "\"" : "");
        value.codePoints().forEach(this::append);
        text.append(quoted ? "\"" : "");
    }

    private void append(int character) {
        if (character == '"' || character == '\\') {
            text.append('\\').appendCodePoint(character);
        } else if (character == ' ' || MessageText.isPrintable(character)) {
            text.appendCodePoint(character);
        } else {
            text.append("\\u{").append(Integer.toHexString(character)).append('}');
        }
    }

    private static String causes(Throwable error) {
        StringBuilder causes = new StringBuilder();
        Throwable next = error;
        for (int i = 0; i < MAX_CAUSES && next != null; i++) {
            causes.append(i == 0 ? "" : "; because of ").append(next);
            next = next.getCause();
        }
        return causes.toString();
    }

    /** Where the innermost cause was thrown, and who called there. */
    private static String stack(Throwable error) {
        Throwable innermost = error;
        for (int i = 1; i < MAX_CAUSES && innermost.getCause() != null; i++) {
            innermost = innermost.getCause();
        }
        StackTraceElement[] frames = innermost.getStackTrace();
        StringBuilder stack = new StringBuilder();
        for (int i = 0; i < Math.min(MAX_FRAMES, frames.length); i++) {
            stack.append(i == 0 ? "" : " < ").append(frames[i]);
        }
        return stack.toString();
    }
}
