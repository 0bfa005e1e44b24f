// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * The multicast groups that a UDP listener hears and sends broadcasts to.
 *
 * @param groups multicast addresses, each with a port 1..65535; none for no multicast
 * @param interfaces names of the network interfaces to use; none for all that are up and support multicast, loopback apart
 * @param hopLimit how many networks a datagram may cross, 1..255; 1 keeps it in the network it is sent to
 */
public record MulticastConfig(List<InetSocketAddress> groups, List<String> interfaces, int hopLimit) {
    /** No multicast. */
    public static final MulticastConfig NONE = new MulticastConfig(List.of(), List.of(), 1);

    public MulticastConfig {
        groups = List.copyOf(groups);
        interfaces = List.copyOf(interfaces);
        for (InetSocketAddress group : groups) {
            if (group.isUnresolved() || !group.getAddress().isMulticastAddress() || group.getPort() == 0) {
                throw new IllegalArgumentException(
                        "group is " + group + ", allowed is a multicast address with a port");
            }
        }
        if (hopLimit < 1 || hopLimit > 255) {
            throw new IllegalArgumentException("hopLimit is " + hopLimit + ", allowed is 1..255");
        }
    }
}
