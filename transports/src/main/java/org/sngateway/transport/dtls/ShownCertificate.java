// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.scandium.dtls.CertificateIdentityResult;
import org.eclipse.californium.scandium.dtls.CertificateType;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.SignatureAndHashAlgorithm;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite.CertificateKeyAlgorithm;
import org.eclipse.californium.scandium.dtls.cipher.XECDHECryptography.SupportedGroup;
import org.eclipse.californium.scandium.dtls.x509.CertificateConfigurationHelper;
import org.eclipse.californium.scandium.dtls.x509.CertificateProvider;
import org.eclipse.californium.scandium.dtls.x509.ConfigurationHelperSetup;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.dtls.DtlsCredentials.OwnCertificate;

/** This side's certificate as it is now, for Scandium. The kind of its key stays the same. */
final class ShownCertificate implements CertificateProvider, ConfigurationHelperSetup {
    private final Supplier<DtlsCredentials> credentials;

    ShownCertificate(Supplier<DtlsCredentials> credentials) {
        this.credentials = credentials;
    }

    static CertificateKeyAlgorithm keyAlgorithm(OwnCertificate certificate) {
        return CertificateKeyAlgorithm.getAlgorithm(certificate.chain().get(0).getPublicKey());
    }

    private OwnCertificate certificate() {
        return Objects.requireNonNull(credentials.get().certificate(), "no certificate");
    }

    @Override
    public void setupConfigurationHelper(CertificateConfigurationHelper helper) {
        helper.addConfigurationDefaultsFor(certificate().chain());
    }

    @Override
    public List<CertificateKeyAlgorithm> getSupportedCertificateKeyAlgorithms() {
        return List.of(keyAlgorithm(certificate()));
    }

    @Override
    public List<CertificateType> getSupportedCertificateTypes() {
        return List.of(CertificateType.X_509);
    }

    @Override
    public CertificateIdentityResult requestCertificateIdentity(
            ConnectionId connection,
            boolean client,
            @Nullable List<X500Principal> issuers,
            @Nullable ServerNames serverNames,
            @Nullable List<CertificateKeyAlgorithm> keyAlgorithms,
            @Nullable List<SignatureAndHashAlgorithm> signatures,
            @Nullable List<SupportedGroup> curves) {
        OwnCertificate certificate = certificate();
        return new CertificateIdentityResult(connection, certificate.key(), certificate.chain());
    }

    /** Not needed: results are there at once. */
    @Override
    public void setResultHandler(HandshakeResultHandler handler) {}
}
