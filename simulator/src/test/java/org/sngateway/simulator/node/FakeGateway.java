// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;

/** Agrees to everything, on a socket of its own; remembers who sent what. */
final class FakeGateway implements AutoCloseable {
    private static final int TOPIC_ID = 7;

    final List<Received> received = new CopyOnWriteArrayList<>();
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());

    record Received(int port, SnMessage message) {}

    FakeGateway() throws IOException {
        Thread thread = new Thread(this::serve, "fake gateway");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        try {
            while (true) {
                packet.setLength(2048);
                socket.receive(packet);
                answer(packet);
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    private void answer(DatagramPacket packet) throws IOException {
        byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
        if (SnCodec.decode(Unpooled.wrappedBuffer(octets), Sender.DEVICE) instanceof DecodeResult.Decoded decoded) {
            received.add(new Received(packet.getPort(), decoded.message()));
            SnMessage answer = answerTo(decoded.message());
            if (answer != null) {
                ByteBuf frame = Unpooled.buffer();
                SnCodec.encode(answer, frame);
                socket.send(new DatagramPacket(frame.array(), frame.readableBytes(), packet.getSocketAddress()));
            }
        }
    }

    private static @Nullable SnMessage answerTo(SnMessage message) {
        if (message instanceof Connect) {
            return new ConnAck(ReturnCode.ACCEPTED);
        } else if (message instanceof Register register) {
            return new RegAck(TOPIC_ID, register.msgId(), ReturnCode.ACCEPTED);
        } else if (message instanceof Publish publish) {
            return new PubAck(((TopicRef.Normal) publish.topic()).id(), publish.msgId(), ReturnCode.ACCEPTED);
        }
        return message instanceof Disconnect ? Disconnect.PLAIN : null;
    }

    @Override
    public void close() {
        socket.close();
    }
}
