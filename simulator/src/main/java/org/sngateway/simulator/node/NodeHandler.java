// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.PortUnreachableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.Sender;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;

/** One node's socket: datagrams in as messages to its loop, messages out as datagrams. */
final class NodeHandler extends SimpleChannelInboundHandler<DatagramPacket> implements NodeSink {
    private static final Logger log = LoggerFactory.getLogger(NodeHandler.class);

    private final int node;
    private final NodeListener listener;
    private @Nullable Channel channel;
    private @Nullable NodeLoop loop;
    private int index;

    NodeHandler(int node, NodeListener listener) {
        this.node = node;
        this.listener = listener;
    }

    /** Says where the messages go; on the loop, before the first arrives. */
    void attach(NodeLoop owner, int indexInLoop) {
        loop = owner;
        index = indexInLoop;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        DecodeResult result = SnCodec.decode(packet.content(), Sender.GATEWAY);
        if (result instanceof DecodeResult.Decoded decoded) {
            if (loop != null) {
                loop.onMessage(index, decoded.message());
            }
        } else if (result instanceof DecodeResult.Malformed malformed) {
            listener.onMalformed(node, malformed.detail());
        }
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
            listener.onUnreachable(node);
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
