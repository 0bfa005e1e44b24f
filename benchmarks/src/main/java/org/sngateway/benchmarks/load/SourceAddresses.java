// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

/**
 * Hands out loopback source addresses, each only once: 127.0.x.y with ports below the ephemeral range. So a device can close
 * its socket while its session lives on, and no other device comes from its address.
 */
final class SourceAddresses {
    private static final int FIRST_PORT = 10_000;
    private static final int PORTS_PER_ADDRESS = 20_000;
    private static final int BIND_ATTEMPTS = 100;

    private int next;

    /** An address not handed out before. */
    InetSocketAddress next() {
        int host = next / PORTS_PER_ADDRESS;
        int port = FIRST_PORT + next++ % PORTS_PER_ADDRESS;
        return Loopback.address(0, 1 + host / 250 % 250, 1 + host % 250, port);
    }

    /** A channel bound to an address not handed out before, passing by those another process holds. */
    DatagramChannel open() throws IOException {
        BindException last = new BindException("no source address");
        for (int attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
            DatagramChannel channel = DatagramChannel.open();
            try {
                return channel.bind(next());
            } catch (BindException e) {
                channel.close();
                last = e;
            }
        }
        throw last;
    }
}
