// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
     * The network that the options ask for.
     *
     * @throws IllegalArgumentException when they do not go together
     */
    NodeNetwork network(InetSocketAddress gateway) throws IOException {
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

    private DtlsCredentials credentials() throws IOException {
        OwnCertificate own = certificate == null || privateKey == null
                ? null
                : new OwnCertificate(certificates(certificate), privateKey(privateKey));
        return new DtlsCredentials(Map.of(), own, ca == null ? List.of() : certificates(ca));
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> all = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (all.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return all;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds no certificate that can be read: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        Matcher pem = PRIVATE_KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new IOException(file + " holds no private key (-----BEGIN PRIVATE KEY-----)");
        }
        byte[] der = Base64.getMimeDecoder().decode(pem.group(1).strip());
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        PrivateKey found = privateKey("EC", spec);
        if (found == null) {
            found = privateKey("RSA", spec);
        }
        if (found == null) {
            throw new IOException(file + " holds a private key that is neither EC nor RSA, or is damaged");
        }
        return found;
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
