// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one side of DTLS knows and trusts.
 *
 * @param keys pre-shared keys by identity; empty for none
 * @param certificate what this side shows; null for none
 * @param authorities the certificates that the peer's must be signed with; empty when the peer is not asked for one
 */
public record DtlsCredentials(
        Map<String, PskKey> keys, @Nullable OwnCertificate certificate, List<X509Certificate> authorities) {
    public DtlsCredentials {
        keys = Map.copyOf(keys);
        authorities = List.copyOf(authorities);
    }

    /**
     * A certificate with its private key.
     *
     * @param chain the certificate, and those between it and its authority in their order; at least one
     * @param key the private key of the first; EC or RSA
     */
    public record OwnCertificate(List<X509Certificate> chain, PrivateKey key) {
        public OwnCertificate {
            chain = List.copyOf(chain);
        }

        /** Without the key. */
        @Override
        public String toString() {
            return "OwnCertificate[" + chain.get(0).getSubjectX500Principal() + "]";
        }
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "DtlsCredentials[keys=" + keys.size() + ", certificate=" + certificate + ", authorities="
                + authorities.size() + "]";
    }
}
