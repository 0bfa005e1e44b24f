// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.OptionalLong;

/** A sleeping device that asks for its messages, MQTT-SN 1.2 §6.14, with a socket and a thread's whole attention. */
final class WakingDevice {
    private static final long REPEAT_MILLIS = 250;

    private WakingDevice() {}

    /**
     * Wakes with PINGREQ, again and again until the gateway answers, takes the first message and sleeps on.
     *
     * @return the message's first eight octets; empty when the gateway had none
     */
    static OptionalLong fetch(InetSocketAddress gateway, String clientId, Duration limit)
            throws IOException, LoadFailure {
        ByteBuffer in = ByteBuffer.allocate(SnFrames.MAX_FRAME_OCTETS);
        OptionalLong message = OptionalLong.empty();
        long deadline = LoadClock.nanos() + limit.toNanos();
        try (DatagramChannel channel = DatagramChannel.open();
                Selector selector = Selector.open()) {
            channel.bind(Loopback.port(0)).connect(gateway).configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            send(channel, SnFrames.pingReq(clientId));
            while (LoadClock.nanos() - deadline < 0) {
                if (selector.select(REPEAT_MILLIS) == 0) {
                    send(channel, SnFrames.pingReq(clientId));
                    continue;
                }
                selector.selectedKeys().clear();
                while (receive(channel, in)) {
                    int body = SnFrames.headerOctets(in);
                    int type = in.get(body - 1);
                    if (type == SnFrames.REGISTER) {
                        send(channel, SnFrames.regAck(in.getShort(body), in.getShort(body + 2), SnFrames.ACCEPTED));
                    } else if (type == SnFrames.PUBLISH) {
                        send(channel, SnFrames.pubAck(in.getShort(body + 1), in.getShort(body + 3), SnFrames.ACCEPTED));
                        message = OptionalLong.of(in.getLong(body + 5));
                    } else if (type == SnFrames.PINGRESP) {
                        return message;
                    } else if (type == SnFrames.DISCONNECT) {
                        throw new LoadFailure("the gateway does not know " + clientId);
                    }
                }
            }
        }
        throw new LoadFailure("the gateway has not answered " + clientId + " for " + limit.toSeconds() + " s");
    }

    private static void send(DatagramChannel channel, ByteBuffer frame) throws IOException {
        try {
            channel.write(frame);
        } catch (PortUnreachableException e) {
            // It is asked again.
        }
    }

    private static boolean receive(DatagramChannel channel, ByteBuffer in) throws IOException {
        try {
            return channel.read(in.clear()) > 0;
        } catch (PortUnreachableException e) {
            return false;
        }
    }
}
