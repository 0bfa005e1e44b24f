// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which address of this machine talks to a peer, where a listener has all of them. */
final class LocalAddresses {
    private static final int REMEMBERED = 1024;

    private final Map<InetAddress, InetAddress> found = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, InetAddress> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * The address that datagrams to the peer come from.
     *
     * @param bound where the listener is bound
     */
    InetSocketAddress towards(InetSocketAddress peer, InetSocketAddress bound) {
        return bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(
                        found.computeIfAbsent(peer.getAddress(), LocalAddresses::route), bound.getPort())
                : bound;
    }

    /** As the operating system would choose it; nothing is sent. */
    private static InetAddress route(InetAddress peer) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(peer, 1));
            InetAddress local = socket.getLocalAddress();
            return local.isAnyLocalAddress() ? peer : local;
        } catch (SocketException | UncheckedIOException noRoute) {
            return peer; // something must stand there
        }
    }
}
