// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import java.net.InetAddress;
import org.sngateway.gateway.config.NetworksConfig;

/** From where datagrams may come: not from a network that is denied, and where networks are allowed, from these only. */
public final class NetworkRules {
    private final boolean admitAll;
    private final boolean allowAll;
    private final NetworkSet allowedIpv4;
    private final NetworkSet allowedIpv6;
    private final NetworkSet deniedIpv4;
    private final NetworkSet deniedIpv6;

    NetworkRules(NetworksConfig config) {
        admitAll = config.allow().isEmpty() && config.deny().isEmpty();
        allowAll = config.allow().isEmpty();
        allowedIpv4 = NetworkSet.of(config.allow(), true);
        allowedIpv6 = NetworkSet.of(config.allow(), false);
        deniedIpv4 = NetworkSet.of(config.deny(), true);
        deniedIpv6 = NetworkSet.of(config.deny(), false);
    }

    /** Whether nothing is denied to anybody. */
    public boolean admitAll() {
        return admitAll;
    }

    /** Whether datagrams may come from this address. */
    public boolean admits(InetAddress source) {
        if (admitAll) {
            return true;
        }
        byte[] address = source.getAddress();
        boolean ipv4 = Octets.isIpv4(address);
        long first = Octets.first(address);
        long second = Octets.second(address);
        return !(ipv4 ? deniedIpv4 : deniedIpv6).contains(first, second)
                && (allowAll || (ipv4 ? allowedIpv4 : allowedIpv6).contains(first, second));
    }
}
