// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.loop.OwnerLoops;

/** Devices over DTLS with sockets that they can change. */
final class DtlsNodes implements AutoCloseable {
    private static final int WAIT_SECONDS = 30;

    private final OwnerLoops loops = OwnerLoops.startNio(1);
    private final ExecutorService workers = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "node-handshakes");
        thread.setDaemon(true);
        return thread;
    });
    private final InetSocketAddress gateway;
    private final DtlsClients clients;

    DtlsNodes(InetSocketAddress gateway, boolean connectionId) {
        this(gateway, connectionId, new DtlsCredentials(Map.of(), null, List.of()));
    }

    DtlsNodes(InetSocketAddress gateway, boolean connectionId, DtlsCredentials credentials) {
        this.gateway = gateway;
        this.clients = new DtlsClients(loop(), workers, 10_000, connectionId, credentials);
    }

    private EventLoop loop() {
        return loops.loops().get(0).eventLoop();
    }

    DtlsClients clients() {
        return clients;
    }

    Node node(String identity, PskKey key) {
        return new Node(identity, key);
    }

    /** With the credentials' certificate, or none. */
    Node node() {
        return new Node(null, null);
    }

    @Override
    public void close() {
        loops.loops().get(0).execute(clients::close);
        loops.close();
        workers.shutdownNow();
    }

    /** One of them. */
    final class Node implements DtlsClient.Output {
        final BlockingQueue<SnMessage> received = new LinkedBlockingQueue<>();
        final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        /** Every datagram it has sent. */
        final List<byte[]> sent = new CopyOnWriteArrayList<>();

        private final DtlsClient client;
        private volatile Channel socket;

        private Node(@Nullable String identity, @Nullable PskKey key) {
            client = identity == null || key == null ? clients.client(this) : clients.client(identity, key, this);
            socket = open();
        }

        private Channel open() {
            return new Bootstrap()
                    .group(loop())
                    .channel(NioDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                            client.receive(ByteBufUtil.getBytes(packet.content()));
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .syncUninterruptibly()
                    .channel();
        }

        /** Is heard from another port from now on. */
        void move() {
            Channel before = socket;
            socket = open();
            before.close().syncUninterruptibly();
        }

        void send(SnMessage message) {
            ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
            SnCodec.encode(message, frame);
            byte[] octets = ByteBufUtil.getBytes(frame);
            loop().execute(() -> client.send(octets));
        }

        void resume() {
            loop().execute(client::resume);
        }

        void closeConnection() {
            loop().execute(client::close);
        }

        /** A datagram past DTLS. */
        void sendRaw(byte[] datagram) {
            socket.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(datagram), gateway))
                    .syncUninterruptibly();
        }

        SnMessage expect() throws InterruptedException {
            SnMessage message = received.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no answer within " + WAIT_SECONDS + " s; failures: " + failures);
            }
            return message;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // a datagram more or less
        public void send(byte[] octets, int offset, int length) {
            byte[] datagram = new byte[length];
            System.arraycopy(octets, offset, datagram, 0, length);
            sent.add(datagram);
            socket.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(datagram), gateway));
        }

        @Override
        public void onFrame(byte[] octets) {
            if (SnCodec.decode(Unpooled.wrappedBuffer(octets), Sender.GATEWAY)
                    instanceof DecodeResult.Decoded decoded) {
                received.add(decoded.message());
            }
        }

        @Override
        public void onFailed(String reason) {
            failures.add(reason);
        }
    }
}
