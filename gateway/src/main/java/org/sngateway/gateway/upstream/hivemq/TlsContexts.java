// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.tls.Pem;
import org.sngateway.gateway.tls.PemException;

/**
 * TLS contexts, one for each client certificate, kept for the next connection with it until its files change. Making one reads files;
 * thread-safe.
 */
final class TlsContexts {
    /** Contexts that are kept, the last used ones; one holds some ten KiB. */
    private static final int CAPACITY = 10_000;

    private static final Logger log = LoggerFactory.getLogger(TlsContexts.class);

    /** Which certificate; without one both are null. */
    private record Identity(
            @Nullable Path certificate, @Nullable Path key) {}

    /** When the files of a context were written. */
    private record Versions(
            @Nullable FileTime ca,
            @Nullable FileTime certificate,
            @Nullable FileTime key) {}

    private record Made(SslContext context, Versions versions) {}

    private record Trust(
            TrustManagerFactory factory, @Nullable FileTime version) {}

    private final @Nullable Path ca;
    private final Executor handshakes;

    private @Nullable Trust trust;

    private final Map<Identity, Made> made = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Identity, Made> eldest) {
            return size() > CAPACITY;
        }
    };

    /**
     * @param ca PEM file of the certificates to trust; null for those that Java trusts
     * @param handshakes does the arithmetic of handshakes
     */
    TlsContexts(@Nullable Path ca, Executor handshakes) {
        this.ca = ca;
        this.handshakes = handshakes;
    }

    /**
     * The context for connections with a client certificate, or without one.
     *
     * @param key null exactly when {@code certificate} is
     * @throws UnusableCredentialsException when a file cannot be used; the message names it
     */
    SslContext of(@Nullable Path certificate, @Nullable Path key) throws UnusableCredentialsException {
        Identity identity = new Identity(certificate, key);
        Versions versions = new Versions(version(ca), version(certificate), version(key));
        synchronized (this) {
            Made known = made.get(identity);
            if (known != null && known.versions().equals(versions)) {
                return known.context();
            }
        }
        SslContext context = new OffLoopSslContext(make(certificate, key, trust(versions.ca())), handshakes);
        synchronized (this) {
            made.put(identity, new Made(context, versions));
        }
        return context;
    }

    private static @Nullable FileTime version(@Nullable Path file) throws UnusableCredentialsException {
        try {
            return file == null ? null : Files.getLastModifiedTime(file);
        } catch (IOException failure) {
            throw new UnusableCredentialsException(file + " cannot be read", failure);
        }
    }

    private static SslContext make(@Nullable Path certificate, @Nullable Path key, TrustManagerFactory trusted)
            throws UnusableCredentialsException {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .endpointIdentificationAlgorithm("HTTPS")
                    .trustManager(trusted);
            if (certificate != null && key != null) {
                List<X509Certificate> chain = certificates(certificate);
                warnUnlessValid(certificate, chain.get(0));
                builder.keyManager(privateKey(key), chain);
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException failure) {
            throw new UnusableCredentialsException(certificate + " and " + key + " cannot be used for TLS", failure);
        }
    }

    /** The broker decides what it thinks of it. */
    private static void warnUnlessValid(Path file, X509Certificate certificate) {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException | CertificateNotYetValidException failure) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("from", certificate.getNotBefore().toInstant())
                    .addKeyValue("to", certificate.getNotAfter().toInstant())
                    .log("the certificate to show the broker is not valid now");
        }
    }

    private synchronized TrustManagerFactory trust(@Nullable FileTime version) throws UnusableCredentialsException {
        Trust known = trust;
        if (known == null || !Objects.equals(known.version(), version)) {
            known = new Trust(makeTrust(), version);
            trust = known;
        }
        return known.factory();
    }

    private TrustManagerFactory makeTrust() throws UnusableCredentialsException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(ca == null ? null : keyStore(certificates(ca)));
            return factory;
        } catch (GeneralSecurityException | IOException failure) {
            throw new UnusableCredentialsException(
                    (ca == null ? "Java's trusted certificates" : ca) + " cannot be used", failure);
        }
    }

    private static KeyStore keyStore(List<X509Certificate> trusted) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < trusted.size(); i++) {
            store.setCertificateEntry(Integer.toString(i), trusted.get(i));
        }
        return store;
    }

    private static List<X509Certificate> certificates(Path file) throws UnusableCredentialsException {
        try {
            return Pem.certificates(file);
        } catch (PemException failure) {
            throw new UnusableCredentialsException(file + " " + failure.wrong(), failure);
        }
    }

    private static PrivateKey privateKey(Path file) throws UnusableCredentialsException {
        try {
            return Pem.privateKey(file);
        } catch (PemException failure) {
            throw new UnusableCredentialsException(file + " " + failure.wrong(), failure);
        }
    }
}
