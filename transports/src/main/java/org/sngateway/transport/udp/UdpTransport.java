// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.loop.EventLoopOwnerLoop;

/**
 * MQTT-SN over UDP, one datagram per frame (MQTT-SN 1.2 §5.1), over the sockets of a {@link UdpLink}.
 *
 * <p>A datagram longer than {@link #maxFrameOctets} arrives as malformed.
 *
 * <p>With multicast groups, what arrives for them is delivered to the first port as a broadcast, and broadcasts are sent to each group
 * over each network interface. Unless the listener is bound to every address, only the interface that has its address is used.
 *
 * <p>The ports' loops must be {@link EventLoopOwnerLoop}s. {@link #open}, {@link #stats} and {@link #close} may be called from any
 * thread; the stages they return complete on a loop, so what depends on them must not block.
 */
public final class UdpTransport implements Transport {
    private static final String SCHEME = "udp";

    private final UdpTransportConfig config;
    private final MulticastConfig multicast;
    private final UdpLink link;
    private volatile @Nullable UdpGroups groups;

    /** A listener without multicast groups. */
    public UdpTransport(UdpTransportConfig config) {
        this(config, MulticastConfig.NONE);
    }

    /** A listener that can also be found through multicast groups. */
    public UdpTransport(UdpTransportConfig config, MulticastConfig multicast) {
        this(config, multicast, new UdpLink(SCHEME, config));
    }

    /** @param socketPerPort whether the operating system spreads datagrams over sockets that are bound to the same address */
    UdpTransport(UdpTransportConfig config, MulticastConfig multicast, boolean socketPerPort) {
        this(config, multicast, new UdpLink(SCHEME, config, socketPerPort));
    }

    private UdpTransport(UdpTransportConfig config, MulticastConfig multicast, UdpLink link) {
        this.config = config;
        this.multicast = multicast;
        this.link = link;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when there are no ports, or their loops are not {@link EventLoopOwnerLoop}s
     * @throws IllegalStateException when called a second time
     */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the result is told
    public CompletionStage<String> open(List<Port> ports) {
        CompletionStage<String> bound = link.open(ports.stream()
                .map(port -> new UdpLink.Port(port.loop(), new FrameReceiver(config, port.listener()), port.gate()))
                .toList());
        if (multicast.groups().isEmpty()) {
            return bound;
        }
        CompletableFuture<String> result = new CompletableFuture<>();
        bound.whenComplete((name, unbound) -> {
            if (unbound != null) {
                result.completeExceptionally(unbound);
            } else {
                joinGroups().whenComplete((joined, failure) -> tell(result, name, failure));
            }
        });
        return result;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the result is told
    private void tell(CompletableFuture<String> result, String name, @Nullable Throwable failure) {
        if (failure == null) {
            result.complete(name);
        } else {
            close().whenComplete((closed, e) -> result.completeExceptionally(link.cannotBind(failure)));
        }
    }

    @Override
    public void send(DeviceAddress to, SnMessage message) {
        if (!(to instanceof DeviceAddress.Udp address) || address.listener() != config.listener()) {
            throw new IllegalArgumentException(to + " is not an address of UDP listener " + config.listener());
        }
        link.ownPort().send(address.remote(), message);
    }

    /** {@inheritDoc} Sends to the multicast groups, over each network interface that leads there. */
    @Override
    public void broadcast(SnMessage message, int radius) {
        link.ownPort();
        UdpGroups joined = groups;
        if (joined != null) {
            joined.send(message);
        }
    }

    @Override
    public int maxFrameOctets() {
        return config.maxFrameOctets();
    }

    /** {@inheritDoc} Reads a file of the kernel's, so not for each frame. */
    @Override
    public TransportStats stats() {
        return link.stats();
    }

    /** {@inheritDoc} What was sent before is handed to the operating system first. Idempotent. */
    @Override
    public CompletionStage<Void> close() {
        link.stopReading();
        UdpGroups joined = groups;
        return joined == null ? link.close() : joined.close().thenCompose(left -> link.close());
    }

    /** Completes when the groups are joined that can be. */
    private CompletableFuture<Void> joinGroups() {
        UdpPort first = link.firstPort();
        return CompletableFuture.completedFuture(null)
                .thenComposeAsync(
                        open -> {
                            if (link.isClosing()) {
                                throw new IllegalStateException("closed meanwhile");
                            }
                            link.channels().forEach(UdpSockets::admitGroups);
                            UdpGroups joining = new UdpGroups(
                                    multicast,
                                    link.sockets(),
                                    first,
                                    link.channels().get(0));
                            groups = joining;
                            return joining.look();
                        },
                        first.loop());
    }

    /** Why something failed, for a person. */
    static String reason(Throwable failure) {
        return UdpLink.reason(failure);
    }

    static String name(InetSocketAddress address) {
        return SCHEME + ":" + NetUtil.toSocketAddressString(address);
    }
}
