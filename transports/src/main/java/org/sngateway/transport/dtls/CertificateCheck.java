// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.scandium.dtls.CertificateMessage;
import org.eclipse.californium.scandium.dtls.CertificateType;
import org.eclipse.californium.scandium.dtls.CertificateVerificationResult;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.x509.NewAdvancedCertificateVerifier;
import org.eclipse.californium.scandium.dtls.x509.StaticNewAdvancedCertificateVerifier;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;

/** Checks a peer's certificate against the authorities as they are now, for Scandium. */
final class CertificateCheck implements NewAdvancedCertificateVerifier {
    private final Supplier<DtlsCredentials> credentials;

    CertificateCheck(Supplier<DtlsCredentials> credentials) {
        this.credentials = credentials;
    }

    private NewAdvancedCertificateVerifier now() {
        X509Certificate[] authorities = credentials.get().authorities().toArray(X509Certificate[]::new);
        if (authorities.length == 0) { // which Scandium takes for "trust all"
            throw new IllegalStateException("no authorities to check a certificate with");
        }
        return new StaticNewAdvancedCertificateVerifier(authorities, null, List.of(CertificateType.X_509));
    }

    @Override
    public List<CertificateType> getSupportedCertificateTypes() {
        return List.of(CertificateType.X_509);
    }

    @Override
    public CertificateVerificationResult verifyCertificate(
            ConnectionId connection,
            @Nullable ServerNames serverName,
            InetSocketAddress peer,
            boolean clientUsage,
            boolean verifySubject,
            boolean truncatePath,
            CertificateMessage message) {
        return now().verifyCertificate(connection, serverName, peer, clientUsage, verifySubject, truncatePath, message);
    }

    @Override
    public List<X500Principal> getAcceptedIssuers() {
        return now().getAcceptedIssuers();
    }

    /** Not needed: results are there at once. */
    @Override
    public void setResultHandler(HandshakeResultHandler handler) {}
}
