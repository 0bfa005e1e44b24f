// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.util.Arrays;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;

/** A device's own socket: blocking, and with the JDK's means only. */
final class DeviceSocket implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final DatagramSocket socket;
    private final DatagramPacket received = new DatagramPacket(new byte[2048], 2048);

    DeviceSocket(String host) {
        try {
            socket = new DatagramSocket(new InetSocketAddress(host, 0));
            socket.setSoTimeout(TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    void send(SnMessage message, String host, int port) {
        send(encode(message), host, port);
    }

    /** Sends {@code message} with octets after it, {@code octets} in all. */
    void sendPadded(SnMessage message, int octets, int port) {
        send(Arrays.copyOf(encode(message), octets), "127.0.0.1", port);
    }

    void send(byte[] octets, String host, int port) {
        try {
            socket.send(new DatagramPacket(octets, octets.length, new InetSocketAddress(host, port)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a message from the gateway. */
    SnMessage receive() {
        try {
            received.setLength(received.getData().length);
            socket.receive(received);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return decode(Arrays.copyOf(received.getData(), received.getLength()));
    }

    static SnMessage decode(byte[] octets) {
        DecodeResult frame = SnCodec.decode(Unpooled.wrappedBuffer(octets), Sender.GATEWAY);
        assertThat(frame).isInstanceOf(DecodeResult.Decoded.class);
        return ((DecodeResult.Decoded) frame).message();
    }

    /** Sends to a multicast group through the loopback interface. */
    void sendToGroup(SnMessage message, InetSocketAddress group) {
        try {
            socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, Loopback.device());
            byte[] octets = encode(message);
            socket.send(new DatagramPacket(octets, octets.length, group));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the last message came from. */
    SocketAddress lastSender() {
        return received.getSocketAddress();
    }

    @Override
    public void close() {
        socket.close();
    }

    private static byte[] encode(SnMessage message) {
        ByteBuf frame = Unpooled.buffer();
        SnCodec.encode(message, frame);
        return Arrays.copyOf(frame.array(), frame.readableBytes());
    }
}
