// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;

/** Each node has a UDP socket of its own, connected to the gateway. */
public final class UdpNetwork implements NodeNetwork {
    private static final Logger log = LoggerFactory.getLogger(UdpNetwork.class);

    private final InetSocketAddress gateway;
    private final List<Channel> channels = new CopyOnWriteArrayList<>();

    /** @param gateway resolved */
    public UdpNetwork(InetSocketAddress gateway) {
        this.gateway = gateway;
    }

    @Override
    public void prepare(int nodes) throws IOException {
        FileDescriptors.requireFree(nodes);
    }

    @Override
    public NodeSink open(int number, EventLoop loop, Receiver receiver) throws IOException {
        Socket socket = new Socket(number, receiver);
        ChannelFuture opened = new Bootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .handler(socket)
                .connect(gateway)
                .awaitUninterruptibly();
        if (!opened.isSuccess()) {
            throw new IOException(
                    "cannot open a UDP socket for node " + number + " to " + gateway + ": "
                            + opened.cause().getMessage(),
                    opened.cause());
        }
        channels.add(opened.channel());
        return socket;
    }

    @Override
    public String gateway() {
        return gateway.getHostString() + ":" + gateway.getPort();
    }

    @Override
    public String silence() {
        return "no answer to CONNECT";
    }

    @Override
    public void close() {
        for (Channel channel : channels) {
            ChannelFuture unused = channel.close();
        }
    }

    /** One node's socket: datagrams in as frames, messages out as datagrams. */
    private static final class Socket extends SimpleChannelInboundHandler<DatagramPacket> implements NodeSink {
        private final int node;
        private final Receiver receiver;
        private @Nullable Channel channel;

        Socket(int node, Receiver receiver) {
            this.node = node;
            this.receiver = receiver;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            channel = context.channel();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            receiver.onFrame(SnCodec.decode(packet.content(), Sender.GATEWAY));
        }

        /** The socket is connected, so a datagram needs no address. */
        @Override
        public void send(SnMessage message) {
            Channel open = channel;
            if (open == null) {
                return;
            }
            ByteBuf frame = open.alloc().directBuffer(SnCodec.encodedOctets(message));
            SnCodec.encode(message, frame);
            // a void promise reports failures to exceptionCaught and costs nothing per datagram
            ChannelFuture unused = open.writeAndFlush(frame, open.voidPromise());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (isUnreachable(cause)) {
                receiver.onUnreachable();
            } else {
                log.atDebug().addKeyValue("node", node).setCause(cause).log("socket error");
            }
        }

        /** Epoll reports ICMP "port unreachable" as a plain connection refused, NIO as an exception of its own. */
        private static boolean isUnreachable(Throwable cause) {
            return cause instanceof PortUnreachableException
                    || (cause.getMessage() != null && cause.getMessage().contains("Connection refused"));
        }
    }
}
