// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;

/**
 * Sends to multicast groups with a listener's socket. The interface to leave through is an option of the socket, so one datagram is
 * handed to the operating system before the option is set for the next. What goes to single devices meanwhile is not
 * affected: the option concerns multicast only. Confined to the socket's loop.
 */
final class GroupSender {
    /** What may wait while the operating system takes no more; beyond it, datagrams are dropped and counted. */
    private static final int MAX_WAITING = 1024;

    private record Outgoing(GroupLink link, SnMessage message) {}

    private final UdpPort port;
    private final Channel socket;
    private final Troubles troubles;
    private final Queue<Outgoing> waiting = new ArrayDeque<>();
    private boolean sending;

    GroupSender(UdpPort port, Channel socket, Troubles troubles) {
        this.port = port;
        this.socket = socket;
        this.troubles = troubles;
    }

    void send(GroupLink link, SnMessage message) {
        if (waiting.size() >= MAX_WAITING || !port.fits(message)) {
            port.counters().sendFailed();
            return;
        }
        waiting.add(new Outgoing(link, message));
        if (!sending) {
            sendWaiting();
        }
    }

    private void sendWaiting() {
        sending = true;
        for (Outgoing next = waiting.poll(); next != null; next = waiting.poll()) {
            GroupLink link = next.link;
            try {
                MulticastOptions.leaveThrough(socket, link);
            } catch (IOException e) {
                port.counters().sendFailed();
                report(link, e);
                continue;
            }
            ChannelFuture sent = write(next);
            if (!sent.isDone()) {
                sent.addListener((ChannelFutureListener) result -> {
                    report(link, result.cause());
                    sendWaiting();
                });
                return;
            }
            report(link, sent.cause());
        }
        sending = false;
    }

    private void report(GroupLink link, @Nullable Throwable failure) {
        String what = "send to " + link;
        if (failure == null) {
            troubles.worked(what);
        } else {
            troubles.failed(what, UdpTransport.reason(failure));
        }
    }

    private ChannelFuture write(Outgoing next) {
        int octets = SnCodec.encodedOctets(next.message);
        ByteBuf frame = socket.alloc().directBuffer(octets);
        SnCodec.encode(next.message, frame);
        return socket.writeAndFlush(
                new DatagramPacket(frame, next.link.local().toSocketAddress()),
                new SendReceipt(socket, port.counters(), octets));
    }
}
