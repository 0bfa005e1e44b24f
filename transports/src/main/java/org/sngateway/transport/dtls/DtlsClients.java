// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.SecretKey;
import org.eclipse.californium.elements.RawData;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConfig.DtlsRole;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.DTLSContext;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.Handshaker;
import org.eclipse.californium.scandium.dtls.PskPublicInformation;
import org.eclipse.californium.scandium.dtls.PskSecretResult;
import org.eclipse.californium.scandium.dtls.SessionAdapter;
import org.eclipse.californium.scandium.dtls.SingleNodeConnectionIdGenerator;
import org.eclipse.californium.scandium.dtls.pskstore.AdvancedPskStore;
import org.eclipse.californium.scandium.util.SecretUtil;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.dtls.DtlsClient.Output;

/**
 * Devices that speak DTLS, any number of them on one event loop; for simulators and tests. They share one connector, and each pretends
 * towards it to be connected to an address of its own. Sockets are the callers': a device is handed the datagrams that arrive for it, and
 * hands over those it wants to send, so it may change its socket whenever it likes.
 *
 * <p>Of a gateway's certificate it is checked who has signed it, not what it is for: simulated devices meet gateways by addresses.
 */
public final class DtlsClients implements AutoCloseable {
    private static final int MAX_PENDING = 1 << 16;
    private static final int LOOPBACK = 127;
    /** Addresses of one network 127.0.0.0/8 and ports from here on stand for devices. */
    private static final int FIRST_PORT = 1024;

    private static final int PORTS = 65_536 - FIRST_PORT;

    static {
        DtlsConfig.register();
    }

    private final PortConnector connector;
    private final Map<InetSocketAddress, DtlsClient> byAddress = new ConcurrentHashMap<>();
    private final Map<String, PskKey> keys = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicLong handshakes = new AtomicLong();
    private final AtomicLong resumptions = new AtomicLong();

    /**
     * @param loop where the devices live
     * @param workers compute handshakes
     * @param max the most devices, 1 or more
     * @param connectionId whether the devices ask for a connection id (RFC 9146)
     * @param credentials with the devices' certificate and the gateway's authorities where certificates are used; keys come with the
     *     devices
     */
    public DtlsClients(EventLoop loop, Executor workers, int max, boolean connectionId, DtlsCredentials credentials) {
        boolean certificates = !credentials.authorities().isEmpty();
        DtlsConnectorConfig.Builder builder = DtlsConnectorConfig.builder(new Configuration())
                .set(DtlsConfig.DTLS_ROLE, DtlsRole.CLIENT_ONLY)
                .set(DtlsConfig.DTLS_RECEIVER_THREAD_COUNT, 0)
                .set(DtlsConfig.DTLS_RECOMMENDED_CIPHER_SUITES_ONLY, false)
                .set(DtlsConfig.DTLS_CIPHER_SUITES, CipherSuites.of(certificates, certificates, !certificates))
                .set(DtlsConfig.DTLS_MAX_CONNECTIONS, max)
                .set(DtlsConfig.DTLS_STALE_CONNECTION_THRESHOLD, 1, TimeUnit.DAYS)
                .set(DtlsConfig.DTLS_VERIFY_SERVER_CERTIFICATES_SUBJECT, false)
                .set(DtlsConfig.DTLS_MAX_PENDING_INBOUND_JOBS, MAX_PENDING)
                .set(DtlsConfig.DTLS_MAX_PENDING_OUTBOUND_JOBS, MAX_PENDING)
                .setAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))
                .setSessionListener(new SessionAdapter() {
                    @Override
                    public void contextEstablished(Handshaker handshaker, DTLSContext context) {
                        (handshaker.isFullHandshake() ? handshakes : resumptions).incrementAndGet();
                    }

                    @Override
                    public void handshakeFailed(Handshaker handshaker, Throwable error) {
                        DtlsClient client = byAddress.get(handshaker.getPeerAddress());
                        if (client != null) {
                            client.output().onFailed(String.valueOf(error.getMessage()));
                        }
                    }
                });
        if (connectionId) {
            builder.setConnectionIdGenerator(new SingleNodeConnectionIdGenerator(0));
        }
        if (certificates) {
            builder.setAdvancedCertificateVerifier(new CertificateCheck(() -> credentials));
            if (credentials.certificate() != null) {
                builder.setCertificateIdentityProvider(new ShownCertificate(() -> credentials));
            }
        } else {
            builder.setAdvancedPskStore(new ClientKeys());
        }
        connector = new PortConnector(builder.build(), new LoopExecutor(loop, workers), new Way());
        connector.setRawDataReceiver(this::onPlaintext);
        try {
            connector.start();
        } catch (IOException e) { // it binds nothing
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A new device, which shows a certificate or nothing.
     *
     * @param output what it has to say
     */
    public DtlsClient client(Output output) {
        return client("", output);
    }

    /**
     * A new device with a pre-shared key.
     *
     * @param identity the identity it shows; devices of one identity have one key
     */
    public DtlsClient client(String identity, PskKey key, Output output) {
        keys.put(identity, key);
        return client(identity, output);
    }

    private DtlsClient client(String identity, Output output) {
        DtlsClient client = new DtlsClient(connector, address(numbers.getAndIncrement()), identity, output);
        byAddress.put(client.address(), client);
        return client;
    }

    /** Full handshakes that were done. */
    public long handshakes() {
        return handshakes.get();
    }

    /** Handshakes that took up an earlier session. */
    public long resumptions() {
        return resumptions.get();
    }

    /** Ends without a word. On the loop. */
    @Override
    public void close() {
        connector.destroy();
    }

    private static InetSocketAddress address(int number) {
        int host = number / PORTS + 1;
        byte[] octets = {LOOPBACK, (byte) (host >>> 16), (byte) (host >>> 8), (byte) host};
        try {
            return new InetSocketAddress(InetAddress.getByAddress(octets), FIRST_PORT + number % PORTS);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four octets are an address
        }
    }

    private void onPlaintext(RawData data) {
        DtlsClient client = byAddress.get(data.getInetSocketAddress());
        if (client != null) {
            client.output().onFrame(data.getBytes());
        }
    }

    /** From the connector to the devices' sockets. */
    private final class Way implements PortConnector.Host {
        @Override
        public void send(InetSocketAddress to, byte[] octets, int offset, int length) {
            DtlsClient client = byAddress.get(to);
            if (client != null) {
                client.output().send(octets, offset, length);
            }
        }

        @Override
        public void dropped(RecordDrop reason) {}
    }

    /** Which device shakes hands is known by its address. */
    private final class ClientKeys implements AdvancedPskStore {
        @Override
        public boolean hasEcdhePskSupported() {
            return true;
        }

        @Override
        public PskSecretResult requestPskSecretResult(
                ConnectionId connection,
                @Nullable ServerNames serverName,
                PskPublicInformation identity,
                String hmac,
                @Nullable SecretKey otherSecret,
                byte[] seed,
                boolean useExtendedMasterSecret) {
            PskKey key = keys.get(identity.getPublicInfoAsString());
            return new PskSecretResult(
                    connection,
                    identity,
                    key == null ? null : SecretUtil.create(key.octets(), PskSecretResult.ALGORITHM_PSK));
        }

        @Override
        public @Nullable PskPublicInformation getIdentity(InetSocketAddress peer, @Nullable ServerNames virtualHost) {
            DtlsClient client = byAddress.get(peer);
            return client == null ? null : new PskPublicInformation(client.identity());
        }

        /** Not needed: results are there at once. */
        @Override
        public void setResultHandler(HandshakeResultHandler handler) {}
    }
}
