// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.loop.EventLoopOwnerLoop;

/**
 * MQTT-SN over UDP, one datagram per frame (MQTT-SN 1.2 §5.1).
 *
 * <p>On Linux each port has a socket of its own, all bound to the same address, and the kernel spreads the devices over them by a hash
 * of both addresses: a device stays with one socket as long as their number stays the same. They are bound within about a
 * millisecond of each other; a device whose first datagram falls between may be heard by one shard first and by another from then on.
 * Elsewhere there is one socket, on the first port's loop: all frames arrive there, and the other ports send through it.
 *
 * <p>A datagram longer than {@link #maxFrameOctets} arrives as malformed. What cannot be sent at once waits, up to 4 MiB for each
 * socket; beyond that, frames are dropped and counted as send failures.
 *
 * <p>With multicast groups, what arrives for them is delivered to the first port as a broadcast, and broadcasts are sent to each group
 * over each network interface. Unless the listener is bound to every address, only the interface that has its address is used.
 *
 * <p>The ports' loops must be {@link EventLoopOwnerLoop}s. {@link #open}, {@link #stats} and {@link #close} may be called from any
 * thread; the stages they return complete on a loop, so what depends on them must not block.
 */
public final class UdpTransport implements Transport {
    private static final Logger log = LoggerFactory.getLogger(UdpTransport.class);
    private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");

    private final UdpTransportConfig config;
    private final MulticastConfig multicast;
    private final boolean socketPerPort;
    private final UdpSockets sockets;

    private final AtomicBoolean opening = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final List<Channel> channels = new CopyOnWriteArrayList<>();
    private volatile UdpPort[] ports = {};
    private volatile @Nullable UdpGroups groups;
    private volatile @Nullable KernelDrops kernelDrops;
    private volatile long kernelDropsWhenClosed = KernelDrops.UNKNOWN;

    /** A listener without multicast groups. */
    public UdpTransport(UdpTransportConfig config) {
        this(config, MulticastConfig.NONE);
    }

    /** A listener that can also be found through multicast groups. */
    public UdpTransport(UdpTransportConfig config, MulticastConfig multicast) {
        this(config, multicast, LINUX);
    }

    /** @param socketPerPort whether the operating system spreads datagrams over sockets that are bound to the same address */
    UdpTransport(UdpTransportConfig config, MulticastConfig multicast, boolean socketPerPort) {
        this.config = config;
        this.multicast = multicast;
        this.socketPerPort = socketPerPort;
        this.sockets = new UdpSockets(config);
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
        if (ports.isEmpty()) {
            throw new IllegalArgumentException("ports is empty, needed is 1 or more");
        }
        UdpPort[] opened = ports.stream().map(this::udpPort).toArray(UdpPort[]::new);
        if (!opening.compareAndSet(false, true)) {
            throw new IllegalStateException("opened twice");
        }
        InetSocketAddress address = config.bind();
        if (address.isUnresolved()) {
            return CompletableFuture.failedFuture(cannotBind("unknown host", null));
        }
        CompletableFuture<String> result = new CompletableFuture<>();
        bind(opened[0], address, false)
                .thenCompose(first -> socketPerPort ? bindOthers(opened, first) : share(opened))
                .thenApply(bound -> start(opened))
                .thenCompose(name -> joinGroups(opened[0]).thenApply(joined -> name))
                .whenComplete((name, failure) -> {
                    if (failure == null) {
                        result.complete(name);
                    } else {
                        IOException reason = cannotBind(failure);
                        closeChannels().whenComplete((closed, e) -> result.completeExceptionally(reason));
                    }
                });
        return result;
    }

    @Override
    public void send(DeviceAddress to, SnMessage message) {
        if (!(to instanceof DeviceAddress.Udp address) || address.listener() != config.listener()) {
            throw new IllegalArgumentException(to + " is not an address of UDP listener " + config.listener());
        }
        ownPort().send(address.remote(), message);
    }

    /** {@inheritDoc} Sends to the multicast groups, over each network interface that leads there. */
    @Override
    public void broadcast(SnMessage message, int radius) {
        ownPort();
        UdpGroups joined = groups;
        if (joined != null) {
            joined.send(message);
        }
    }

    private UdpPort ownPort() {
        for (UdpPort port : ports) {
            if (port.loop().isOwner()) {
                return port;
            }
        }
        throw new IllegalStateException(
                "sent off the listener's loops by " + Thread.currentThread().getName());
    }

    @Override
    public int maxFrameOctets() {
        return config.maxFrameOctets();
    }

    /** {@inheritDoc} Reads a file of the kernel's, so not for each frame. */
    @Override
    public TransportStats stats() {
        long framesIn = 0;
        long octetsIn = 0;
        long framesOut = 0;
        long octetsOut = 0;
        long sendFailures = 0;
        for (UdpPort port : ports) {
            PortCounters counters = port.counters();
            framesIn += counters.framesIn();
            octetsIn += counters.octetsIn();
            framesOut += counters.framesOut();
            octetsOut += counters.octetsOut();
            sendFailures += counters.sendFailures();
        }
        return new TransportStats(framesIn, octetsIn, framesOut, octetsOut, sendFailures, kernelDrops());
    }

    /** {@inheritDoc} What was sent before is handed to the operating system first. Idempotent. */
    @Override
    public CompletionStage<Void> close() {
        if (closing.compareAndSet(false, true)) {
            kernelDropsWhenClosed = readKernelDrops();
        }
        UdpGroups joined = groups;
        return joined == null ? closeChannels() : joined.close().thenCompose(left -> closeChannels());
    }

    private UdpPort udpPort(Port port) {
        if (port.loop() instanceof EventLoopOwnerLoop loop) {
            return new UdpPort(config, loop, port.listener());
        }
        throw new IllegalArgumentException("loop is a " + port.loop().getClass().getSimpleName() + ", needed is an "
                + EventLoopOwnerLoop.class.getSimpleName());
    }

    private CompletableFuture<Channel> bind(UdpPort port, InetSocketAddress address, boolean beside) {
        return sockets.bind(port, address, beside).thenApply(channel -> {
            port.use(channel);
            channels.add(channel);
            return channel;
        });
    }

    private CompletableFuture<Void> bindOthers(UdpPort[] all, Channel first) {
        if (all.length > 1) {
            UdpSockets.admitOthers(all[0].loop(), first);
        }
        CompletableFuture<?>[] others = new CompletableFuture<?>[all.length - 1];
        for (int i = 1; i < all.length; i++) {
            others[i - 1] = bind(all[i], (InetSocketAddress) first.localAddress(), true);
        }
        return CompletableFuture.allOf(others);
    }

    private static CompletableFuture<Void> share(UdpPort[] all) {
        for (int i = 1; i < all.length; i++) {
            all[i].share(all[0]);
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Delivers frames from now on: only now has every port what it needs to answer them. */
    private String start(UdpPort[] opened) {
        if (closing.get()) {
            throw new IllegalStateException("closed meanwhile");
        }
        Channel first = channels.get(0);
        InetSocketAddress address = (InetSocketAddress) first.localAddress();
        warnIfReceiveBufferIsSmaller(opened[0], first);
        kernelDrops = new KernelDrops(address);
        ports = opened;
        for (Channel channel : channels) {
            channel.config().setAutoRead(true);
        }
        return name(address);
    }

    /** Completes when the groups are joined that can be. */
    private CompletableFuture<Void> joinGroups(UdpPort first) {
        CompletableFuture<Void> opened = CompletableFuture.completedFuture(null);
        if (multicast.groups().isEmpty()) {
            return opened;
        }
        return opened.thenComposeAsync(
                open -> {
                    if (closing.get()) {
                        throw new IllegalStateException("closed meanwhile");
                    }
                    channels.forEach(UdpSockets::admitGroups);
                    UdpGroups joining = new UdpGroups(multicast, sockets, first, channels.get(0));
                    groups = joining;
                    return joining.look();
                },
                first.loop());
    }

    private CompletableFuture<Void> closeChannels() {
        return CompletableFuture.allOf(channels.stream().map(UdpSockets::close).toArray(CompletableFuture<?>[]::new));
    }

    private long kernelDrops() {
        return closing.get() ? kernelDropsWhenClosed : readKernelDrops();
    }

    private long readKernelDrops() {
        KernelDrops drops = kernelDrops;
        return drops == null ? KernelDrops.UNKNOWN : drops.read();
    }

    private void warnIfReceiveBufferIsSmaller(UdpPort port, Channel socket) {
        int granted = UdpSockets.grantedReceiveBufferOctets(port.loop(), socket);
        if (granted < config.receiveBufferOctets()) {
            log.atWarn()
                    .addKeyValue("listener", name(config.bind()))
                    .addKeyValue("configuredOctets", config.receiveBufferOctets())
                    .addKeyValue("grantedOctets", granted)
                    .log("receive buffer is smaller than configured; on Linux, raise the sysctl net.core.rmem_max");
        }
    }

    private IOException cannotBind(Throwable failure) {
        return cannotBind(reason(failure), cause(failure));
    }

    /** Why something failed, for a person. */
    static String reason(Throwable failure) {
        Throwable cause = cause(failure);
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        // Netty's own sockets put the system call and its number before the reason.
        return message.substring(message.lastIndexOf("): ") < 0 ? 0 : message.lastIndexOf("): ") + 3);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private IOException cannotBind(String reason, @Nullable Throwable cause) {
        return new IOException("cannot bind " + name(config.bind()) + ": " + reason, cause);
    }

    static String name(InetSocketAddress address) {
        return "udp:" + NetUtil.toSocketAddressString(address);
    }
}
