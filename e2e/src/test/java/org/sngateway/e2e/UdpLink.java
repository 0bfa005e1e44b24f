// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A UDP socket of its own. */
final class UdpLink implements Link {
    private static final int MAX_OCTETS = 65_536;

    private final DatagramSocket socket;

    UdpLink(InetSocketAddress gateway) throws IOException {
        this(gateway, InetAddress.getLoopbackAddress());
    }

    /** Bound to another loopback address, such as {@code 127.0.0.2}. */
    UdpLink(InetSocketAddress gateway, String local) throws IOException {
        this(gateway, InetAddress.getByName(local));
    }

    private UdpLink(InetSocketAddress gateway, InetAddress local) throws IOException {
        socket = new DatagramSocket(0, local);
        socket.connect(gateway);
    }

    @Override
    public void send(byte[] frame) throws IOException {
        socket.send(new DatagramPacket(frame, frame.length));
    }

    @Override
    public byte @Nullable [] receive(int millis) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[MAX_OCTETS], MAX_OCTETS);
        socket.setSoTimeout(Math.max(1, millis));
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException nothing) {
            return null;
        }
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    @Override
    public void close() {
        socket.close();
    }
}
