// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.systemd;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.sngateway.transport.loop.EventLoopOwnerLoop;

/** The socket on which the service manager hears its services: one datagram is one message. May be used from any thread. */
final class NotifySocket implements AutoCloseable {
    private static final long OPEN_SECONDS = 5;

    private final Channel channel;
    private final DomainSocketAddress manager;

    private NotifySocket(Channel channel, DomainSocketAddress manager) {
        this.channel = channel;
        this.manager = manager;
    }

    /**
     * Opens a socket on {@code loop}, which must run on native epoll.
     *
     * @param name the path of the manager's socket, or {@code @} and a name in Linux' abstract namespace
     * @throws IOException when there is no such socket, or it may not be used
     */
    static NotifySocket open(EventLoopOwnerLoop loop, String name) throws IOException {
        DomainSocketAddress manager = new DomainSocketAddress(name.startsWith("@") ? '\0' + name.substring(1) : name);
        ChannelFuture opened = new Bootstrap()
                .group(loop.group())
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(manager);
        if (!opened.awaitUninterruptibly(OPEN_SECONDS, TimeUnit.SECONDS) || !opened.isSuccess()) {
            ChannelFuture ignored = opened.channel().close();
            throw new IOException("cannot reach " + name + ": " + opened.cause(), opened.cause());
        }
        return new NotifySocket(opened.channel(), manager);
    }

    /** Sends {@code lines}, each of the form NAME=VALUE. What cannot be sent is lost, as with any manager that does not listen. */
    void send(String... lines) {
        ChannelFuture ignored = channel.writeAndFlush(new DomainDatagramPacket(
                Unpooled.copiedBuffer(String.join("\n", lines), StandardCharsets.UTF_8), manager));
    }

    @Override
    public void close() {
        ChannelFuture ignored = channel.close();
    }
}
