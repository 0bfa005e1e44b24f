// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.security.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.eclipse.californium.elements.config.CertificateAuthenticationMode;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConfig.DtlsRole;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.InMemorySessionStore;
import org.eclipse.californium.scandium.dtls.SessionStore;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite.CertificateKeyAlgorithm;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.dtls.DtlsCredentials.OwnCertificate;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.udp.UdpLink;
import org.sngateway.transport.udp.UdpTransportConfig;

/**
 * MQTT-SN over DTLS 1.2, one record per frame. Each connection is an address of its own, which carries the identity that the peer has
 * proved; with a connection id (RFC 9146) it stays the same when the peer is heard from elsewhere.
 *
 * <p>Nothing is remembered of a peer before it has shown, by a cookie, that it is where it says (RFC 6347 §4.2.1).
 *
 * <p>The ports' loops must be {@link EventLoopOwnerLoop}s, at most 256. {@link #open}, {@link #use}, {@link #stats}, {@link #dtlsStats} and
 * {@link #close} may be called from any thread.
 */
public final class DtlsTransport implements Transport {
    /** Header, connection id, explicit nonce or IV, padding and authentication code of a record, and room for the next suite. */
    private static final int RECORD_OVERHEAD_OCTETS = 128;
    /** What handshakes need, RFC 8200 §5 rounded up. */
    private static final int MIN_DATAGRAM_OCTETS = 2048;

    private static final int MAX_WORKERS = 4;
    /** Datagrams and frames that wait for the loop to turn; beyond, they are dropped. */
    private static final int MAX_PENDING = 1 << 16;

    static {
        DtlsConfig.register();
    }

    private final DtlsTransportConfig config;
    private final LongSupplier nanoClock;
    private final UdpLink link;
    private final DtlsCounters counters = new DtlsCounters();
    private final SourceLimiter sources;
    private final RareLog failures;
    private final SessionStore sessions;
    private final ThreadPoolExecutor workers;
    private final Map<DeviceAddress.Dtls, Peer> peers = new ConcurrentHashMap<>();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile DtlsCredentials credentials;
    private volatile List<DtlsPort> ports = List.of();

    /**
     * @param credentials at least one key or a certificate
     * @param nanoClock the clock of the ports' loops
     * @throws IllegalArgumentException when peers have to show certificates and there are no authorities or no certificate
     */
    public DtlsTransport(DtlsTransportConfig config, DtlsCredentials credentials, LongSupplier nanoClock) {
        if (credentials.keys().isEmpty() && credentials.certificate() == null) {
            throw new IllegalArgumentException("neither keys nor a certificate");
        }
        if (config.clientCertificates() != DtlsTransportConfig.ClientCertificates.NONE
                && (credentials.authorities().isEmpty() || credentials.certificate() == null)) {
            throw new IllegalArgumentException("certificates of clients need authorities and a certificate here");
        }
        this.config = config;
        this.credentials = credentials;
        this.nanoClock = nanoClock;
        this.link = new UdpLink(
                "dtls",
                new UdpTransportConfig(
                        config.listener(), config.bind(), config.receiveBufferOctets(), maxDatagramOctets(config)));
        this.sources = new SourceLimiter(config.handshakesPerSecond());
        this.failures = new RareLog(nanoClock.getAsLong());
        this.sessions = new InMemorySessionStore(
                config.maxConnections(), config.idleBeforeReplaced().toSeconds());
        this.workers = workers(config);
    }

    static int maxDatagramOctets(DtlsTransportConfig config) {
        return Math.max(MIN_DATAGRAM_OCTETS, config.maxFrameOctets() + RECORD_OVERHEAD_OCTETS);
    }

    private static ThreadPoolExecutor workers(DtlsTransportConfig config) {
        int count = Math.max(1, Math.min(MAX_WORKERS, Runtime.getRuntime().availableProcessors() / 2));
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                count,
                count,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // bounded by what ports and connections let wait
                task -> {
                    Thread thread =
                            new Thread(task, "dtls-" + config.listener() + "-handshakes-" + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when there are no ports or more than 256, or their loops are not {@link EventLoopOwnerLoop}s
     * @throws IllegalStateException when called a second time
     */
    @Override
    public CompletionStage<String> open(List<Port> shards) {
        if (shards.size() > PortConnectionIds.MAX_PORTS) {
            throw new IllegalArgumentException(shards.size() + " ports, allowed are " + PortConnectionIds.MAX_PORTS);
        }
        if (!ports.isEmpty()) {
            throw new IllegalStateException("opened twice");
        }
        List<DtlsPort> opened = new ArrayList<>();
        for (Port shard : shards) {
            if (!(shard.loop() instanceof EventLoopOwnerLoop loop)) {
                throw new IllegalArgumentException(
                        "loop is a " + shard.loop().getClass().getSimpleName());
            }
            opened.add(new DtlsPort(new Shared(shards.size()), opened.size(), loop, shard.listener(), workers));
        }
        opened.forEach(DtlsPort::start);
        ports = List.copyOf(opened);
        return link.open(
                opened.stream().map(port -> new UdpLink.Port(port.loop(), port)).toList());
    }

    /**
     * Takes other credentials from now on. Peers whose key is no longer there, or is another one, or whose certificate's authorities have
     * changed, have to shake hands again; the others do not notice.
     *
     * @throws IllegalArgumentException when there is a certificate where there was none or the other way round, or its key is of another
     *     kind
     */
    public void use(DtlsCredentials now) {
        DtlsCredentials before = credentials;
        if (kind(before) != kind(now)
                || before.authorities().isEmpty() != now.authorities().isEmpty()) {
            throw new IllegalArgumentException("another kind of key or certificate than at the start");
        }
        credentials = now;
        for (DtlsPort port : ports) {
            port.terminate(peer -> !Identities.isStillValid(peer, before, now));
        }
    }

    private static @Nullable CertificateKeyAlgorithm kind(DtlsCredentials credentials) {
        OwnCertificate certificate = credentials.certificate();
        return certificate == null ? null : ShownCertificate.keyAlgorithm(certificate);
    }

    @Override
    public void send(DeviceAddress to, SnMessage message) {
        if (!(to instanceof DeviceAddress.Dtls address) || address.listener() != config.listener()) {
            throw new IllegalArgumentException(to + " is not an address of DTLS listener " + config.listener());
        }
        requirePort();
        Peer peer = peers.get(address);
        if (peer == null) {
            counters.sendFailures.increment();
        } else if (peer.port().loop().isOwner()) {
            peer.port().send(peer, message);
        } else {
            peer.port().loop().execute(() -> peer.port().send(peer, message));
        }
    }

    private void requirePort() {
        for (DtlsPort port : ports) {
            if (port.loop().isOwner()) {
                return;
            }
        }
        throw new IllegalStateException(
                "sent off the listener's loops by " + Thread.currentThread().getName());
    }

    @Override
    public int maxFrameOctets() {
        return config.maxFrameOctets();
    }

    /** {@inheritDoc} Frames are those inside of DTLS. */
    @Override
    public TransportStats stats() {
        return counters.frames(link.stats());
    }

    /** Counters of what is about DTLS; may be called from any thread. */
    public DtlsStats dtlsStats() {
        return counters.stats(peers.size(), certificateEnds());
    }

    private @Nullable Instant certificateEnds() {
        OwnCertificate certificate = credentials.certificate();
        return certificate == null
                ? null
                : certificate.chain().stream()
                        .map(one -> one.getNotAfter().toInstant())
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
    }

    /** {@inheritDoc} Tells the peers by an alert. Idempotent. */
    @Override
    public CompletionStage<Void> close() {
        if (!closing.compareAndSet(false, true)) {
            return link.close();
        }
        List<Peer> all = List.copyOf(peers.values());
        CompletableFuture<?>[] told = ports.stream()
                .map(port -> CompletableFuture.runAsync(() -> port.own(all).forEach(port::close), port.loop())
                        // What is to be sent is computed in the turns after this one.
                        .thenRunAsync(() -> {}, port.loop())
                        .thenRunAsync(port::stop, port.loop()))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(told).thenCompose(stopped -> {
            workers.shutdown();
            return link.close();
        });
    }

    private DtlsConnectorConfig connectorConfig(DtlsPort port, int portCount, ConnectionWatch watch) {
        DtlsCredentials now = credentials;
        CertificateKeyAlgorithm kind = kind(now);
        boolean psk = !now.keys().isEmpty();
        DtlsConnectorConfig.Builder builder = DtlsConnectorConfig.builder(new Configuration())
                .set(DtlsConfig.DTLS_ROLE, DtlsRole.SERVER_ONLY)
                .set(DtlsConfig.DTLS_RECEIVER_THREAD_COUNT, 0)
                .set(DtlsConfig.DTLS_RECOMMENDED_CIPHER_SUITES_ONLY, false)
                .set(
                        DtlsConfig.DTLS_CIPHER_SUITES,
                        CipherSuites.of(kind == CertificateKeyAlgorithm.EC, kind == CertificateKeyAlgorithm.RSA, psk))
                .set(
                        DtlsConfig.DTLS_MAX_CONNECTIONS,
                        Math.max(1, (config.maxConnections() + portCount - 1) / portCount))
                .set(
                        DtlsConfig.DTLS_STALE_CONNECTION_THRESHOLD,
                        config.idleBeforeReplaced().toSeconds(),
                        TimeUnit.SECONDS)
                .set(DtlsConfig.DTLS_MAX_PENDING_INBOUND_JOBS, MAX_PENDING)
                .set(DtlsConfig.DTLS_MAX_PENDING_OUTBOUND_JOBS, MAX_PENDING)
                .set(
                        DtlsConfig.DTLS_CLIENT_AUTHENTICATION_MODE,
                        switch (config.clientCertificates()) {
                            case NONE -> CertificateAuthenticationMode.NONE;
                            case OPTIONAL -> CertificateAuthenticationMode.WANTED;
                            case REQUIRED -> CertificateAuthenticationMode.NEEDED;
                        })
                .setAddress(config.bind())
                .setConnectionIdGenerator(new PortConnectionIds(port.number(), config.connectionId()))
                .setSessionStore(sessions)
                .setResumptionVerifier(new Resumption(sessions, this::isStillValid))
                .setDatagramFilter(watch)
                .setSessionListener(watch)
                .setConnectionListener(watch);
        if (psk) {
            builder.setAdvancedPskStore(new SharedKeys(
                    () -> credentials,
                    () -> watch.onUnknownIdentity(port.connector().current())));
        }
        if (kind != null) {
            builder.setCertificateIdentityProvider(new ShownCertificate(() -> credentials));
        }
        if (config.clientCertificates() != DtlsTransportConfig.ClientCertificates.NONE) {
            builder.setAdvancedCertificateVerifier(new CertificateCheck(() -> credentials));
        }
        return builder.build();
    }

    private boolean isStillValid(@Nullable Principal peer) {
        DtlsCredentials now = credentials;
        return Identities.isStillValid(peer, now, now);
    }

    /** What the ports see of this listener. */
    private final class Shared implements DtlsPort.Listener {
        private final int portCount;

        Shared(int portCount) {
            this.portCount = portCount;
        }

        @Override
        public DtlsTransportConfig config() {
            return config;
        }

        @Override
        public DtlsCounters counters() {
            return counters;
        }

        @Override
        public UdpLink link() {
            return link;
        }

        @Override
        public @Nullable DtlsPort port(int number) {
            return number >= 0 && number < ports.size() ? ports.get(number) : null;
        }

        @Override
        public DtlsConnectorConfig connectorConfig(DtlsPort port) {
            return DtlsTransport.this.connectorConfig(port, portCount, watch(port));
        }

        private ConnectionWatch watch(DtlsPort port) {
            return new ConnectionWatch(new Connections(port), config, counters, sources, failures, nanoClock);
        }
    }

    /** The connections of one port. */
    private final class Connections implements ConnectionWatch.Host {
        private final DtlsPort port;

        Connections(DtlsPort port) {
            this.port = port;
        }

        @Override
        public DtlsPort port() {
            return port;
        }

        @Override
        public DeviceAddress.Dtls established(Peer peer, @Nullable String identity) {
            DeviceAddress.Dtls address =
                    new DeviceAddress.Dtls(config.listener(), connections.incrementAndGet(), identity);
            peers.put(address, peer);
            return address;
        }

        @Override
        public void gone(DeviceAddress.Dtls address) {
            peers.remove(address);
        }
    }
}
