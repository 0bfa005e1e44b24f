// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The multicast groups of one listener. Confined to the loop of the listener's first port, {@link #send} and {@link #close} apart.
 *
 * <p>What is sent to a group is received by sockets of its own, bound to the group, so that the listener's sockets never see it; what is
 * sent to devices, be it to a group or to one of them, leaves from the listener's socket, so that its source is the address devices
 * connect to.
 *
 * <p>Every half minute the network interfaces are looked at again: groups are joined on those that have come, and on those where it
 * failed before. What cannot be done is said once, and once more when it works again.
 */
final class UdpGroups {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(UdpGroups.class);

    private final MulticastConfig config;
    private final UdpSockets sockets;
    private final UdpPort port;
    private final InetSocketAddress listener;
    private final Callable<List<LocalInterface>> interfaces;
    private final OwnerLoop loop;
    private final Troubles troubles;
    private final GroupSender sender;
    private final OwnerLoop.ReusableTimer lookAgain;

    /** By the address they are bound to. */
    private final Map<GroupAddress, GroupSocket> groupSockets = new HashMap<>();

    // since the last look
    private List<GroupLink> links = List.of();
    private Set<InetAddress> ownAddresses = Set.of();

    private boolean closed;

    /**
     * @param port the listener's first, on whose loop this is called
     * @param socket that port's socket, bound
     */
    UdpGroups(MulticastConfig config, UdpSockets sockets, UdpPort port, Channel socket) {
        this(config, sockets, port, socket, LocalInterface::list);
    }

    UdpGroups(
            MulticastConfig config,
            UdpSockets sockets,
            UdpPort port,
            Channel socket,
            Callable<List<LocalInterface>> interfaces) {
        this.config = config;
        this.sockets = sockets;
        this.port = port;
        this.listener = (InetSocketAddress) socket.localAddress();
        this.interfaces = interfaces;
        this.loop = port.loop();
        this.troubles = new Troubles(UdpTransport.name(listener));
        this.sender = new GroupSender(port, socket, troubles);
        this.lookAgain = loop.timer(this::lookAgain);
        MulticastOptions.hopLimit(socket, config.hopLimit());
    }

    /** Sends to each group over each of its interfaces; from any thread. */
    void send(SnMessage message) {
        if (!loop.isOwner()) {
            loop.execute(() -> send(message));
            return;
        }
        for (GroupLink link : links) {
            sender.send(link, message);
        }
    }

    /** Completes when the sockets are closed; from any thread. */
    CompletableFuture<Void> close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            closed = true;
            lookAgain.cancel();
            links = List.of();
            CompletableFuture<?>[] closing =
                    groupSockets.values().stream().map(GroupSocket::close).toArray(CompletableFuture<?>[]::new);
            var unused = CompletableFuture.allOf(closing).whenComplete((all, failure) -> done.complete(null));
        });
        return done;
    }

    // ---- looking

    private void lookAgain() {
        var unused = look();
    }

    /**
     * Looks which interfaces there are, and joins what can be joined; from then on, does so every half minute. They are listed off the
     * loop, since that takes a while on machines with many.
     *
     * @return completes on the loop
     */
    CompletableFuture<Void> look() {
        return CompletableFuture.supplyAsync(this::list)
                .thenComposeAsync(found -> found.map(this::use).orElseGet(UdpGroups::nothing), loop)
                .whenComplete((joined, failure) -> {
                    if (failure != null) {
                        log.atWarn().setCause(failure).log("cannot join multicast groups");
                    }
                    if (loop.isOwner() && !closed) {
                        lookAgain.armAt(loop.deadlineAfter(LOOK_AGAIN));
                    }
                });
    }

    /** Empty when they cannot be known. */
    private Optional<List<LocalInterface>> list() {
        try {
            return Optional.of(interfaces.call());
        } catch (Exception e) {
            log.atWarn().setCause(e).log("cannot list the network interfaces; multicast stays as it is");
            return Optional.empty();
        }
    }

    private CompletableFuture<Void> use(List<LocalInterface> found) {
        if (closed) {
            return nothing();
        }
        ownAddresses = found.stream().flatMap(each -> each.addresses().stream()).collect(Collectors.toSet());
        List<GroupLink> before = links;
        links = GroupLink.select(config, listener.getAddress(), found);
        report(before, found);

        Map<GroupAddress, Map<Integer, GroupLink>> wanted = new HashMap<>();
        for (GroupLink link : links) {
            wanted.computeIfAbsent(link.local(), local -> new HashMap<>())
                    .put(link.via().index(), link);
        }
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        groupSockets.entrySet().removeIf(each -> {
            boolean unwanted = !wanted.containsKey(each.getKey());
            if (unwanted) {
                steps.add(each.getValue().close());
            }
            return unwanted;
        });
        wanted.forEach((local, on) ->
                steps.add(groupSockets.computeIfAbsent(local, this::groupSocket).join(on)));
        return CompletableFuture.allOf(steps.toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<Void> nothing() {
        return CompletableFuture.completedFuture(null);
    }

    private GroupSocket groupSocket(GroupAddress local) {
        return new GroupSocket(local, address -> sockets.bindGroup(port, address, this::onDatagram), troubles);
    }

    private void report(List<GroupLink> before, List<LocalInterface> found) {
        List<String> now = links.stream().map(GroupLink::toString).toList();
        if (!now.equals(before.stream().map(GroupLink::toString).toList())) {
            log.atInfo()
                    .addKeyValue("listener", UdpTransport.name(listener))
                    .addKeyValue("groups", now)
                    .log("multicast groups");
        }
        for (String name : config.interfaces()) {
            String what = "use interface " + name;
            if (found.stream().anyMatch(each -> each.name().equals(name))) {
                troubles.worked(what);
            } else {
                troubles.failed(what, "there is none of that name, or it is down");
            }
        }
    }

    // ---- receiving

    /** What the listener sends to a group, it hears, too. */
    private void onDatagram(DatagramPacket datagram) {
        InetSocketAddress from = datagram.sender();
        if (from.getPort() != listener.getPort() || !ownAddresses.contains(from.getAddress())) {
            port.onGroupDatagram(datagram);
        }
    }
}
