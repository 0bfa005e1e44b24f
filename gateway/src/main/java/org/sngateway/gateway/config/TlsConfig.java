// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.pemFile;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.tls.Pem;
import org.sngateway.gateway.tls.PemException;

/**
 * Section {@code upstream.tls}: how connections with TLS are made. That the certificate is the server's, by its name or address, is
 * checked always.
 *
 * @param ca the certificates that a server's must be signed with; null for those that Java trusts
 * @param certificate the gateway's certificate and those between it and its authority; null for none
 * @param key its private key; null exactly when {@code certificate} is
 */
public record TlsConfig(
        @Nullable Path ca,
        @Nullable Path certificate,
        @Nullable Path key) {
    static final String CERTIFICATE_WITHOUT_KEY = "certificate and key, or neither";

    static TlsConfig read(Section in) {
        TlsConfig config = new TlsConfig(
                in.optional("ca", pemFile("certificates", Pem::certificates)),
                in.optional("certificate", pemFile("a certificate", Pem::certificates)),
                in.optional("key", pemFile("a private key that is not encrypted", Pem::privateKey)));
        requireTogether(in, config.certificate, config.key);
        return config;
    }

    /** Problems unless there is neither a certificate nor a key, or both, of each other. */
    static void requireTogether(Section in, @Nullable Path certificate, @Nullable Path key) {
        if (in.has("certificate") != in.has("key")) {
            in.problem(
                    in.has("certificate") ? "certificate" : "key",
                    in.has("certificate") ? "has no key" : "has no certificate",
                    CERTIFICATE_WITHOUT_KEY);
        }
        if (certificate != null && key != null && !belongTogether(certificate, key)) {
            in.problem("key", "is not the key of the certificate", "the private key of certificate");
        }
    }

    private static boolean belongTogether(Path certificate, Path key) {
        try {
            return Pem.belongTogether(Pem.certificates(certificate).get(0), Pem.privateKey(key));
        } catch (PemException alreadySaid) {
            return true;
        }
    }
}
