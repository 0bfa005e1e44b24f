// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ValueType.oneOrListOf;

import java.util.List;

/**
 * Section {@code admission.networks}: from where datagrams may come.
 *
 * @param allow the networks that may send; none for every network
 * @param deny the networks that may not, even if they are in {@code allow}
 */
public record NetworksConfig(List<Network> allow, List<Network> deny) {
    public NetworksConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    static NetworksConfig read(Section in) {
        return new NetworksConfig(
                in.value("allow", oneOrListOf(Network.type()), List.of()),
                in.value("deny", oneOrListOf(Network.type()), List.of()));
    }
}
