// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;

/** A device with a real socket whose script reads as the wire does. */
final class SnDevice implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final DatagramSocket socket;

    SnDevice(InetSocketAddress gateway) throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.connect(gateway);
    }

    void connect(String clientId) throws IOException {
        send(new Connect(false, true, 60, clientId));
        assertThat(expect(ConnAck.class).returnCode()).isEqualTo(ReturnCode.ACCEPTED);
    }

    void send(SnMessage message) throws IOException {
        ByteBuf frame = Unpooled.buffer(64);
        SnCodec.encode(message, frame);
        sendOctets(frame.array(), frame.readableBytes());
    }

    void sendOctets(byte[] octets, int length) throws IOException {
        socket.send(new DatagramPacket(octets, length));
    }

    /** The next message, which must be of this type. */
    <T extends SnMessage> T expect(Class<T> type) throws IOException {
        SnMessage message = receive(PATIENCE_MILLIS);
        assertThat(message).isInstanceOf(type);
        return type.cast(message);
    }

    /** The next message, which must be of one of these types. */
    SnMessage expectEither(Class<? extends SnMessage> one, Class<? extends SnMessage> other) throws IOException {
        SnMessage message = receive(PATIENCE_MILLIS);
        assertThat(message).isInstanceOfAny(one, other);
        return message;
    }

    /** The next message, whatever it is. */
    SnMessage receive() throws IOException {
        return receive(PATIENCE_MILLIS);
    }

    /** Fails when a message comes within this time. */
    void expectNothing(int millis) throws IOException {
        try {
            throw new AssertionError("unexpected " + receive(millis));
        } catch (SocketTimeoutException nothing) {
            // As it should be.
        }
    }

    /** The next message; null when none has come within this time. */
    @Nullable
    SnMessage poll(int millis) throws IOException {
        try {
            return receive(Math.max(1, millis));
        } catch (SocketTimeoutException nothing) {
            return null;
        }
    }

    private SnMessage receive(int millis) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        socket.setSoTimeout(millis);
        socket.receive(packet);
        DecodeResult result =
                SnCodec.decode(Unpooled.wrappedBuffer(packet.getData(), 0, packet.getLength()), Sender.GATEWAY);
        assertThat(result).isInstanceOf(DecodeResult.Decoded.class);
        return ((DecodeResult.Decoded) result).message();
    }

    @Override
    public void close() {
        socket.close();
    }
}
