// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DatagramChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A socket bound to one multicast group, and the interfaces on which it is a member. Confined to one loop. */
final class GroupSocket {
    private final GroupAddress local;
    private final Function<InetSocketAddress, CompletableFuture<Channel>> binder;
    private final Troubles troubles;
    /** By the interface's index. */
    private final Map<Integer, GroupLink> joined = new HashMap<>();

    private @Nullable DatagramChannel channel;
    private boolean closed;

    /** @param binder binds a socket to the group; completes on the loop */
    GroupSocket(GroupAddress local, Function<InetSocketAddress, CompletableFuture<Channel>> binder, Troubles troubles) {
        this.local = local;
        this.binder = binder;
        this.troubles = troubles;
    }

    /**
     * Becomes a member on these interfaces and no other. Not to be called again before it is done; never fails.
     *
     * @param wanted the group on each interface, by the interface's index
     */
    CompletableFuture<Void> join(Map<Integer, GroupLink> wanted) {
        DatagramChannel bound = channel;
        if (bound != null) {
            return join(bound, wanted);
        }
        String what = "bind " + local;
        return binder.apply(local.toSocketAddress())
                .thenCompose(socket -> {
                    troubles.worked(what);
                    DatagramChannel opened = (DatagramChannel) socket;
                    channel = opened;
                    return closed ? close() : join(opened, wanted);
                })
                .exceptionally(failure -> {
                    troubles.failed(what, UdpTransport.reason(failure));
                    return null;
                });
    }

    private CompletableFuture<Void> join(DatagramChannel bound, Map<Integer, GroupLink> wanted) {
        joined.values().removeIf(link -> {
            if (wanted.containsKey(link.via().index())) {
                return false;
            }
            ChannelFuture unused =
                    bound.leaveGroup(link.address(), link.device(), null); // fails when the interface is gone
            return true;
        });
        List<CompletableFuture<Void>> joins = new ArrayList<>();
        for (GroupLink link : wanted.values()) {
            if (!joined.containsKey(link.via().index())) {
                joins.add(join(bound, link));
            }
        }
        return CompletableFuture.allOf(joins.toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> join(DatagramChannel bound, GroupLink link) {
        String what = "join " + link;
        CompletableFuture<Void> joining = new CompletableFuture<>();
        ChannelFuture join = bound.joinGroup(link.address(), link.device(), null);
        join.addListener((ChannelFutureListener) result -> {
            if (result.isSuccess()) {
                troubles.worked(what);
                joined.put(link.via().index(), link);
            } else {
                troubles.failed(what, UdpTransport.reason(result.cause()));
            }
            joining.complete(null);
        });
        return joining;
    }

    /** Leaves the group for good. */
    CompletableFuture<Void> close() {
        closed = true;
        CompletableFuture<Void> closing = new CompletableFuture<>();
        if (channel == null) {
            closing.complete(null);
        } else {
            channel.close().addListener(result -> closing.complete(null));
        }
        return closing;
    }
}
