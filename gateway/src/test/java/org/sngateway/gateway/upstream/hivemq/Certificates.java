// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** An authority and what it signs, as PEM files of one directory. */
final class Certificates {
    private final Path directory;
    private final X509Bundle authority;

    /** A certificate with its key. */
    record Identity(X509Bundle bundle, Path certificate, Path key) {}

    Certificates(Path directory) throws Exception {
        this.directory = directory;
        this.authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    Path authority() throws IOException {
        return write("authority.pem", authority.getCertificatePEM());
    }

    /** For {@code localhost} and 127.0.0.1. */
    Identity server() throws Exception {
        return write("server", server("localhost"));
    }

    Identity serverOfAnotherName() throws Exception {
        return write(
                "server",
                new CertificateBuilder()
                        .subject("CN=broker.example")
                        .addSanDnsName("broker.example")
                        .buildIssuedBy(authority));
    }

    Identity expiredServer() throws Exception {
        return write(
                "server",
                new CertificateBuilder()
                        .subject("CN=localhost")
                        .addSanIpAddress("127.0.0.1")
                        .notBefore(Instant.parse("2020-01-01T00:00:00Z"))
                        .notAfter(Instant.parse("2020-12-31T00:00:00Z"))
                        .buildIssuedBy(authority));
    }

    private X509Bundle server(String name) throws Exception {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
    }

    Identity client(String name, Algorithm algorithm) throws Exception {
        return write(
                name,
                new CertificateBuilder()
                        .subject("CN=" + name)
                        .algorithm(algorithm)
                        .addExtendedKeyUsageClientAuth()
                        .buildIssuedBy(authority));
    }

    private Identity write(String name, X509Bundle bundle) throws IOException {
        return new Identity(
                bundle,
                write(name + ".pem", bundle.getCertificatePathPEM()),
                write(name + ".key", bundle.getPrivateKeyPEM()));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
