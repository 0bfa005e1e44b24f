// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What comes of another configuration while the gateway runs.
 *
 * @param effective the configuration from now on: what can be changed is the new one's, the rest stays
 * @param applied the keys that mean something else from now on
 * @param needRestart the keys that would mean something else after a restart, and do not yet
 */
public record ConfigChange(LoadedConfig effective, SortedSet<String> applied, SortedSet<String> needRestart) {
    private static final String MAX_IN_FLIGHT = "sessions.max-in-flight";

    /** From the configuration that is in effect to another one. */
    public static ConfigChange between(LoadedConfig running, LoadedConfig read) {
        GatewayConfig before = running.config();
        boolean dedicated = before.upstream().mode() == UpstreamConfig.Mode.PER_DEVICE;
        SortedSet<String> applied = new TreeSet<>();
        SortedSet<String> needRestart = new TreeSet<>();
        for (String key : running.changes(read)) {
            (isReloadable(key, dedicated) ? applied : needRestart).add(key);
        }
        Map<String, Optional<Object>> values = new TreeMap<>();
        running.values().forEach((key, value) -> {
            if (!isReloadable(key, dedicated)) {
                values.put(key, value);
            }
        });
        read.values().forEach((key, value) -> {
            if (isReloadable(key, dedicated)) {
                values.put(key, value);
            }
        });
        LoadedConfig effective = new LoadedConfig(merged(before, read.config(), dedicated), values);
        return new ConfigChange(effective, applied, needRestart);
    }

    /** Whether a key is looked at while the gateway runs; all others are at its start only. */
    private static boolean isReloadable(String key, boolean dedicated) {
        return key.startsWith("admission.")
                || key.startsWith("topics.predefined")
                || (key.startsWith("sessions.") && !(dedicated && key.equals(MAX_IN_FLIGHT)));
    }

    private static GatewayConfig merged(GatewayConfig before, GatewayConfig now, boolean dedicated) {
        TopicsConfig topics = new TopicsConfig(
                before.topics().prefix(),
                now.topics().predefined(),
                now.topics().predefinedPerDevice());
        SessionsConfig sessions =
                dedicated ? now.sessions().withMaxInFlight(before.sessions().maxInFlightFromDevice()) : now.sessions();
        return before.with(topics, sessions, now.admission());
    }
}
