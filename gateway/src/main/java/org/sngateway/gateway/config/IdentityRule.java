// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/**
 * Which client ids a device may use by the identity that it has proved with its key or certificate.
 *
 * @param byIdentity patterns by identity; an identity that is not there may use no client id. Null for {@code patterns}
 * @param patterns patterns that hold for every identity, where {@code %i} stands for it
 */
public record IdentityRule(@Nullable Map<String, List<String>> byIdentity, List<String> patterns) {
    /** Any client id, whatever the identity. */
    public static final IdentityRule ANY = new IdentityRule(null, List.of("*"));
    /** The identity is the client id. */
    public static final IdentityRule SAME = new IdentityRule(null, List.of(IdentityRule.IDENTITY));

    private static final String IDENTITY = "%i";
    private static final String ALLOWED =
            "any, same, a pattern (or a list of them) where %i stands for the identity, or a mapping from identities to patterns";

    public IdentityRule {
        patterns = List.copyOf(patterns);
    }

    /**
     * Whether a device may use {@code clientId}.
     *
     * @param identity what it has proved to be; null for nothing, which {@link #ANY} alone lets pass
     */
    public boolean allows(@Nullable String identity, String clientId) {
        if (equals(ANY)) {
            return true;
        }
        if (identity == null) {
            return false;
        }
        List<String> allowed = byIdentity == null ? patterns : byIdentity.getOrDefault(identity, List.of());
        return allowed.stream().anyMatch(pattern -> matches(pattern, identity, clientId));
    }

    /** The identity stands for itself, even if there are asterisks in it. */
    private static boolean matches(String pattern, String identity, String clientId) {
        int at = pattern.indexOf(IDENTITY);
        if (at < 0) {
            return ClientIdPattern.matches(pattern, clientId);
        }
        String before = pattern.substring(0, at);
        String after = pattern.substring(at + IDENTITY.length());
        for (int found = clientId.indexOf(identity); found >= 0; found = clientId.indexOf(identity, found + 1)) {
            if (ClientIdPattern.matches(before, clientId.substring(0, found))
                    && matches(after, identity, clientId.substring(found + identity.length()))) {
                return true;
            }
        }
        return false;
    }

    static ValueType<IdentityRule> type() {
        Scalar<String> pattern = ScalarTypes.text(ALLOWED, ClientIdPattern::isValid);
        ValueType<List<String>> patterns = ValueType.oneOrListOf(pattern);
        Scalar<String> identity = ScalarTypes.text("an identity", text -> !text.isEmpty());
        return value -> {
            if (value.node() instanceof MappingNode) {
                Map<String, List<String>> byIdentity =
                        ValueType.mapOf(identity, patterns).read(value);
                return byIdentity == null ? null : new IdentityRule(Map.copyOf(byIdentity), List.of());
            }
            List<String> all = patterns.read(value);
            if (all == null) {
                return null;
            }
            if (all.equals(List.of("any"))) {
                return ANY;
            }
            return all.equals(List.of("same")) ? SAME : new IdentityRule(null, all);
        };
    }
}
