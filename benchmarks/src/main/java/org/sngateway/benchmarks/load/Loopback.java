// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Addresses of 127.0.0.0/8, the only ones this package binds or sends to. */
final class Loopback {
    private Loopback() {}

    /** 127.0.0.1 with this port. */
    static InetSocketAddress port(int port) {
        return address(0, 0, 1, port);
    }

    /** 127.a.b.c with this port. */
    static InetSocketAddress address(int a, int b, int c, int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, (byte) a, (byte) b, (byte) c}), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }

    /**
     * Reads {@code HOST:PORT} where HOST is an IPv4 loopback address in figures.
     *
     * @throws IllegalArgumentException when it is not
     */
    static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (!host.matches("127(\\.\\d{1,3}){3}") || !port.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("not 127.x.y.z:PORT: " + text);
        }
        InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(port));
        if (address.isUnresolved() || address.getPort() == 0) {
            throw new IllegalArgumentException("not 127.x.y.z:PORT: " + text);
        }
        return address;
    }
}
