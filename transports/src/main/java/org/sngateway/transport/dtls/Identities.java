// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.security.Principal;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.eclipse.californium.elements.auth.PreSharedKeyIdentity;
import org.eclipse.californium.elements.auth.X509CertPath;
import org.jspecify.annotations.Nullable;

/** Who a peer is: the identity of its pre-shared key, or the common name of its certificate's subject, the whole subject without one. */
final class Identities {
    private Identities() {}

    /** Null for a peer that has shown nothing. */
    static @Nullable String of(@Nullable Principal principal) {
        if (principal instanceof PreSharedKeyIdentity key) {
            return key.getIdentity();
        }
        if (principal instanceof X509CertPath path) {
            String name = path.getCN();
            return name != null
                    ? name
                    : path.getTarget().getSubjectX500Principal().getName();
        }
        return null;
    }

    /** Whether a peer that was {@code before} may still be let in with what is known {@code now}. */
    static boolean isStillValid(@Nullable Principal peer, DtlsCredentials before, DtlsCredentials now) {
        if (peer instanceof PreSharedKeyIdentity key) {
            PskKey known = now.keys().get(key.getIdentity());
            return known != null && Objects.equals(known, before.keys().get(key.getIdentity()));
        }
        if (peer instanceof X509CertPath path) {
            return before.authorities().equals(now.authorities()) && isValidToday(path.getTarget());
        }
        return true;
    }

    private static boolean isValidToday(X509Certificate certificate) {
        try {
            certificate.checkValidity();
            return true;
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return false;
        }
    }
}
