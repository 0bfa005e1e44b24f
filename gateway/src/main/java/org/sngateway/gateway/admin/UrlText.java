// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Text in a URL, read strictly: what is not UTF-8 in percent-encoding (RFC 3986 §2.1) is nothing. */
final class UrlText {
    private UrlText() {}

    /** One segment of a path; null when it is not well-formed. */
    static @Nullable String segment(String raw) {
        return decode(raw, false);
    }

    /**
     * The parameters of a query, as forms and {@code URLSearchParams} write them.
     *
     * @param known which there may be, each at most once
     * @return null when there is anything else
     */
    static @Nullable Map<String, String> query(@Nullable String raw, Set<String> known) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (raw == null || raw.isEmpty()) {
            return parameters;
        }
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? null : decode(pair.substring(0, equals), true);
            String value = decode(pair.substring(equals + 1), true);
            if (name == null || value == null || !known.contains(name) || parameters.put(name, value) != null) {
                return null;
            }
        }
        return parameters;
    }

    private static int octet(char high, char low) {
        return HexFormat.isHexDigit(high) && HexFormat.isHexDigit(low)
                ? HexFormat.fromHexDigit(high) << 4 | HexFormat.fromHexDigit(low)
                : -1;
    }

    private static @Nullable String decode(String raw, boolean plusIsSpace) {
        ByteBuffer octets = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int octet = i + 2 < raw.length() ? octet(raw.charAt(i + 1), raw.charAt(i + 2)) : -1;
                if (octet < 0) {
                    return null;
                }
                octets.put((byte) octet);
                i += 2;
            } else if (c <= ' ' || c > '~') {
                return null;
            } else {
                octets.put((byte) (c == '+' && plusIsSpace ? ' ' : c));
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
