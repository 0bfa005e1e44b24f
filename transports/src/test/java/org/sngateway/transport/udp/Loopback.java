// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.UnknownHostException;

/** The loopback interface as a network for multicast, as far as the machine lets it be one. */
final class Loopback {
    private static final int PROBE_MILLIS = 1000;

    private Loopback() {}

    static NetworkInterface device() {
        try {
            NetworkInterface device = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
            assumeTrue(device != null, "there is no loopback interface");
            return device;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Skips the test, with the reason, where multicast on the loopback interface does not work even with the JDK's means. */
    static void assumeCarries(InetAddress group) {
        String kind = group instanceof Inet4Address
                ? "IPv4 multicast"
                : "IPv6 multicast (on Linux: ip -6 route add table local local ff00::/8 dev lo)";
        try (MulticastSocket ear = new MulticastSocket(0);
                MulticastSocket mouth = new MulticastSocket(0)) {
            ear.joinGroup(new InetSocketAddress(group, 0), device());
            ear.setSoTimeout(PROBE_MILLIS);
            mouth.setNetworkInterface(device());
            mouth.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(group, ear.getLocalPort())));
            ear.receive(new DatagramPacket(new byte[1], 1));
        } catch (IOException e) {
            assumeTrue(false, "the loopback interface carries no " + kind + ": " + e.getMessage());
        }
    }
}
