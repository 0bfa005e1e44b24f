// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes what a socket receives on to a port. Errors of the socket, such as an ICMP "port unreachable", leave it open. */
final class UdpFrameHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(UdpFrameHandler.class);

    private final UdpPort port;
    private final Consumer<DatagramPacket> receiver;

    /** @param receiver of the port's; does not keep the datagram */
    UdpFrameHandler(UdpPort port, Consumer<DatagramPacket> receiver) {
        this.port = port;
        this.receiver = receiver;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket datagram = (DatagramPacket) message;
        try {
            receiver.accept(datagram);
        } finally {
            datagram.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        port.onReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            log.atDebug()
                    .setCause(cause)
                    .addKeyValue("local", context.channel().localAddress())
                    .log("socket error");
        } else {
            port.loop().taskFailed(cause);
        }
    }
}
