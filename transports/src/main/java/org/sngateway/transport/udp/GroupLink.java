// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;

/** A multicast group as it is reached through one network interface. */
record GroupLink(InetSocketAddress group, LocalInterface via) {
    /**
     * The groups that a listener can be found through now: over the interfaces that {@code config} allows, that have an address of the
     * group's kind, and whose devices can reach the listener.
     *
     * @param bound the listener's address: a wildcard is reached over every interface, another address over the one that has it
     */
    static List<GroupLink> select(MulticastConfig config, InetAddress bound, List<LocalInterface> interfaces) {
        List<GroupLink> links = new ArrayList<>();
        for (InetSocketAddress group : config.groups()) {
            for (LocalInterface via : interfaces) {
                if (isAllowed(config, via) && leadsTo(bound, group.getAddress(), via)) {
                    links.add(new GroupLink(group, via));
                }
            }
        }
        return links;
    }

    private static boolean isAllowed(MulticastConfig config, LocalInterface via) {
        return config.interfaces().isEmpty()
                ? via.multicast() && !via.loopback()
                : config.interfaces().contains(via.name());
    }

    private static boolean leadsTo(InetAddress bound, InetAddress group, LocalInterface via) {
        if (bound.isAnyLocalAddress()) {
            boolean serves = bound instanceof Inet6Address || group instanceof Inet4Address; // [::] serves both
            return serves && via.addresses().stream().anyMatch(own -> isSameKind(own, group));
        }
        return isSameKind(bound, group) && via.addresses().contains(bound);
    }

    private static boolean isSameKind(InetAddress one, InetAddress other) {
        return one instanceof Inet4Address == other instanceof Inet4Address;
    }

    InetAddress address() {
        return group.getAddress();
    }

    boolean isIpv4() {
        return address() instanceof Inet4Address;
    }

    NetworkInterface device() {
        return via.device();
    }

    GroupAddress local() {
        return GroupAddress.of(group, via);
    }

    @Override
    public String toString() {
        return NetUtil.toSocketAddressString(group) + " on " + via.name();
    }
}
