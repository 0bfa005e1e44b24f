// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.loop.EventLoopOwnerLoop;

/** Makes the sockets of one listener: native epoll or NIO, whichever the port's loop runs on. They do not read until told to. */
final class UdpSockets {
    /** How many datagrams a socket receives before the loop turns to other work; with epoll, in one system call. */
    private static final int DATAGRAMS_PER_READ = 64;
    /** The same for a multicast group, where few are expected. */
    private static final int GROUP_DATAGRAMS_PER_READ = 8;
    /** Windows cannot: there, a group's socket takes everything that is sent to the port number. */
    private static final boolean CAN_BIND_GROUPS =
            !System.getProperty("os.name", "").startsWith("Windows");
    /** Bounds the receive buffer of an epoll socket when frames are large. */
    private static final int READ_OCTETS = 1 << 20;
    /** What may wait to be sent, in octets with about 100 on top for each frame; beyond the second, frames are dropped. */
    private static final WriteBufferWaterMark WAITING_OCTETS = new WriteBufferWaterMark(1 << 20, 4 << 20);

    private final UdpTransportConfig config;
    /** One octet more than is accepted, to see that a datagram was longer; the rest of it is cut off. */
    private final int datagramOctets;

    UdpSockets(UdpTransportConfig config) {
        this.config = config;
        this.datagramOctets = config.maxFrameOctets() + 1;
    }

    /**
     * Binds a socket that feeds {@code port}. IPv4 and IPv6 wildcards differ: {@code 0.0.0.0} is an IPv4 socket, {@code ::} one for both.
     *
     * @param beside whether it is bound beside sockets that {@link #admitOthers} was called for
     */
    CompletableFuture<Channel> bind(UdpPort port, InetSocketAddress address, boolean beside) {
        Bootstrap bootstrap = socket(port.loop(), family(address), DATAGRAMS_PER_READ)
                .handler(new UdpFrameHandler(port, port::onDatagram))
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_RCVBUF, config.receiveBufferOctets())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING_OCTETS);
        if (beside) {
            bootstrap.option(sharing(port.loop()), true);
        }
        return bind(bootstrap, address);
    }

    /**
     * Binds a socket to a multicast group, which feeds {@code port} what is sent to the group. It reads at once. Sockets of other
     * programs may be bound to the group, too; a listener has to {@link #admitGroups} for a group on its own port number.
     *
     * @param local the group's address; for an IPv6 group that never leaves its network, with the interface
     * @param receiver takes each datagram, without keeping it
     */
    CompletableFuture<Channel> bindGroup(UdpPort port, InetSocketAddress local, Consumer<DatagramPacket> receiver) {
        SocketProtocolFamily family = family(local);
        Bootstrap bootstrap = socket(port.loop(), family, GROUP_DATAGRAMS_PER_READ)
                .handler(new UdpFrameHandler(port, receiver))
                .option(ChannelOption.SO_REUSEADDR, true);
        return bind(bootstrap, CAN_BIND_GROUPS ? local : new InetSocketAddress(local.getPort()));
    }

    private static SocketProtocolFamily family(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
    }

    private Bootstrap socket(EventLoopOwnerLoop loop, SocketProtocolFamily family, int datagramsPerRead) {
        Bootstrap bootstrap =
                loop.isEpoll() ? epollSocket(family, datagramsPerRead) : nioSocket(family, datagramsPerRead);
        return bootstrap.group(loop.eventLoop());
    }

    private static CompletableFuture<Channel> bind(Bootstrap bootstrap, InetSocketAddress address) {
        CompletableFuture<Channel> opened = new CompletableFuture<>();
        bootstrap.bind(address).addListener((ChannelFutureListener) bound -> {
            if (bound.isSuccess()) {
                opened.complete(bound.channel());
            } else {
                opened.completeExceptionally(bound.cause());
            }
        });
        return opened;
    }

    /**
     * Lets others bind the address of {@code socket} beside it, from now on. The first socket of a listener binds without, so a second
     * gateway that is started by mistake finds the address in use, instead of quietly taking a share of the devices.
     */
    static void admitOthers(EventLoopOwnerLoop loop, Channel socket) {
        socket.config().setOption(sharing(loop), true);
    }

    /** Lets sockets bind multicast groups on the port number of {@code socket}, from now on; its own datagrams stay its own. */
    static void admitGroups(Channel socket) {
        socket.config().setOption(ChannelOption.SO_REUSEADDR, true);
    }

    /** Sends what waits, as far as that goes at once, and closes {@code socket}; completes when its address is free. */
    static CompletableFuture<@Nullable Void> close(Channel socket) {
        CompletableFuture<@Nullable Void> free = new CompletableFuture<>();
        socket.flush();
        // NIO gives up the address only when the selector has run after the socket left it, which is a turn of the loop
        // later.
        int turns = socket instanceof NioDatagramChannel ? 2 : 0;
        socket.close().addListener(closed -> completeAfter(turns, socket.eventLoop(), free));
        return free;
    }

    private static void completeAfter(int turns, EventLoop loop, CompletableFuture<@Nullable Void> future) {
        if (turns == 0 || loop.isShuttingDown()) {
            future.complete(null);
            return;
        }
        // Unlike a task that is posted, one that is scheduled by the loop itself always waits for the next turn.
        loop.schedule(() -> {}, 0, TimeUnit.NANOSECONDS).addListener(turned -> completeAfter(turns - 1, loop, future));
    }

    /**
     * The receive buffer that the operating system has given {@code socket}, in the measure it was asked in. Linux reports twice that,
     * the other half being for its own bookkeeping, and the JDK takes it off again.
     */
    static int grantedReceiveBufferOctets(EventLoopOwnerLoop loop, Channel socket) {
        int reported = socket.config().getOption(ChannelOption.SO_RCVBUF);
        return loop.isEpoll() ? reported / 2 : reported;
    }

    private static ChannelOption<Boolean> sharing(EventLoopOwnerLoop loop) {
        return loop.isEpoll()
                ? EpollChannelOption.SO_REUSEPORT
                : NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);
    }

    private Bootstrap epollSocket(SocketProtocolFamily family, int datagramsPerRead) {
        int datagrams = Math.min(datagramsPerRead, READ_OCTETS / datagramOctets);
        return new Bootstrap()
                .channelFactory(() -> {
                    EpollDatagramChannel channel = new EpollDatagramChannel(family);
                    MulticastOptions.receiveOwnGroupsOnly(channel, family == SocketProtocolFamily.INET6);
                    return channel;
                })
                // One buffer takes many datagrams with one system call.
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(datagrams * datagramOctets).maxMessagesPerRead(datagrams))
                .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, datagramOctets);
    }

    private Bootstrap nioSocket(SocketProtocolFamily family, int datagramsPerRead) {
        return new Bootstrap()
                .channelFactory(() -> new NioDatagramChannel(family))
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(datagramOctets).maxMessagesPerRead(datagramsPerRead));
    }
}
