// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sngateway.simulator.dtls.DtlsNetwork;
import org.sngateway.simulator.node.NodeNetwork;
import org.sngateway.transport.dtls.DtlsCredentials;
import org.sngateway.transport.dtls.DtlsCredentials.OwnCertificate;
import org.sngateway.transport.dtls.PskKey;
import picocli.CommandLine.Option;

/** The options of {@code --transport dtls}: a pre-shared key or certificates. */
final class DtlsOptions {
    private static final String TEXT = "text:";
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);

    @Option(
            names = "--psk-identity",
            paramLabel = "ID",
            description =
                    "With --transport dtls, the identity of the nodes' key; %%n in it stands for the node's number.")
    private @Nullable String identity;

    @Option(
            names = "--psk-key",
            paramLabel = "KEY",
            description = "The key, in hexadecimal or after text: as it is, the same for all nodes.")
    private @Nullable String key;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "With --transport dtls, PEM file of the authority of the gateway's certificate.")
    private @Nullable Path ca;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "PEM file of the nodes' certificate, the same for all.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "PEM file of its private key, PKCS#8.")
    private @Nullable Path privateKey;

    @Option(
            names = "--no-connection-id",
            description = "Do not ask for a connection id (RFC 9146), with which nodes may change their address.")
    private boolean withoutConnectionId;

    @Option(
            names = "--change-port",
            paramLabel = "N",
            defaultValue = "0",
            description = "With --transport dtls, a node sends from a new port after every N messages; 0 for never"
                    + " (default: ${DEFAULT-VALUE}).")
    private int changePort;

    /**
     * Looks whether none is given, as it has to be without {@code --transport dtls}.
     *
     * @throws IllegalArgumentException naming the one that is
     */
    void requireNone() {
        requireAbsent("--psk-identity", identity != null);
        requireAbsent("--psk-key", key != null);
        requireAbsent("--ca", ca != null);
        requireAbsent("--certificate", certificate != null);
        requireAbsent("--key", privateKey != null);
        requireAbsent("--no-connection-id", withoutConnectionId);
        requireAbsent("--change-port", changePort != 0);
    }

    private static void requireAbsent(String option, boolean given) {
        if (given) {
            throw new IllegalArgumentException(option + " is for --transport dtls only");
        }
    }

    /**
     * The network that the options ask for.
     *
     * @throws IllegalArgumentException when they do not go together, or one of them cannot be used
     */
    NodeNetwork network(InetSocketAddress gateway) {
        if ((identity == null) != (key == null)) {
            throw new IllegalArgumentException("--psk-identity and --psk-key go together");
        }
        if ((identity == null) == (ca == null)) {
            throw new IllegalArgumentException("--transport dtls needs --psk-identity and --psk-key, or --ca");
        }
        if ((certificate == null) != (privateKey == null) || (certificate != null && ca == null)) {
            throw new IllegalArgumentException("--certificate and --key go together, and with --ca");
        }
        if (changePort < 0) {
            throw new IllegalArgumentException("--change-port is " + changePort + ", allowed is 0 or more");
        }
        return new DtlsNetwork(gateway, credentials(), identity, pskKey(), !withoutConnectionId, changePort);
    }

    private @Nullable PskKey pskKey() {
        if (key == null) {
            return null;
        }
        try {
            return PskKey.of(
                    key.startsWith(TEXT)
                            ? key.substring(TEXT.length()).getBytes(StandardCharsets.UTF_8)
                            : HexFormat.of().parseHex(key));
        } catch (IllegalArgumentException e) { // its message may show a part of the key
            throw new IllegalArgumentException("--psk-key is not 1 to 64 octets in hexadecimal, or after text:", e);
        }
    }

    private DtlsCredentials credentials() {
        OwnCertificate own = certificate == null || privateKey == null
                ? null
                : new OwnCertificate(
                        read("--certificate", certificate, DtlsOptions::certificates),
                        read("--key", privateKey, DtlsOptions::privateKey));
        List<X509Certificate> authorities = ca == null ? List.of() : read("--ca", ca, DtlsOptions::certificates);
        return new DtlsCredentials(Map.of(), own, authorities);
    }

    @FunctionalInterface
    private interface PemReader<T> {
        T read(byte[] octets) throws InvalidPemException;
    }

    /** What a file does not hold. */
    private static final class InvalidPemException extends Exception {
        private static final long serialVersionUID = 1;

        InvalidPemException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private static <T> T read(String option, Path file, PemReader<T> reader) {
        try {
            return reader.read(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(option + ": there is no file " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(option + ": " + file + " cannot be read: " + e.getMessage(), e);
        } catch (InvalidPemException e) {
            throw new IllegalArgumentException(option + ": " + file + " " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> certificates(byte[] octets) throws InvalidPemException {
        try {
            List<X509Certificate> all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(octets))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (all.isEmpty()) {
                throw new InvalidPemException("holds no certificate", null);
            }
            return all;
        } catch (GeneralSecurityException e) {
            throw new InvalidPemException("holds no certificate that can be read: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(byte[] octets) throws InvalidPemException {
        Matcher pem = PRIVATE_KEY.matcher(new String(octets, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new InvalidPemException("holds no private key (-----BEGIN PRIVATE KEY-----)", null);
        }
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(base64(pem.group(1)));
        PrivateKey found = privateKey("EC", spec);
        if (found == null) {
            found = privateKey("RSA", spec);
        }
        if (found == null) {
            throw new InvalidPemException("holds a private key that is neither EC nor RSA, or is damaged", null);
        }
        return found;
    }

    private static byte[] base64(String text) throws InvalidPemException {
        try {
            return Base64.getMimeDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new InvalidPemException("holds a private key that is damaged", e);
        }
    }

    /** Null when it is of another kind. */
    private static @Nullable PrivateKey privateKey(String algorithm, PKCS8EncodedKeySpec spec) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has both
        }
    }
}
