// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * A multicast group's address for this machine. An IPv6 group that never leaves its network is another group on each interface; two
 * Java addresses that differ in nothing but that are equal, so it stands here on its own.
 *
 * @param interfaceIndex of the interface for such a group; 0 for others
 */
record GroupAddress(InetSocketAddress group, int interfaceIndex) {
    static GroupAddress of(InetSocketAddress group, LocalInterface via) {
        InetAddress address = group.getAddress();
        boolean stays = address instanceof Inet6Address && (address.isMCLinkLocal() || address.isMCNodeLocal());
        return new GroupAddress(group, stays ? via.index() : 0);
    }

    /** To bind and to send to. */
    InetSocketAddress toSocketAddress() {
        if (interfaceIndex == 0) {
            return group;
        }
        try {
            return new InetSocketAddress(
                    Inet6Address.getByAddress(null, group.getAddress().getAddress(), interfaceIndex), group.getPort());
        } catch (UnknownHostException e) { // not of 16 octets
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        String address = NetUtil.toSocketAddressString(group);
        return interfaceIndex == 0 ? address : address + " on interface " + interfaceIndex;
    }
}
