// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network interface of this machine that is up, as it was at one moment.
 *
 * @param device the operating system's name and number for it
 * @param multicast whether it says that it supports multicast; on Linux the loopback interface does not, but can
 * @param addresses its own addresses
 */
record LocalInterface(
        NetworkInterface device, String name, boolean loopback, boolean multicast, List<InetAddress> addresses) {
    private static final Logger log = LoggerFactory.getLogger(LocalInterface.class);

    LocalInterface {
        addresses = List.copyOf(addresses);
    }

    /** All that are up now. Takes several system calls for each, so it does not belong on a loop. */
    static List<LocalInterface> list() throws SocketException {
        List<LocalInterface> up = new ArrayList<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            try {
                if (each.isUp()) {
                    up.add(new LocalInterface(
                            each,
                            each.getName(),
                            each.isLoopback(),
                            each.supportsMulticast(),
                            each.inetAddresses().toList()));
                }
            } catch (SocketException e) {
                log.atDebug()
                        .setCause(e)
                        .addKeyValue("interface", each.getName())
                        .log("gone while it was looked at");
            }
        }
        return up;
    }

    /**
     * Its first IPv4 address.
     *
     * @throws IllegalStateException when it has none
     */
    Inet4Address ipv4() {
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address ipv4) {
                return ipv4;
            }
        }
        throw new IllegalStateException(name + " has no IPv4 address");
    }

    /** What tells it from another one, also from one of the same name that was plugged in later. */
    int index() {
        return device.getIndex();
    }
}
