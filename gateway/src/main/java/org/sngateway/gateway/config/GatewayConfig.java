// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.util.List;
import java.util.Map;

/**
 * The whole configuration.
 *
 * @param gateway who this gateway is
 * @param listeners where devices reach it, at least one; by default UDP on port 1884 of every address
 * @param discovery how devices find it
 * @param upstream how it reaches the broker
 * @param topics how topics are named towards the broker
 * @param sessions limits and timing of the devices' sessions
 * @param admission who may do what
 * @param store what survives a restart
 * @param admin where operators see how it is doing
 */
public record GatewayConfig(
        IdentityConfig gateway,
        List<ListenerConfig> listeners,
        DiscoveryConfig discovery,
        UpstreamConfig upstream,
        TopicsConfig topics,
        SessionsConfig sessions,
        AdmissionConfig admission,
        StoreConfig store,
        AdminConfig admin) {
    public GatewayConfig {
        listeners = List.copyOf(listeners);
    }

    /** What an empty file means. */
    public static GatewayConfig defaults() {
        return ConfigReader.defaults();
    }

    /** The same with other sections. */
    GatewayConfig with(TopicsConfig otherTopics, SessionsConfig otherSessions, AdmissionConfig otherAdmission) {
        return new GatewayConfig(
                gateway, listeners, discovery, upstream, otherTopics, otherSessions, otherAdmission, store, admin);
    }

    /** The pre-defined topic ids of one device, with those of its entry in the clients file. */
    public Map<Integer, String> predefinedFor(String clientId) {
        ClientsFile clients = admission.clients();
        ClientEntry entry = clients == null ? null : clients.find(clientId);
        return topics.predefinedFor(clientId, entry == null ? Map.of() : entry.predefined());
    }

    static GatewayConfig read(Section in) {
        GatewayConfig config = new GatewayConfig(
                in.section("gateway", IdentityConfig::read),
                ListenerReader.readAll(in, "listeners"),
                in.section("discovery", DiscoveryConfig::read),
                in.section("upstream", UpstreamConfig::read),
                in.section("topics", TopicsConfig::read),
                in.section("sessions", SessionsConfig::read),
                in.section("admission", AdmissionConfig::read),
                in.section("store", StoreConfig::read),
                in.section("admin", AdminConfig::read));
        if (in.isSound("discovery", "listeners")) {
            config.discovery.check(in, config.listeners);
        }
        return config;
    }
}
