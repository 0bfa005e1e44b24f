// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.sngateway.codec.message.SnMessage;

/** A device's ear in a multicast group on the loopback interface; the group's port is the one this socket got. */
final class GroupMember implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final MulticastSocket socket;
    private final InetSocketAddress group;
    private final DatagramPacket received = new DatagramPacket(new byte[2048], 2048);

    GroupMember(InetAddress group) {
        this(new InetSocketAddress(group, 0));
    }

    /** @param group with port 0 for any free one */
    GroupMember(InetSocketAddress group) {
        try {
            socket = new MulticastSocket(group.getPort());
            socket.joinGroup(new InetSocketAddress(group.getAddress(), 0), Loopback.device());
            this.group = new InetSocketAddress(group.getAddress(), socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InetSocketAddress group() {
        return group;
    }

    SnMessage receive() {
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            received.setLength(received.getData().length);
            socket.receive(received);
            return DeviceSocket.decode(Arrays.copyOf(received.getData(), received.getLength()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether something has arrived; takes it. */
    boolean hears(int waitMillis) {
        try {
            socket.setSoTimeout(waitMillis);
            received.setLength(received.getData().length);
            socket.receive(received);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long the last message was. */
    int lastOctets() {
        return received.getLength();
    }

    /** Where the last message came from. */
    InetSocketAddress lastSender() {
        return (InetSocketAddress) received.getSocketAddress();
    }

    @Override
    public void close() {
        socket.close();
    }
}
