// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.dtls;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.simulator.node.FileDescriptors;
import org.sngateway.simulator.node.NodeNetwork;
import org.sngateway.simulator.node.NodeSink;
import org.sngateway.transport.dtls.DtlsClient;
import org.sngateway.transport.dtls.DtlsClients;
import org.sngateway.transport.dtls.DtlsCredentials;
import org.sngateway.transport.dtls.PskKey;

/** Each node has a DTLS connection of its own, from a socket that it changes now and then if it is told to. */
public final class DtlsNetwork implements NodeNetwork {
    private static final Logger log = LoggerFactory.getLogger(DtlsNetwork.class);
    private static final String NUMBER = "%n";

    private final InetSocketAddress gateway;
    private final DtlsCredentials credentials;
    private final @Nullable String identity;
    private final @Nullable PskKey key;
    private final boolean connectionId;
    private final int changePort;
    private final ExecutorService workers =
            Executors.newFixedThreadPool(1, new DefaultThreadFactory("node-handshakes", true));
    private final Map<EventLoop, DtlsClients> clients = new ConcurrentHashMap<>();
    private int nodes = 1;
    private volatile @Nullable String lastFailure;

    /**
     * @param gateway resolved
     * @param credentials certificates; without authorities, keys are used
     * @param identity whose key it is, where {@code %n} stands for the node's number; null for certificates
     * @param key the key; null exactly when {@code identity} is
     * @param connectionId whether nodes ask for a connection id
     * @param changePort after how many messages a node sends from a new port; 0 for never
     */
    public DtlsNetwork(
            InetSocketAddress gateway,
            DtlsCredentials credentials,
            @Nullable String identity,
            @Nullable PskKey key,
            boolean connectionId,
            int changePort) {
        this.gateway = gateway;
        this.credentials = credentials;
        this.identity = identity;
        this.key = key;
        this.connectionId = connectionId;
        this.changePort = changePort;
    }

    @Override
    public void prepare(int count) throws IOException {
        FileDescriptors.requireFree(count);
        nodes = count;
    }

    @Override
    public NodeSink open(int number, EventLoop loop, Receiver receiver) throws IOException {
        DtlsClients onLoop =
                clients.computeIfAbsent(loop, each -> new DtlsClients(each, workers, nodes, connectionId, credentials));
        End end = new End(number, loop, receiver, onLoop);
        end.open(bootstrap(loop, end).connect(gateway).awaitUninterruptibly());
        return end;
    }

    private static Bootstrap bootstrap(EventLoop loop, End end) {
        return new Bootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .handler(end.new Socket());
    }

    @Override
    public String gateway() {
        return "dtls://" + gateway.getHostString() + ":" + gateway.getPort();
    }

    @Override
    public String silence() {
        String failure = lastFailure;
        return failure == null ? "no answer to CONNECT" : "no DTLS connection: " + failure;
    }

    /** Full handshakes that all nodes have done; any thread. */
    public long handshakes() {
        return clients.values().stream().mapToLong(DtlsClients::handshakes).sum();
    }

    @Override
    public void close() {
        clients.forEach((loop, each) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(each::close);
            }
        });
        workers.shutdown();
    }

    /** One node. */
    private final class End implements NodeSink, DtlsClient.Output {
        private final int number;
        private final EventLoop loop;
        private final Receiver receiver;
        private final DtlsClient client;
        private volatile @Nullable Channel channel;
        private int sent;
        private boolean moving;
        private @Nullable Channel before;

        End(int number, EventLoop loop, Receiver receiver, DtlsClients clients) {
            this.number = number;
            this.loop = loop;
            this.receiver = receiver;
            this.client = identity == null || key == null
                    ? clients.client(this)
                    : clients.client(identity.replace(NUMBER, Integer.toString(number)), key, this);
        }

        void open(ChannelFuture opened) throws IOException {
            if (!opened.isSuccess()) {
                throw new IOException(
                        "cannot open a UDP socket for node " + number + " to " + gateway + ": "
                                + opened.cause().getMessage(),
                        opened.cause());
            }
            channel = opened.channel();
        }

        @Override
        public void send(SnMessage message) {
            ByteBuf frame = Unpooled.buffer(SnCodec.encodedOctets(message));
            SnCodec.encode(message, frame);
            client.send(ByteBufUtil.getBytes(frame));
            if (changePort > 0 && ++sent % changePort == 0 && !moving) {
                move();
            }
        }

        /** The answers to what was sent before still come to the old port, so it stays until something comes to the new one. */
        private void move() {
            moving = true;
            var unused = bootstrap(loop, this).connect(gateway).addListener((ChannelFutureListener) opened -> {
                if (opened.isSuccess()) {
                    before = channel;
                    channel = opened.channel();
                } else {
                    moving = false;
                }
            });
        }

        private void onDatagram(Channel from, ByteBuf datagram) {
            Channel left = before;
            if (left != null && from == channel) {
                before = null;
                moving = false;
                var unused = left.close();
            }
            client.receive(ByteBufUtil.getBytes(datagram));
        }

        @Override
        public void send(byte[] octets, int offset, int length) {
            Channel open = channel;
            if (open != null) {
                // a void promise reports failures to exceptionCaught and costs nothing per datagram
                ChannelFuture unused =
                        open.writeAndFlush(Unpooled.copiedBuffer(octets, offset, length), open.voidPromise());
            }
        }

        @Override
        public void onFrame(byte[] octets) {
            if (loop.inEventLoop()) {
                receiver.onFrame(SnCodec.decode(Unpooled.wrappedBuffer(octets), Sender.GATEWAY));
            } else {
                loop.execute(() -> receiver.onFrame(SnCodec.decode(Unpooled.wrappedBuffer(octets), Sender.GATEWAY)));
            }
        }

        @Override
        public void onFailed(String reason) {
            lastFailure = reason;
        }

        /** The socket it has at the moment. */
        private final class Socket extends SimpleChannelInboundHandler<DatagramPacket> {
            @Override
            protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                onDatagram(context.channel(), packet.content());
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                if (String.valueOf(cause.getMessage()).contains("refused")
                        || cause instanceof PortUnreachableException) {
                    receiver.onUnreachable();
                } else {
                    log.atDebug().addKeyValue("node", number).setCause(cause).log("socket error");
                }
            }
        }
    }
}
