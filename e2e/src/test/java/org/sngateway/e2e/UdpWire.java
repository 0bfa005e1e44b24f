// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** UDP on the loopback interface; each device has a socket. */
final class UdpWire implements Wire {
    private InetSocketAddress gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Override
    public String listener() {
        return "{ type: udp, bind: \"127.0.0.1:0\" }";
    }

    @Override
    public void attach(String address) {
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public Link link() throws IOException {
        return new UdpLink(gateway);
    }

    @Override
    public void close() {
        // each link closes its own socket
    }
}
