// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;

/** A device on a real network whose script reads as the wire does. */
final class SnDevice implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Link link;

    /** With a UDP socket of its own. */
    SnDevice(InetSocketAddress gateway) throws IOException {
        this(new UdpLink(gateway));
    }

    SnDevice(Link link) {
        this.link = link;
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
        link.send(Arrays.copyOf(octets, length));
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
        byte[] frame = link.receive(millis);
        if (frame == null) {
            throw new SocketTimeoutException("nothing within " + millis + " ms");
        }
        DecodeResult result = SnCodec.decode(Unpooled.wrappedBuffer(frame), Sender.GATEWAY);
        assertThat(result).isInstanceOf(DecodeResult.Decoded.class);
        return ((DecodeResult.Decoded) result).message();
    }

    @Override
    public void close() {
        link.close();
    }
}
