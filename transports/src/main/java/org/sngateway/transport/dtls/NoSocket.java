// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;

/** Stands where Scandium wants a socket of its own; holds no descriptor. */
final class NoSocket extends DatagramSocket {
    private final InetSocketAddress address;

    /** @param address what it pretends to be bound to */
    NoSocket(InetSocketAddress address) throws SocketException {
        super((SocketAddress) null);
        super.close();
        this.address = address;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public InetAddress getLocalAddress() {
        return address.getAddress();
    }

    @Override
    public int getLocalPort() {
        return address.getPort();
    }

    @Override
    public int getReceiveBufferSize() {
        return 0;
    }

    @Override
    public int getSendBufferSize() {
        return 0;
    }
}
