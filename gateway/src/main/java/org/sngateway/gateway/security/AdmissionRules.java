// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.AdmissionConfig;
import org.sngateway.gateway.config.ClientEntry;
import org.sngateway.gateway.config.ClientIdPattern;
import org.sngateway.gateway.config.ClientsFile;

/** Section {@code admission} as decisions (docs/admission.md). */
public final class AdmissionRules {
    private final List<String> allow;
    private final @Nullable ClientsFile clients;
    private final NetworkRules networks;
    private final TopicRules publish;
    private final TopicRules subscribe;
    private final DeviceRules anybody;
    private final @Nullable Rate perDevice;
    private final @Nullable Rate perSource;
    private final @Nullable Rate connects;

    public AdmissionRules(AdmissionConfig config) {
        allow = config.allow();
        clients = config.clients();
        networks = new NetworkRules(config.networks());
        publish = new TopicRules(config.publish(), clients, ClientEntry::publish);
        subscribe = new TopicRules(config.subscribe(), clients, ClientEntry::subscribe);
        anybody = new DeviceRules(publish.forAnybody(), subscribe.forAnybody(), false);
        perDevice = config.rate().perDevice().map(Rate::new).orElse(null);
        perSource = config.rate().perSource().map(Rate::new).orElse(null);
        connects = config.connectsPerSecond().map(Rate::new).orElse(null);
    }

    /** From where datagrams may come. */
    public NetworkRules networks() {
        return networks;
    }

    /** How many datagrams each source may send; null for any number. */
    public @Nullable Rate perSource() {
        return perSource;
    }

    /** How many messages each device may send; null for any number. */
    public @Nullable Rate perDevice() {
        return perDevice;
    }

    /** How many CONNECTs may come to the gateway; null for any number. */
    public @Nullable Rate connects() {
        return connects;
    }

    /** Whether a device with this client id may connect, whoever it is. */
    public boolean mayConnect(String clientId) {
        if (allow.isEmpty() && clients == null) {
            return true;
        }
        for (String pattern : allow) {
            if (ClientIdPattern.matches(pattern, clientId)) {
                return true;
            }
        }
        return clients != null && clients.find(clientId) != null;
    }

    /**
     * Whether who has proved to be {@code identity} may use this client id, as far as the clients file says.
     *
     * @param identity null for nothing
     */
    public boolean mayUse(String clientId, @Nullable String identity) {
        ClientEntry entry = clients == null ? null : clients.find(clientId);
        return entry == null || entry.allowsIdentity(identity, clientId);
    }

    /** What a device may do once it is connected. */
    public DeviceRules forDevice(String clientId) {
        if (clients == null && publish.none() && subscribe.none()) {
            return DeviceRules.ALL;
        }
        ClientEntry entry = clients == null ? null : clients.find(clientId);
        return new DeviceRules(
                publish.forDevice(clientId, entry),
                subscribe.forDevice(clientId, entry),
                entry == null || entry.will());
    }

    /** What may be done without being connected: what every device may. */
    public DeviceRules forAnybody() {
        return anybody;
    }
}
