// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.MessageCallback;
import org.eclipse.californium.elements.RawData;
import org.eclipse.californium.elements.util.Filter;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.Connection;
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
import org.sngateway.transport.udp.DatagramListener;
import org.sngateway.transport.udp.UdpLink;

/**
 * One shard's side of a DTLS listener: the connections whose handshakes arrived at it. A connection stays with its port: a record with its
 * connection id that arrives at another port's socket is handed over.
 */
final class DtlsPort implements DatagramListener, PortConnector.Host {
    /** Datagrams that other ports may have handed over and that this one has not taken yet. */
    private static final int MAX_HANDED_OVER = 4096;

    /** What all the ports share. */
    interface Listener {
        DtlsTransportConfig config();

        DtlsCounters counters();

        UdpLink link();

        /** The port of that number; null when there is none. */
        @Nullable
        DtlsPort port(int number);

        DtlsConnectorConfig connectorConfig(DtlsPort port);
    }

    private final Listener listener;
    private final int number;
    private final EventLoopOwnerLoop loop;
    private final FrameListener frames;
    private final PortConnector connector;
    private final AtomicInteger handedOver = new AtomicInteger();

    DtlsPort(Listener listener, int number, EventLoopOwnerLoop loop, FrameListener frames, Executor workers) {
        this.listener = listener;
        this.number = number;
        this.loop = loop;
        this.frames = frames;
        this.connector =
                new PortConnector(listener.connectorConfig(this), new LoopExecutor(loop.eventLoop(), workers), this);
        connector.setRawDataReceiver(this::onPlaintext);
    }

    int number() {
        return number;
    }

    EventLoopOwnerLoop loop() {
        return loop;
    }

    PortConnector connector() {
        return connector;
    }

    void start() {
        try {
            connector.start();
        } catch (IOException e) { // it binds nothing
            throw new UncheckedIOException(e);
        }
    }

    /** Ends without a word to the peers. On the loop. */
    void stop() {
        connector.destroy();
    }

    /** Ends the connection of {@code peer} by an alert. Any thread. */
    void close(Peer peer) {
        InetSocketAddress remote = peer.remote();
        if (remote != null) {
            connector.close(remote);
        }
    }

    /** Forgets the connections, and the sessions, of peers that must not come back. Any thread. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    void terminate(Filter<Principal> which) {
        connector.startTerminateConnectionsForPrincipal(which, true);
    }

    // ---- in

    @Override
    public void onDatagram(InetSocketAddress from, ByteBuf content) {
        if (content.readableBytes() > DtlsTransport.maxDatagramOctets(listener.config())) {
            dropped(RecordDrop.OTHER);
            return;
        }
        byte[] datagram = ByteBufUtil.getBytes(content);
        DtlsPort owner = listener.port(PortConnectionIds.portOf(datagram));
        if (owner == null || owner == this) {
            connector.receive(from, datagram);
        } else {
            owner.handOver(from, datagram);
        }
    }

    private void handOver(InetSocketAddress from, byte[] datagram) {
        if (handedOver.incrementAndGet() > MAX_HANDED_OVER) {
            handedOver.decrementAndGet();
            dropped(RecordDrop.OVERLOAD);
            return;
        }
        loop.execute(() -> {
            handedOver.decrementAndGet();
            connector.receive(from, datagram);
        });
    }

    /** On the loop, or on a worker when data comes with a handshake. */
    private void onPlaintext(RawData data) {
        Connection connection = connector.current();
        Peer peer = connection == null ? null : Peer.of(connection);
        DeviceAddress.Dtls from = peer == null ? null : peer.address();
        if (from == null) {
            dropped(RecordDrop.OTHER);
            return;
        }
        if (data.getEndpointContext().get(DtlsEndpointContext.KEY_PREVIOUS_ADDRESS) != null) {
            listener.counters().moves.increment();
        }
        if (loop.isOwner()) {
            onFrame(from, data.getBytes());
        } else {
            loop.execute(() -> onFrame(from, data.getBytes()));
        }
    }

    private void onFrame(DeviceAddress.Dtls from, byte[] octets) {
        listener.counters().framesIn.increment();
        listener.counters().octetsIn.add(octets.length);
        ByteBuf content = Unpooled.wrappedBuffer(octets);
        DecodeResult frame = octets.length > listener.config().maxFrameOctets()
                ? tooLong(content)
                : SnCodec.decode(content, Sender.DEVICE);
        try {
            frames.onFrame(from, frame);
        } catch (Throwable e) {
            loop.taskFailed(e);
        }
    }

    private DecodeResult tooLong(ByteBuf content) {
        return new DecodeResult.Malformed(
                MalformedReason.TOO_LARGE,
                "frame is longer than the " + listener.config().maxFrameOctets() + " octets that are accepted",
                Payload.read(content, DecodeResult.Malformed.HEAD_OCTETS),
                null);
    }

    // ---- out

    /** Sends a message to a peer of this port. On the loop. */
    void send(Peer peer, SnMessage message) {
        InetSocketAddress remote = peer.remote();
        int octets = SnCodec.encodedOctets(message);
        if (remote == null || octets > listener.config().maxFrameOctets()) {
            listener.counters().sendFailures.increment();
            return;
        }
        byte[] frame = new byte[octets];
        SnCodec.encode(message, Unpooled.wrappedBuffer(frame).clear());
        connector.send(RawData.outbound(
                frame, new AddressEndpointContext(remote), new Receipt(listener.counters(), octets), false));
    }

    @Override
    public void send(InetSocketAddress to, byte[] octets, int offset, int length) {
        if (loop.isOwner()) {
            listener.link().send(to, octets, offset, length);
        } else {
            loop.execute(() -> listener.link().send(to, octets, offset, length));
        }
    }

    @Override
    public void dropped(RecordDrop reason) {
        listener.counters().dropped(reason);
    }

    /** Counts what becomes of one frame. */
    private record Receipt(DtlsCounters counters, int octets) implements MessageCallback {
        @Override
        public void onConnecting() {}

        @Override
        public void onDtlsRetransmission(int flight) {}

        @Override
        public void onContextEstablished(EndpointContext context) {}

        @Override
        public void onSent() {
            counters.framesOut.increment();
            counters.octetsOut.add(octets);
        }

        @Override
        public void onError(Throwable error) {
            counters.sendFailures.increment();
        }
    }

    /** The established connections among {@code peers} that are this port's. */
    List<Peer> own(List<Peer> peers) {
        return peers.stream().filter(peer -> peer.port() == this).toList();
    }
}
