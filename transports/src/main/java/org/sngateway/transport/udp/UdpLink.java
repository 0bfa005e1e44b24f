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
import org.sngateway.transport.SourceGate;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The sockets of one listener over UDP, whatever its datagrams carry.
 *
 * <p>On Linux each port has a socket of its own, all bound to the same address, and the kernel spreads the devices over them by a hash
 * of both addresses: a device stays with one socket as long as their number stays the same. They are bound within about a
 * millisecond of each other; a device whose first datagram falls between may be heard by one shard first and by another from then on.
 * Elsewhere there is one socket, on the first port's loop: all datagrams arrive there, and the other ports send through it.
 *
 * <p>What cannot be sent at once waits, up to 4 MiB for each socket; beyond that, datagrams are dropped and counted as send failures.
 *
 * <p>The ports' loops must be {@link EventLoopOwnerLoop}s. {@link #open}, {@link #stats} and {@link #close} may be called from any
 * thread; the stages they return complete on a loop, so what depends on them must not block.
 */
public final class UdpLink {
    /**
     * A shard's side of the listener.
     *
     * @param gate which datagrams are looked at
     */
    public record Port(OwnerLoop loop, DatagramListener listener, SourceGate gate) {}

    private static final Logger log = LoggerFactory.getLogger(UdpLink.class);
    private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");

    private final String scheme;
    private final UdpTransportConfig config;
    private final boolean socketPerPort;
    private final UdpSockets sockets;

    private final AtomicBoolean opening = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final List<Channel> channels = new CopyOnWriteArrayList<>();
    private volatile UdpPort[] ports = {};
    private volatile @Nullable KernelDrops kernelDrops;
    private volatile long kernelDropsWhenClosed = KernelDrops.UNKNOWN;

    /**
     * @param scheme what the listener is called before its address, such as {@code udp}
     * @param config whose frames are the datagrams
     */
    public UdpLink(String scheme, UdpTransportConfig config) {
        this(scheme, config, LINUX);
    }

    /** @param socketPerPort whether the operating system spreads datagrams over sockets that are bound to the same address */
    UdpLink(String scheme, UdpTransportConfig config, boolean socketPerPort) {
        this.scheme = scheme;
        this.config = config;
        this.socketPerPort = socketPerPort;
        this.sockets = new UdpSockets(config);
    }

    /**
     * Binds and starts to deliver datagrams.
     *
     * @return completes with the bound address; exceptionally, with an {@link IOException} that names the address, when it cannot be
     *     bound
     * @throws IllegalArgumentException when there are no ports, or their loops are not {@link EventLoopOwnerLoop}s
     * @throws IllegalStateException when called a second time
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the result is told
    public CompletionStage<String> open(List<Port> listeners) {
        if (listeners.isEmpty()) {
            throw new IllegalArgumentException("ports is empty, needed is 1 or more");
        }
        UdpPort[] opened = listeners.stream().map(this::udpPort).toArray(UdpPort[]::new);
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
                .whenComplete((name, failure) -> {
                    if (failure == null) {
                        result.complete(name);
                    } else {
                        IOException reason = cannotBind(failure);
                        close().whenComplete((closed, e) -> result.completeExceptionally(reason));
                    }
                });
        return result;
    }

    /**
     * Sends a copy of {@code length} octets as one datagram, without waiting; what is sent within one turn of the loop leaves together.
     *
     * @throws IllegalStateException when not on the loop of one of the ports
     */
    public void send(InetSocketAddress to, byte[] octets, int offset, int length) {
        ownPort().send(to, octets, offset, length);
    }

    /** The calling loop's port. */
    UdpPort ownPort() {
        for (UdpPort port : ports) {
            if (port.loop().isOwner()) {
                return port;
            }
        }
        throw new IllegalStateException(
                "sent off the listener's loops by " + Thread.currentThread().getName());
    }

    /** The first port, once open. */
    UdpPort firstPort() {
        return ports[0];
    }

    UdpSockets sockets() {
        return sockets;
    }

    List<Channel> channels() {
        return channels;
    }

    boolean isClosing() {
        return closing.get();
    }

    /** Counters since opening; may be called from any thread. Reads a file of the kernel's, so not for each datagram. */
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

    /** Stops; what was sent before is handed to the operating system first. Idempotent. */
    public CompletionStage<Void> close() {
        stopReading();
        return CompletableFuture.allOf(channels.stream().map(UdpSockets::close).toArray(CompletableFuture<?>[]::new));
    }

    /** Notes the counters as they are: what comes from now on is not counted. Idempotent. */
    void stopReading() {
        if (closing.compareAndSet(false, true)) {
            kernelDropsWhenClosed = readKernelDrops();
        }
    }

    private UdpPort udpPort(Port port) {
        if (port.loop() instanceof EventLoopOwnerLoop loop) {
            return new UdpPort(config, loop, port.listener(), port.gate());
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
        return scheme + ":" + NetUtil.toSocketAddressString(address);
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
                    .addKeyValue("listener", scheme + ":" + NetUtil.toSocketAddressString(config.bind()))
                    .addKeyValue("configuredOctets", config.receiveBufferOctets())
                    .addKeyValue("grantedOctets", granted)
                    .log("receive buffer is smaller than configured; on Linux, raise the sysctl net.core.rmem_max");
        }
    }

    IOException cannotBind(Throwable failure) {
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
        return new IOException(
                "cannot bind " + scheme + ":" + NetUtil.toSocketAddressString(config.bind()) + ": " + reason, cause);
    }
}
