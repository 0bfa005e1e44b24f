// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Socket options for multicast. On epoll they are set by Linux's own numbers: Netty's names for them lack those that a socket for both
 * IPv4 and IPv6 needs, and its time to live is that of unicast.
 */
final class MulticastOptions {
    private static final Logger log = LoggerFactory.getLogger(MulticastOptions.class);

    // Linux, include/uapi/linux/in.h and in6.h; the same on every processor.
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IP_MREQN_OCTETS = 12;
    private static final int IP_MREQN_ADDRESS = 4;
    private static final int IP_MREQN_INDEX = 8;

    private static final ChannelOption<ByteBuffer> IP_MULTICAST_IF =
            new RawUnixChannelOption("IP_MULTICAST_IF", IPPROTO_IP, 32, IP_MREQN_OCTETS);
    private static final ChannelOption<Integer> IP_MULTICAST_TTL = option("IP_MULTICAST_TTL", IPPROTO_IP, 33);
    private static final ChannelOption<Integer> IP_MULTICAST_ALL = option("IP_MULTICAST_ALL", IPPROTO_IP, 49);
    private static final ChannelOption<Integer> IPV6_MULTICAST_IF = option("IPV6_MULTICAST_IF", IPPROTO_IPV6, 17);
    private static final ChannelOption<Integer> IPV6_MULTICAST_HOPS = option("IPV6_MULTICAST_HOPS", IPPROTO_IPV6, 18);
    private static final ChannelOption<Integer> IPV6_MULTICAST_ALL = option("IPV6_MULTICAST_ALL", IPPROTO_IPV6, 29);

    private static final ChannelOption<NetworkInterface> NIO_MULTICAST_IF =
            NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_IF);
    private static final ChannelOption<Integer> NIO_MULTICAST_TTL =
            NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_TTL);

    private MulticastOptions() {}

    private static ChannelOption<Integer> option(String name, int level, int number) {
        return new IntegerUnixChannelOption(name, level, number);
    }

    /**
     * Makes a new socket receive only the groups that it joins itself. Without it, Linux gives a socket that is bound to every address
     * a copy of what arrives for a group that any program of the machine has joined. The JDK does so on its own.
     */
    static void receiveOwnGroupsOnly(EpollDatagramChannel socket, boolean ipv6) {
        try {
            socket.config().setOption(IP_MULTICAST_ALL, 0);
            if (ipv6) {
                socket.config().setOption(IPV6_MULTICAST_ALL, 0);
            }
        } catch (ChannelException e) { // IPv6: since Linux 4.20
            log.atDebug().setCause(e).log("a socket may hear groups that other programs have joined");
        }
    }

    /** Sets how many networks the multicast datagrams of a bound socket may cross. */
    static void hopLimit(Channel socket, int hops) {
        if (socket instanceof NioDatagramChannel) {
            socket.config().setOption(NIO_MULTICAST_TTL, hops);
            return;
        }
        socket.config().setOption(IP_MULTICAST_TTL, hops);
        if (isIpv6(socket)) {
            socket.config().setOption(IPV6_MULTICAST_HOPS, hops);
        }
    }

    /**
     * Makes what a bound socket hands to the operating system for {@code link}'s group, from now on, leave through its interface.
     *
     * @throws IOException when it cannot, such as when the interface is gone
     */
    static void leaveThrough(Channel socket, GroupLink link) throws IOException {
        try {
            if (socket instanceof NioDatagramChannel) {
                if (isIpv6(socket) && link.isIpv4()) {
                    throw new IOException("without native transport, an IPv6 listener cannot send to an IPv4 group");
                }
                socket.config().setOption(NIO_MULTICAST_IF, link.device());
            } else if (link.isIpv4()) {
                ByteBuffer request = ByteBuffer.allocate(IP_MREQN_OCTETS).order(ByteOrder.nativeOrder());
                // The address becomes the source, unless the socket is bound to one; without it, Linux may take another
                // interface's.
                request.put(IP_MREQN_ADDRESS, link.via().ipv4().getAddress());
                request.putInt(IP_MREQN_INDEX, link.via().index());
                socket.config().setOption(IP_MULTICAST_IF, request);
            } else {
                socket.config().setOption(IPV6_MULTICAST_IF, link.via().index());
            }
        } catch (ChannelException e) {
            Throwable cause = e.getCause() != null ? e.getCause() : e;
            throw new IOException(cause.getMessage(), cause);
        }
    }

    private static boolean isIpv6(Channel socket) {
        return ((InetSocketAddress) socket.localAddress()).getAddress() instanceof Inet6Address;
    }
}
