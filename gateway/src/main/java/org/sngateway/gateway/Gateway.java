// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.admin.Admin;
import org.sngateway.gateway.admin.AdminSources;
import org.sngateway.gateway.admin.AdminToken;
import org.sngateway.gateway.config.DiscoveryConfig;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.config.ListenerConfig;
import org.sngateway.gateway.config.LoadedConfig;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.discovery.Advertiser;
import org.sngateway.gateway.ingress.ClientDirectory;
import org.sngateway.gateway.ingress.SessionSurvey;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.FrameTrace;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.session.BufferBudget;
import org.sngateway.gateway.session.SessionSettings;
import org.sngateway.gateway.store.DurableStore;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.systemd.ServiceNotifier;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.Upstream;
import org.sngateway.gateway.upstream.dedicated.DedicatedSettings;
import org.sngateway.gateway.upstream.dedicated.DedicatedUpstream;
import org.sngateway.gateway.upstream.hivemq.HivemqConnectionFactory;
import org.sngateway.gateway.upstream.pool.PooledUpstream;
import org.sngateway.gateway.upstream.status.StatusTopic;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.forwarder.ForwarderTransport;
import org.sngateway.transport.loop.Clocks;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;
import org.sngateway.transport.serial.JSerialCommPorts;
import org.sngateway.transport.serial.SerialTransport;
import org.sngateway.transport.serial.SerialTransportConfig;
import org.sngateway.transport.udp.MulticastConfig;
import org.sngateway.transport.udp.UdpTransport;
import org.sngateway.transport.udp.UdpTransportConfig;

/** A running gateway: its loops, its shards, its listeners, its connections to the broker and its admin pages. */
public final class Gateway implements AutoCloseable {
    private static final int STOP_SECONDS = 15;

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    private final OwnerLoops loops;
    private final @Nullable Store store;
    private final Upstream upstream;
    private final List<Transport> transports;
    private final GatewayCounters counters;
    private final ClientDirectory directory;
    private final List<String> addresses;
    private final @Nullable Advertiser advertiser;
    private final @Nullable StatusTopic status;
    private final @Nullable Admin admin;
    private final ServiceNotifier serviceManager;
    private final Reloader reloader;

    private Gateway(
            OwnerLoops loops,
            @Nullable Store store,
            Upstream upstream,
            List<Transport> transports,
            GatewayCounters counters,
            ClientDirectory directory,
            List<String> addresses,
            @Nullable Advertiser advertiser,
            @Nullable StatusTopic status,
            @Nullable Admin admin,
            ServiceNotifier serviceManager,
            Reloader reloader) {
        this.reloader = reloader;
        this.loops = loops;
        this.store = store;
        this.upstream = upstream;
        this.transports = transports;
        this.counters = counters;
        this.directory = directory;
        this.addresses = addresses;
        this.advertiser = advertiser;
        this.status = status;
        this.admin = admin;
        this.serviceManager = serviceManager;
    }

    /**
     * Starts a gateway with what a file says, and reads it there again on {@link #reload}.
     *
     * @throws IOException as for {@link #start(GatewayConfig)}
     */
    public static Gateway start(LoadedConfig loaded, Path file) throws IOException {
        Gateway gateway = start(loaded.config());
        gateway.reloader.started(loaded, file);
        if (gateway.admin != null) {
            gateway.admin.onReload(() -> gateway.reload().lines());
        }
        return gateway;
    }

    /**
     * Starts a gateway. Devices are served when it returns; the broker may be away, and is connected when it comes.
     *
     * @throws IOException when a listener or the admin address cannot be bound, or a secret cannot be read; the message names it
     */
    public static Gateway start(GatewayConfig config) throws IOException {
        InetSocketAddress bind = config.admin().bind();
        if (bind == null) {
            return start(config, (Admin) null);
        }
        Admin admin = Admin.bind(bind);
        try {
            return start(config, admin);
        } catch (IOException | RuntimeException failure) {
            admin.close();
            throw failure;
        }
    }

    private static Gateway start(GatewayConfig config, @Nullable Admin admin) throws IOException {
        int shards = config.gateway().shards() == 0
                ? Runtime.getRuntime().availableProcessors()
                : config.gateway().shards();
        OwnerLoops loops = OwnerLoops.start(shards);
        try {
            return start(config, loops, admin);
        } catch (IOException | RuntimeException failure) {
            loops.close();
            throw failure;
        }
    }

    private static Gateway start(GatewayConfig config, OwnerLoops loops, @Nullable Admin admin) throws IOException {
        Store store = openStore(config);
        try {
            return start(config, loops, admin, store);
        } catch (IOException | RuntimeException failure) {
            if (store != null) {
                store.close();
            }
            throw failure;
        }
    }

    /** Null when nothing survives a restart here. */
    private static @Nullable Store openStore(GatewayConfig config) throws IOException {
        if (config.upstream().mode() == UpstreamConfig.Mode.PER_DEVICE) {
            return null; // the broker keeps the sessions
        }
        Optional<Path> directory = config.store().directory(System.getenv());
        if (directory.isEmpty()) {
            log.info("no store: sessions and messages do not survive a restart; set store.directory to keep them");
            return null;
        }
        return DurableStore.open(directory.get(), config.store(), Clocks.wall(), Clocks.monotonic());
    }

    private static Gateway start(GatewayConfig config, OwnerLoops loops, @Nullable Admin admin, @Nullable Store store)
            throws IOException {
        GatewayCounters counters = new GatewayCounters();
        ClientDirectory directory = new ClientDirectory(config.sessions().max());
        BrokerConnection.Factory connections =
                new HivemqConnectionFactory(config.upstream(), loop -> ((EventLoopOwnerLoop) loop).group(), counters);
        Upstream upstream = upstream(config, loops, connections, counters, store);
        List<Transport> transports = new ArrayList<>();
        Map<Integer, DtlsListener> dtlsListeners = new HashMap<>();
        for (int i = 0; i < config.listeners().size(); i++) {
            transports.add(transport(i, config.listeners().get(i), config.discovery(), dtlsListeners));
        }
        List<Transport> listeners = List.copyOf(transports);
        BufferBudget budget = new BufferBudget(config.sessions().sleepBufferTotalOctets());
        SessionSettings settings =
                new SessionSettings(config, counters, budget, upstream.sessionKeeper(), store, Clocks.wall());
        List<Transport.Port> ports = new ArrayList<>();
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < loops.loops().size(); i++) {
            EventLoopOwnerLoop loop = loops.loops().get(i);
            Shard shard = new Shard(loop, upstream.uplink(i), listeners, directory, settings);
            shards.add(shard);
            ports.add(new Transport.Port(loop, shard, shard.gate()));
        }
        if (store != null) {
            Restart.restore(store, upstream, shards, config.listeners());
        }
        upstream.open();
        List<String> addresses = new ArrayList<>();
        for (Transport transport : listeners) {
            addresses.add(open(transport, ports));
        }
        shards.forEach(shard -> shard.loop().execute(shard::onListening));
        loops.loops().get(0).execute(new DropReport(loops.loops().get(0), listeners, addresses));
        loops.loops()
                .get(0)
                .execute(() -> dtlsListeners
                        .values()
                        .forEach(one -> one.watch(loops.loops().get(0))));
        Advertiser advertiser = advertiser(config, loops.loops().get(0), upstream.uplink(0), listeners);
        if (advertiser != null) {
            advertiser.start();
        }
        StatusTopic status = statusTopic(config, loops, connections, counters, directory);
        if (status != null) {
            status.open();
        }
        Reloader reloader = new Reloader(shards, directory, budget);
        if (admin != null) {
            FrameTrace frames =
                    new FrameTrace(shards.stream().map(Shard::frames).toList());
            admin.start(
                    sources(
                            config,
                            loops,
                            counters,
                            directory,
                            budget,
                            store,
                            listeners,
                            dtlsListeners,
                            addresses,
                            frames),
                    AdminToken.start(config, System.getenv()),
                    new SessionSurvey(directory, loops::nanoTime));
        }
        ServiceNotifier serviceManager =
                ServiceNotifier.of(System.getenv(), loops.loops(), () -> statusLine(directory, counters));
        serviceManager.ready();
        return new Gateway(
                loops,
                store,
                upstream,
                listeners,
                counters,
                directory,
                addresses,
                advertiser,
                status,
                admin,
                serviceManager,
                reloader);
    }

    /** How the gateway is doing, for {@code systemctl status}. */
    private static String statusLine(ClientDirectory directory, GatewayCounters counters) {
        List<ConnectionStatus.Snapshot> connections = counters.connections.list();
        long connected = connections.stream()
                .filter(connection -> connection.state() == ConnectionStatus.State.CONNECTED)
                .count();
        return directory.size() + " sessions, " + connected + " of " + connections.size()
                + " shared connections to the broker";
    }

    private static Upstream upstream(
            GatewayConfig config,
            OwnerLoops loops,
            BrokerConnection.Factory connections,
            GatewayCounters counters,
            @Nullable Store store) {
        UpstreamConfig upstream = config.upstream();
        String name = config.gateway().name();
        return switch (upstream.mode()) {
            case POOLED ->
                new PooledUpstream(
                        loops.loops(),
                        connections,
                        upstream,
                        name,
                        counters,
                        store,
                        Clocks.wall(),
                        config.store().journalMaxAge());
            case PER_DEVICE ->
                new DedicatedUpstream(
                        loops.loops(), connections, DedicatedSettings.of(name, upstream, config.sessions()), counters);
        };
    }

    private static @Nullable StatusTopic statusTopic(
            GatewayConfig config,
            OwnerLoops loops,
            BrokerConnection.Factory connections,
            GatewayCounters counters,
            ClientDirectory directory) {
        String topic = config.upstream().statusTopic();
        if (topic == null) {
            return null;
        }
        String name = config.gateway().name();
        return new StatusTopic(
                topic.replace("%n", name),
                StatusTopic.clientId(name),
                Version.text(),
                Clocks.wall().instant().truncatedTo(ChronoUnit.SECONDS),
                config.upstream().statusInterval(),
                () -> counts(counters, directory),
                loops.loops().get(0),
                connections);
    }

    private static Map<String, Long> counts(GatewayCounters counters, ClientDirectory directory) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("sessions", (long) directory.size());
        counts.put("connected", counters.devicesConnected.sum());
        counts.put("sleeping", counters.sessionsAsleep.sum() + counters.sessionsAwake.sum());
        counts.put("lost", counters.devicesLost.sum());
        counts.put("publishesUp", counters.publishesUp.sum());
        counts.put("publishesDown", counters.publishesDown.sum());
        return counts;
    }

    private static AdminSources sources(
            GatewayConfig config,
            OwnerLoops loops,
            GatewayCounters counters,
            ClientDirectory directory,
            BufferBudget budget,
            @Nullable Store store,
            List<Transport> listeners,
            Map<Integer, DtlsListener> dtlsListeners,
            List<String> addresses,
            FrameTrace frames) {
        return new AdminSources(
                counters,
                () -> new AdminSources.Limits(
                        directory.limit(),
                        budget.limitOctets(),
                        config.store().maxOctets(),
                        config.store().maxPendingOctets(),
                        config.store().journalMaxOctets()),
                () -> Optional.ofNullable(store).map(Store::status),
                IntStream.range(0, listeners.size())
                        .mapToObj(i -> new AdminSources.Listener(
                                addresses.get(i),
                                listeners.get(i),
                                () -> Optional.ofNullable(dtlsListeners.get(i))
                                        .map(dtls -> dtls.transport().dtlsStats())))
                        .toList(),
                loops.loops().stream()
                        .map(loop -> new AdminSources.Shard(loop.toString(), loop, loop::failedTasks))
                        .toList(),
                frames,
                loops::nanoTime);
    }

    private static @Nullable Advertiser advertiser(
            GatewayConfig config, OwnerLoop loop, Uplink uplink, List<Transport> listeners) {
        DiscoveryConfig discovery = config.discovery();
        return discovery.advertiseInterval() == null
                ? null
                : new Advertiser(loop, uplink, listeners, config.gateway().id(), discovery);
    }

    /** @param dtlsListeners takes the listener, when it is one */
    private static Transport transport(
            int number, ListenerConfig listener, DiscoveryConfig discovery, Map<Integer, DtlsListener> dtlsListeners)
            throws IOException {
        if (listener instanceof ListenerConfig.Dtls dtls) {
            DtlsListener made = new DtlsListener(number, dtls);
            dtlsListeners.put(number, made);
            return new ForwarderTransport(made.transport());
        }
        if (listener instanceof ListenerConfig.Serial serial) {
            return new ForwarderTransport(serial(number, serial));
        }
        ListenerConfig.Udp udp = (ListenerConfig.Udp) listener;
        return new ForwarderTransport(new UdpTransport(
                new UdpTransportConfig(number, udp.bind(), udp.receiveBufferOctets(), udp.maxFrameOctets()),
                new MulticastConfig(discovery.groups(), discovery.interfaces(), discovery.hopLimit())));
    }

    private static Transport serial(int number, ListenerConfig.Serial serial) {
        SerialTransportConfig config = new SerialTransportConfig(
                number,
                serial.port(),
                serial.line(),
                serial.framing(),
                serial.maxFrameOctets(),
                serial.sendQueueOctets());
        return new SerialTransport(config, new JSerialCommPorts(), Clocks.monotonic());
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

    /**
     * Reads the configuration file again and brings into effect what can change while the gateway runs; sessions stay. Waits for the
     * shards, so not on one of their loops.
     *
     * @throws InvalidConfigException when anything is wrong with the file; nothing has changed then
     * @throws IllegalStateException when the gateway was not started from a file
     */
    public ReloadReport reload() throws InvalidConfigException {
        serviceManager.reloading();
        try {
            return reloader.reload();
        } finally {
            serviceManager.reloaded();
        }
    }

    /** The bound addresses, in the order of the configuration. */
    public List<String> addresses() {
        return addresses;
    }

    /** Where the admin pages are, such as {@code http://127.0.0.1:8084}; empty when they are off. */
    public Optional<String> adminAddress() {
        return Optional.ofNullable(admin).map(Admin::address);
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
        serviceManager.stopping();
        if (admin != null) {
            admin.close();
        }
        if (advertiser != null) {
            advertiser.stop();
        }
        CompletableFuture<Void> told = status == null
                ? CompletableFuture.completedFuture(null)
                : status.close().toCompletableFuture();
        await(CompletableFuture.allOf(told, upstream.close().toCompletableFuture()));
        await(CompletableFuture.allOf(transports.stream()
                .map(transport -> transport.close().toCompletableFuture())
                .toArray(CompletableFuture[]::new)));
        if (store != null) {
            store.close();
        }
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
