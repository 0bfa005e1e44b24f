// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.FrameListener;
import org.sngateway.transport.loop.EventLoopOwnerLoop;

/**
 * One shard's side of a UDP listener. Confined to the shard's loop, counters apart.
 *
 * <p>Frames sent while datagrams are being read leave when that read is complete, others at the end of the loop's turn: as many as
 * there are in one system call, where the operating system has one for that.
 */
final class UdpPort {
    private final UdpTransportConfig config;
    private final EventLoopOwnerLoop loop;
    private final FrameListener listener;
    private final PortCounters counters = new PortCounters();
    /** Those of the port whose socket it is. */
    private PortCounters socketCounters = counters;
    /** The shard's own socket, or where sockets cannot share a port, the one that all shards send with. */
    private @Nullable Channel channel;

    private final Runnable flush = this::flushTurn;
    private boolean reading;
    private boolean flushDue;

    UdpPort(UdpTransportConfig config, EventLoopOwnerLoop loop, FrameListener listener) {
        this.config = config;
        this.loop = loop;
        this.listener = listener;
    }

    EventLoopOwnerLoop loop() {
        return loop;
    }

    PortCounters counters() {
        return counters;
    }

    /** Sends with a socket of its own from now on. Called before the first frame. */
    void use(Channel own) {
        channel = own;
    }

    /** Sends with the socket of {@code other} from now on. Called before the first frame. */
    void share(UdpPort other) {
        channel = other.channel;
        socketCounters = other.counters;
    }

    /** A datagram to this listener alone. */
    void onDatagram(DatagramPacket datagram) {
        deliver(datagram, false);
    }

    /** A datagram to a multicast group; on the loop, by another socket. */
    void onGroupDatagram(DatagramPacket datagram) {
        deliver(datagram, true);
    }

    private void deliver(DatagramPacket datagram, boolean broadcast) {
        ByteBuf content = datagram.content();
        int octets = content.readableBytes();
        reading = true;
        counters.received(octets);
        DecodeResult frame =
                octets > config.maxFrameOctets() ? tooLong(content) : SnCodec.decode(content, Sender.DEVICE);
        DeviceAddress from = new DeviceAddress.Udp(config.listener(), datagram.sender());
        try {
            if (broadcast) {
                listener.onBroadcast(from, frame);
            } else {
                listener.onFrame(from, frame);
            }
        } catch (Throwable e) {
            loop.taskFailed(e);
        }
    }

    void onReadComplete() {
        reading = false;
        if (flushDue) {
            flushTurn();
        }
    }

    /** Whether a message is not longer than a frame may be. */
    boolean fits(SnMessage message) {
        return SnCodec.encodedOctets(message) <= config.maxFrameOctets();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the receipt counts what became of it
    void send(InetSocketAddress to, SnMessage message) {
        Channel socket = channel;
        int octets = SnCodec.encodedOctets(message);
        if (socket == null || octets > config.maxFrameOctets() || !hasRoom(socket)) {
            counters.sendFailed();
            return;
        }
        ByteBuf frame = socket.alloc().directBuffer(octets);
        SnCodec.encode(message, frame);
        socket.write(new DatagramPacket(frame, to), new SendReceipt(socket, socketCounters, octets));
        if (!flushDue) {
            flushDue = true;
            if (!reading) {
                loop.eventLoop().execute(flush);
            }
        }
    }

    /** Whether what waits to be sent is within bounds, if need be after sending what this turn has written so far. */
    private static boolean hasRoom(Channel socket) {
        if (!socket.isWritable()) {
            socket.flush();
        }
        return socket.isWritable();
    }

    private void flushTurn() {
        flushDue = false;
        if (channel != null) {
            channel.flush();
        }
    }

    /** The rest of the datagram was not received, so whatever its octets look like, they are not the frame that was sent. */
    private DecodeResult tooLong(ByteBuf content) {
        int head = Math.min(content.readableBytes(), DecodeResult.Malformed.HEAD_OCTETS);
        return new DecodeResult.Malformed(
                MalformedReason.LENGTH_MISMATCH,
                "datagram is longer than the " + config.maxFrameOctets() + " octets that are accepted",
                Payload.read(content, head),
                null);
    }
}
