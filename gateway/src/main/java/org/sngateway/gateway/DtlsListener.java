// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.config.ListenerConfig;
import org.sngateway.gateway.config.PskFile;
import org.sngateway.gateway.tls.Pem;
import org.sngateway.gateway.tls.PemException;
import org.sngateway.transport.dtls.DtlsCredentials;
import org.sngateway.transport.dtls.DtlsTransport;
import org.sngateway.transport.dtls.DtlsTransportConfig;
import org.sngateway.transport.dtls.DtlsTransportConfig.ClientCertificates;
import org.sngateway.transport.dtls.PskKey;
import org.sngateway.transport.loop.Clocks;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * A DTLS listener with its key files, which are looked at every two seconds and read again when they have changed. What cannot be used
 * is said once, and the keys from before stay in use. Files are read on the common pool.
 */
final class DtlsListener {
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(DtlsListener.class);

    private final ListenerConfig.Dtls config;
    private final DtlsTransport transport;
    /** By one look at a time. */
    private List<String> seen;

    /**
     * @param number the listener's position in the configuration
     * @throws IOException when a file cannot be used; names it
     */
    DtlsListener(int number, ListenerConfig.Dtls config) throws IOException {
        this.config = config;
        this.seen = versions();
        try {
            this.transport = new DtlsTransport(transportConfig(number, config), read(), Clocks.monotonic());
        } catch (UnusableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    DtlsTransport transport() {
        return transport;
    }

    private static DtlsTransportConfig transportConfig(int number, ListenerConfig.Dtls config) {
        return new DtlsTransportConfig(
                number,
                config.bind(),
                config.receiveBufferOctets(),
                config.maxFrameOctets(),
                config.connectionId(),
                config.ca() == null
                        ? ClientCertificates.NONE
                        : config.clientCertificatesRequired()
                                ? ClientCertificates.REQUIRED
                                : ClientCertificates.OPTIONAL,
                config.maxConnections(),
                config.idleBeforeReplaced(),
                config.maxHandshakes(),
                config.handshakesPerSecond());
    }

    /** Looks at the files from now on, again and again. On {@code loop}. */
    @SuppressWarnings("FutureReturnValueIgnored") // looks again whatever became of it
    void watch(OwnerLoop loop) {
        loop.after(
                LOOK_INTERVAL,
                () -> CompletableFuture.runAsync(this::look).whenCompleteAsync((looked, failure) -> watch(loop), loop));
    }

    /** Reads the files again if they have changed. Blocks. */
    void look() {
        List<String> now = versions();
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            transport.use(read());
            log.atInfo().addKeyValue("files", files()).log("DTLS keys read again");
        } catch (UnusableException | IllegalArgumentException e) {
            log.atError().addKeyValue("reason", e.getMessage()).log("DTLS keys cannot be used; those from before stay");
        }
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (Path file : new @Nullable Path[] {config.pskFile(), config.certificate(), config.key(), config.ca()}) {
            if (file != null) {
                files.add(file);
            }
        }
        return files;
    }

    /** What tells whether a file is the one from before. */
    private List<String> versions() {
        return files().stream().map(DtlsListener::version).toList();
    }

    private static String version(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " "
                    + Objects.toString(attributes.fileKey(), "");
        } catch (IOException e) {
            return "unreadable";
        }
    }

    private DtlsCredentials read() throws UnusableException {
        Map<String, PskKey> keys = new HashMap<>();
        Path pskFile = config.pskFile();
        if (pskFile != null) {
            try {
                PskFile.read(pskFile).forEach((identity, key) -> keys.put(identity, PskKey.of(key)));
            } catch (InvalidConfigException e) {
                throw new UnusableException(String.valueOf(e.getMessage()), e);
            }
        }
        Path certificate = config.certificate();
        Path key = config.key();
        Path ca = config.ca();
        DtlsCredentials.OwnCertificate own = null;
        if (certificate != null && key != null) {
            List<X509Certificate> chain = read(certificate, Pem::certificates);
            PrivateKey privateKey = read(key, Pem::privateKey);
            if (!Pem.belongTogether(chain.get(0), privateKey)) {
                throw new UnusableException(key + " is not the key of " + certificate, null);
            }
            own = new DtlsCredentials.OwnCertificate(chain, privateKey);
        }
        return new DtlsCredentials(keys, own, ca == null ? List.of() : read(ca, Pem::certificates));
    }

    private static <T> T read(Path file, PemReader<T> reader) throws UnusableException {
        try {
            return reader.read(file);
        } catch (PemException e) {
            throw new UnusableException(file + " " + e.wrong(), e);
        }
    }

    @FunctionalInterface
    private interface PemReader<T> {
        T read(Path file) throws PemException;
    }

    /** A file cannot be used. */
    private static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
