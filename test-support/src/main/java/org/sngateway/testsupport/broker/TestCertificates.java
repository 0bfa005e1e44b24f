// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority for one test, and what it signs, as PEM files. Made with the {@code keytool} of the JDK, so nothing else need be
 * installed. Not for more than one thread.
 */
public final class TestCertificates {
    private static final String PASSWORD = "not a secret";
    private static final String AUTHORITY = "authority";
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final Path directory;
    private final Path store;

    private TestCertificates(Path directory) {
        this.directory = directory;
        this.store = directory.resolve("all.p12");
    }

    /** What may be right or wrong with the certificate of a server. */
    public enum ServerCertificate {
        /** For {@code localhost} and {@code 127.0.0.1}, for ten days. */
        VALID("san=dns:localhost,ip:127.0.0.1", "-1H", "10"),
        /** For {@code broker.example} only. */
        WRONG_NAME("san=dns:broker.example", "-1H", "10"),
        /** For {@code localhost} and {@code 127.0.0.1}, until yesterday. */
        EXPIRED("san=dns:localhost,ip:127.0.0.1", "-3d", "2");

        private final String names;
        private final String start;
        private final String days;

        ServerCertificate(String names, String start, String days) {
            this.names = names;
            this.start = start;
            this.days = days;
        }
    }

    /**
     * A certificate and its private key.
     *
     * @param certificate PEM file
     * @param key PEM file, PKCS #8 without a password
     */
    public record Identity(Path certificate, Path key) {}

    /**
     * Makes an authority.
     *
     * @param directory an existing one, for its files only
     * @throws IOException when {@code keytool} fails
     */
    public static TestCertificates create(Path directory) throws IOException {
        TestCertificates certificates = new TestCertificates(directory);
        certificates.generate(AUTHORITY, "CN=Test authority", "-1H", "30", List.of("-ext", "bc:critical=ca:true"));
        certificates.export(AUTHORITY);
        return certificates;
    }

    /** PEM file of the authority's certificate, which clients trust. */
    public Path authority() {
        return directory.resolve(AUTHORITY + ".pem");
    }

    /**
     * Makes a certificate for a server.
     *
     * @throws IOException when {@code keytool} fails
     */
    public Identity server(ServerCertificate which) throws IOException {
        return signed("server-" + which.name(), "CN=Test server", which.start, which.days, which.names, "serverAuth");
    }

    /** A broker that shows {@link #server(ServerCertificate)} and lets in clients without a certificate. */
    public ServerTls tls(ServerCertificate which) throws IOException {
        return new ServerTls(authority(), server(which), false);
    }

    /** A broker that shows a valid certificate and lets in only clients with a certificate of this authority. */
    public ServerTls mutualTls() throws IOException {
        return new ServerTls(authority(), server(ServerCertificate.VALID), true);
    }

    /**
     * Makes a certificate for a client.
     *
     * @param commonName of letters, digits and hyphens
     * @throws IOException when {@code keytool} fails
     */
    public Identity client(String commonName) throws IOException {
        return signed("client-" + commonName, "CN=" + commonName, "-1H", "10", "san=dns:" + commonName, "clientAuth");
    }

    private Identity signed(String alias, String subject, String start, String days, String names, String usage)
            throws IOException {
        generate(alias, subject, start, days, List.of("-signer", AUTHORITY, "-ext", names, "-ext", "eku=" + usage));
        return export(alias);
    }

    private void generate(String alias, String subject, String start, String days, List<String> more)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Executables.ofJdk("keytool"),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-alias",
                alias,
                "-dname",
                subject,
                "-startdate",
                start,
                "-validity",
                days,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1"));
        command.addAll(more);
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.onExit().join().exitValue() != 0) {
            throw new IOException("keytool: " + output);
        }
    }

    private Identity export(String alias) throws IOException {
        try (InputStream input = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(input, PASSWORD.toCharArray());
            // keytool writes aliases in lower case; a key store finds them in any
            Path certificate = write(
                    alias + ".pem", "CERTIFICATE", keys.getCertificate(alias).getEncoded());
            Path key = write(
                    alias + ".key",
                    "PRIVATE KEY",
                    keys.getKey(alias, PASSWORD.toCharArray()).getEncoded());
            return new Identity(certificate, key);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private Path write(String file, String what, byte[] octets) throws IOException {
        return Files.writeString(
                directory.resolve(file),
                "-----BEGIN " + what + "-----\n" + PEM.encodeToString(octets) + "\n-----END " + what + "-----\n");
    }
}
