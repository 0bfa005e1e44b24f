// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_PSK_WITH_AES_128_CBC_SHA256;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_PSK_WITH_AES_128_CCM;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_PSK_WITH_AES_128_CCM_8;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_PSK_WITH_AES_128_GCM_SHA256;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_PSK_WITH_AES_256_CCM;
import static org.eclipse.californium.scandium.dtls.cipher.CipherSuite.TLS_PSK_WITH_AES_256_CCM_8;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite;

/** What is offered and accepted, in order of preference: AEAD suites, and the one CBC suite that small libraries have for pre-shared keys. */
final class CipherSuites {
    private static final List<CipherSuite> ECDSA = List.of(
            TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
            TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8);
    private static final List<CipherSuite> RSA =
            List.of(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384);
    private static final List<CipherSuite> PSK = List.of(
            TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
            TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256,
            TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256,
            TLS_PSK_WITH_AES_128_GCM_SHA256,
            TLS_PSK_WITH_AES_128_CCM,
            TLS_PSK_WITH_AES_128_CCM_8,
            TLS_PSK_WITH_AES_256_CCM,
            TLS_PSK_WITH_AES_256_CCM_8,
            TLS_PSK_WITH_AES_128_CBC_SHA256);

    private CipherSuites() {}

    /**
     * Those that can be used.
     *
     * @param ecdsa with certificates of EC keys
     * @param rsa with certificates of RSA keys
     * @param psk with pre-shared keys
     */
    static List<CipherSuite> of(boolean ecdsa, boolean rsa, boolean psk) {
        List<CipherSuite> suites = new ArrayList<>();
        suites.addAll(ecdsa ? ECDSA : List.of());
        suites.addAll(rsa ? RSA : List.of());
        suites.addAll(psk ? PSK : List.of());
        suites.removeIf(suite -> !suite.isSupported());
        return suites;
    }
}
