// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Looks for ports before they are used: the demo would rather take another than fail. */
final class DemoPorts {
    private DemoPorts() {}

    /**
     * Whether a UDP port is free. The gateway itself cannot tell: its sockets share their port (SO_REUSEPORT), so two gateways of
     * one user would both get it and each see half of the devices.
     */
    static boolean isUdpFree(InetAddress address, int port) {
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static boolean isTcpFree(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, address)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
