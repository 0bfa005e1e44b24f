// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.SourceGate;
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
    private final DatagramListener listener;
    private final SourceGate gate;
    private final PortCounters counters = new PortCounters();
    /** Those of the port whose socket it is. */
    private PortCounters socketCounters = counters;
    /** The shard's own socket, or where sockets cannot share a port, the one that all shards send with. */
    private @Nullable Channel channel;

    private final Runnable flush = this::flushTurn;
    private boolean reading;
    private boolean flushDue;

    /** One that takes all. */
    UdpPort(UdpTransportConfig config, EventLoopOwnerLoop loop, DatagramListener listener) {
        this(config, loop, listener, SourceGate.OPEN);
    }

    /** @param gate which datagrams are passed on */
    UdpPort(UdpTransportConfig config, EventLoopOwnerLoop loop, DatagramListener listener, SourceGate gate) {
        this.config = config;
        this.loop = loop;
        this.listener = listener;
        this.gate = gate;
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

    private void deliver(DatagramPacket datagram, boolean toGroup) {
        ByteBuf content = datagram.content();
        reading = true;
        counters.received(content.readableBytes());
        try {
            if (!gate.admits(datagram.sender())) {
                return;
            }
            if (toGroup) {
                listener.onGroupDatagram(datagram.sender(), content);
            } else {
                listener.onDatagram(datagram.sender(), content);
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

    void send(InetSocketAddress to, SnMessage message) {
        int octets = SnCodec.encodedOctets(message);
        ByteBuf frame = buffer(octets);
        if (frame != null) {
            SnCodec.encode(message, frame);
            write(to, frame);
        }
    }

    void send(InetSocketAddress to, byte[] octets, int offset, int length) {
        ByteBuf datagram = buffer(length);
        if (datagram != null) {
            write(to, datagram.writeBytes(octets, offset, length));
        }
    }

    /** What to {@link #write} so many octets with; null, and a failure counted, when they cannot be sent. */
    private @Nullable ByteBuf buffer(int octets) {
        Channel socket = channel;
        if (socket == null || octets > config.maxFrameOctets() || !hasRoom(socket)) {
            counters.sendFailed();
            return null;
        }
        return socket.alloc().directBuffer(octets);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the receipt counts what became of it
    private void write(InetSocketAddress to, ByteBuf datagram) {
        Channel socket = Objects.requireNonNull(channel, "buffer() was refused");
        int octets = datagram.readableBytes();
        socket.write(new DatagramPacket(datagram, to), new SendReceipt(socket, socketCounters, octets));
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
}
