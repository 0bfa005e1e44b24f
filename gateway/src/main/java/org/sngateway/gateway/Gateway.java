// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.config.DiscoveryConfig;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.ListenerConfig;
import org.sngateway.gateway.discovery.Advertiser;
import org.sngateway.gateway.ingress.ClientDirectory;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.session.BufferBudget;
import org.sngateway.gateway.session.SessionSettings;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.Upstream;
import org.sngateway.gateway.upstream.hivemq.HivemqConnectionFactory;
import org.sngateway.gateway.upstream.pool.PooledUpstream;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.forwarder.ForwarderTransport;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;
import org.sngateway.transport.udp.MulticastConfig;
import org.sngateway.transport.udp.UdpTransport;
import org.sngateway.transport.udp.UdpTransportConfig;

/** A running gateway: its loops, its shards, its listeners and its connections to the broker. */
public final class Gateway implements AutoCloseable {
    private static final int STOP_SECONDS = 15;

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    private final OwnerLoops loops;
    private final Upstream upstream;
    private final List<Transport> transports;
    private final GatewayCounters counters;
    private final ClientDirectory directory;
    private final List<String> addresses;
    private final @Nullable Advertiser advertiser;

    private Gateway(
            OwnerLoops loops,
            Upstream upstream,
            List<Transport> transports,
            GatewayCounters counters,
            ClientDirectory directory,
            List<String> addresses,
            @Nullable Advertiser advertiser) {
        this.loops = loops;
        this.upstream = upstream;
        this.transports = transports;
        this.counters = counters;
        this.directory = directory;
        this.addresses = addresses;
        this.advertiser = advertiser;
    }

    /**
     * Starts a gateway. Devices are served when it returns; the broker may be away, and is connected when it comes.
     *
     * @throws IOException when a listener cannot be bound or a secret cannot be read; the message names it
     */
    public static Gateway start(GatewayConfig config) throws IOException {
        int shards = config.gateway().shards() == 0
                ? Runtime.getRuntime().availableProcessors()
                : config.gateway().shards();
        OwnerLoops loops = OwnerLoops.start(shards);
        try {
            return start(config, loops);
        } catch (IOException | RuntimeException failure) {
            loops.close();
            throw failure;
        }
    }

    private static Gateway start(GatewayConfig config, OwnerLoops loops) throws IOException {
        GatewayCounters counters = new GatewayCounters();
        ClientDirectory directory = new ClientDirectory(config.sessions().max());
        Upstream upstream = new PooledUpstream(
                loops.loops(),
                new HivemqConnectionFactory(
                        config.upstream(), config.gateway().name(), loop -> ((EventLoopOwnerLoop) loop).group()),
                config.upstream(),
                counters);
        List<Transport> transports = new ArrayList<>();
        for (int i = 0; i < config.listeners().size(); i++) {
            transports.add(transport(i, config.listeners().get(i), config.discovery()));
        }
        List<Transport> listeners = List.copyOf(transports);
        SessionSettings settings = new SessionSettings(
                config, counters, new BufferBudget(config.sessions().sleepBufferTotalOctets()));
        List<Transport.Port> ports = new ArrayList<>();
        for (int i = 0; i < loops.loops().size(); i++) {
            EventLoopOwnerLoop loop = loops.loops().get(i);
            ports.add(new Transport.Port(loop, new Shard(loop, upstream.uplink(i), listeners, directory, settings)));
        }
        upstream.open();
        List<String> addresses = new ArrayList<>();
        for (Transport transport : listeners) {
            addresses.add(open(transport, ports));
        }
        loops.loops().get(0).execute(new DropReport(loops.loops().get(0), listeners, addresses));
        Advertiser advertiser = advertiser(config, loops.loops().get(0), upstream.uplink(0), listeners);
        if (advertiser != null) {
            advertiser.start();
        }
        return new Gateway(loops, upstream, listeners, counters, directory, addresses, advertiser);
    }

    private static @Nullable Advertiser advertiser(
            GatewayConfig config, OwnerLoop loop, Uplink uplink, List<Transport> listeners) {
        DiscoveryConfig discovery = config.discovery();
        return discovery.advertiseInterval() == null
                ? null
                : new Advertiser(loop, uplink, listeners, config.gateway().id(), discovery);
    }

    private static Transport transport(int number, ListenerConfig listener, DiscoveryConfig discovery) {
        ListenerConfig.Udp udp = (ListenerConfig.Udp) listener;
        return new ForwarderTransport(new UdpTransport(
                new UdpTransportConfig(number, udp.bind(), udp.receiveBufferOctets(), udp.maxFrameOctets()),
                new MulticastConfig(discovery.groups(), discovery.interfaces(), discovery.hopLimit())));
    }

    private static String open(Transport transport, List<Transport.Port> ports) throws IOException {
        try {
            return transport.open(ports).toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException failure) {
            throw failure.getCause() instanceof IOException cause ? cause : new IOException(failure.getCause());
        } catch (TimeoutException failure) {
            throw new IOException("a listener did not open in time", failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while opening a listener", failure);
        }
    }

    /** The bound addresses, in the order of the configuration. */
    public List<String> addresses() {
        return addresses;
    }

    public GatewayCounters counters() {
        return counters;
    }

    /** How many sessions there are, kept ones of devices that are not connected included. */
    public int sessions() {
        return directory.size();
    }

    /** The listeners' counters, in the order of the configuration. */
    public List<TransportStats> transportStats() {
        return transports.stream().map(Transport::stats).toList();
    }

    /**
     * Waits for what the broker has yet to acknowledge, passes that on to the devices, and stops. Meanwhile devices that publish are
     * told "congestion". Takes at most some 30 s.
     */
    @Override
    public void close() {
        if (advertiser != null) {
            advertiser.stop();
        }
        await(upstream.close().toCompletableFuture());
        await(CompletableFuture.allOf(transports.stream()
                .map(transport -> transport.close().toCompletableFuture())
                .toArray(CompletableFuture[]::new)));
        loops.close();
    }

    private static void await(CompletableFuture<?> step) {
        try {
            step.get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            log.atWarn().setCause(failure).log("a part of the gateway did not stop in time");
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
        }
    }
}
