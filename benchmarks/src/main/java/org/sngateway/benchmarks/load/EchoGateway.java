// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;

/**
 * Answers each request with its acknowledgement and does nothing else: what the devices reach against it is their own ceiling.
 * Confined to its loop.
 */
final class EchoGateway {
    private static final int MAX_PER_TURN = 64;
    private static final int RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;

    private final DatagramChannel channel;
    private final InetSocketAddress address;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(SnFrames.MAX_FRAME_OCTETS);

    private EchoGateway(DatagramChannel channel) throws IOException {
        this.channel = channel;
        address = (InetSocketAddress) channel.getLocalAddress();
    }

    static EchoGateway open(LoadLoop loop) throws LoadFailure, InterruptedException {
        return loop.call(() -> {
            DatagramChannel channel = DatagramChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_OCTETS);
            channel.bind(Loopback.port(0));
            EchoGateway echo = new EchoGateway(channel);
            loop.register(channel, SelectionKey.OP_READ, key -> echo.onReady());
            return echo;
        });
    }

    InetSocketAddress address() {
        return address;
    }

    private void onReady() {
        try {
            for (int i = 0; i < MAX_PER_TURN; i++) {
                InetSocketAddress device = (InetSocketAddress) channel.receive(buffer.clear());
                if (device == null) {
                    return;
                }
                buffer.flip();
                if (buffer.remaining() >= 2 && answer(SnFrames.headerOctets(buffer))) {
                    channel.send(buffer, device);
                }
            }
        } catch (IOException e) {
            // A device has closed its socket; the next datagram is another device's.
        }
    }

    /** Turns the request in the buffer into its answer; false when there is none. */
    private boolean answer(int body) {
        switch (buffer.get(body - 1)) {
            case SnFrames.CONNECT -> reply(SnFrames.CONNACK, 3).put(2, (byte) SnFrames.ACCEPTED);
            case SnFrames.REGISTER -> {
                short msgId = buffer.getShort(body + 2);
                reply(SnFrames.REGACK, 7)
                        .putShort(2, (short) 1)
                        .putShort(4, msgId)
                        .put(6, (byte) SnFrames.ACCEPTED);
            }
            case SnFrames.PUBLISH -> {
                if ((buffer.get(body) & SnFrames.MASK_QOS) != SnFrames.FLAG_QOS_1) {
                    return false;
                }
                int ids = buffer.getInt(body + 1);
                reply(SnFrames.PUBACK, 7).putInt(2, ids).put(6, (byte) SnFrames.ACCEPTED);
            }
            case SnFrames.DISCONNECT -> reply(SnFrames.DISCONNECT, 2);
            default -> {
                return false;
            }
        }
        return true;
    }

    private ByteBuffer reply(int type, int octets) {
        return buffer.clear().limit(octets).put(0, (byte) octets).put(1, (byte) type);
    }
}
