// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value in the file.
 *
 * @param source the file
 * @param key the value's full dotted key; empty for the root
 * @param node what stands there
 */
record Value(ConfigSource source, String key, Node node) {
    private static final int MAX_SHOWN_CHARACTERS = 60;

    void problem(String wrong, String allowed) {
        source.problem(node.getStartMark(), key, wrong, allowed);
    }

    boolean isNull() {
        return node.getTag().equals(Tag.NULL);
    }

    /** The text of a scalar as it stands in the file; null, and a problem, when the value is none. */
    @Nullable
    String text(String allowed) {
        if (node instanceof ScalarNode scalar && !isNull()) {
            return scalar.getValue();
        }
        wrongKind(allowed);
        return null;
    }

    void wrongKind(String allowed) {
        if (isNull()) {
            problem("has no value", allowed);
        } else if (node instanceof ScalarNode scalar) {
            problem(quoted(scalar.getValue()) + " is a single value", allowed);
        } else {
            problem(node instanceof MappingNode ? "is a mapping" : "is a list", allowed);
        }
    }

    /** In this mapping stands a key that is no scalar. */
    void badKey(Node keyNode) {
        source.problem(keyNode.getStartMark(), key, "has a key that is a list or a mapping", "text as key");
    }

    /** The value's text for a message: in quotes, on one line, shortened. */
    static String quoted(String text) {
        boolean isLong = text.codePointCount(0, text.length()) > MAX_SHOWN_CHARACTERS;
        String shown = isLong ? text.substring(0, text.offsetByCodePoints(0, MAX_SHOWN_CHARACTERS)) + "..." : text;
        return '"' + oneLine(shown) + '"';
    }

    /** The text with a space for each control character. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().map(c -> Character.isISOControl(c) ? ' ' : c).forEach(line::appendCodePoint);
        return line.toString();
    }
}
