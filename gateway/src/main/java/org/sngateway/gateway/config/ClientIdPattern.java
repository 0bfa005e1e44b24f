// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

/**
 * A pattern for whole client ids: {@code *} stands for any number of characters, {@code ?} for exactly one, anything else for
 * itself. A character is a Unicode code point.
 *
 * <p>Matching needs no recursion and no memory, and at most one step per pair of pattern and client id characters; patterns are
 * short by {@link #isValid}, so the time is linear in the length of the client id.
 */
public final class ClientIdPattern {
    private static final int MAX_LENGTH = 256;

    private ClientIdPattern() {}

    /** Whether {@code pattern} has 1..256 characters and no control character. */
    static boolean isValid(String pattern) {
        return !pattern.isEmpty() && pattern.length() <= MAX_LENGTH && ScalarTypes.isPrintable(pattern);
    }

    /** Whether {@code clientId} matches {@code pattern}. */
    public static boolean matches(String pattern, String clientId) {
        int p = 0;
        int c = 0;
        int afterStar = -1; // where the pattern goes on after the last *, and
        int starEnd = 0; // where in the client id the run for that * ends
        while (c < clientId.length()) {
            int wanted = p < pattern.length() ? pattern.codePointAt(p) : -1;
            int found = clientId.codePointAt(c);
            if (wanted == '*') {
                afterStar = ++p;
                starEnd = c;
            } else if (wanted == '?' || wanted == found) {
                p += Character.charCount(wanted);
                c += Character.charCount(found);
            } else if (afterStar >= 0) {
                starEnd += Character.charCount(clientId.codePointAt(starEnd));
                p = afterStar;
                c = starEnd;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
