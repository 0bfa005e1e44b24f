// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A configuration with what each key means, so that two of them can be compared key by key.
 *
 * @param config the configuration
 * @param values by full dotted key, such as {@code listeners[0].bind}, what stands there or else its default; empty for nothing
 */
public record LoadedConfig(GatewayConfig config, Map<String, Optional<Object>> values) {
    public LoadedConfig {
        values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /**
     * The keys that mean something else in {@code other}, as exactly as can be said: an entry of a list by its own keys, unless there are
     * more of them or fewer.
     */
    public SortedSet<String> changes(LoadedConfig other) {
        Set<String> keys = new HashSet<>(values.keySet());
        keys.addAll(other.values.keySet());
        SortedSet<String> changed = new TreeSet<>();
        for (String key : keys) {
            boolean ofEntryInOneOnly = key.contains("]") && values.containsKey(key) != other.values.containsKey(key);
            if (!ofEntryInOneOnly && !Objects.equals(values.get(key), other.values.get(key))) {
                changed.add(key);
            }
        }
        changed.removeIf(key -> changed.stream().anyMatch(other2 -> isWithin(other2, key)));
        return changed;
    }

    private static boolean isWithin(String key, String outer) {
        return key.startsWith(outer + ".") || key.startsWith(outer + "[");
    }
}
