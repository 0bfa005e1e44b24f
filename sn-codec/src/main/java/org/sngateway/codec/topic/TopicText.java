// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.topic;

/** What topic names and filters have in common, MQTT 5 §4.7.3. */
final class TopicText {
    static final char LEVEL_SEPARATOR = '/';
    static final char SINGLE_LEVEL = '+';
    static final char MULTI_LEVEL = '#';

    private static final int MAX_OCTETS = 65535;

    private TopicText() {}

    /** Whether {@code text} is 1..65535 octets of UTF-8 without U+0000. */
    static boolean isWellFormed(String text) {
        int octets = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
                octets += 4;
            } else if (Character.isLowSurrogate(c)) {
                return false;
            } else {
                octets += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        return octets >= 1 && octets <= MAX_OCTETS;
    }

    static boolean hasWildcard(String text) {
        return text.indexOf(SINGLE_LEVEL) >= 0 || text.indexOf(MULTI_LEVEL) >= 0;
    }
}
