// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.net.InetSocketAddress;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.PskPublicInformation;
import org.eclipse.californium.scandium.dtls.PskSecretResult;
import org.eclipse.californium.scandium.dtls.pskstore.AdvancedPskStore;
import org.eclipse.californium.scandium.util.SecretUtil;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;

/** The pre-shared keys as they are now, for Scandium. */
final class SharedKeys implements AdvancedPskStore {
    private final Supplier<DtlsCredentials> credentials;
    private final Runnable onUnknownIdentity;

    /** @param onUnknownIdentity called where a handshake is computed that asks for an identity without a key */
    SharedKeys(Supplier<DtlsCredentials> credentials, Runnable onUnknownIdentity) {
        this.credentials = credentials;
        this.onUnknownIdentity = onUnknownIdentity;
    }

    @Override
    public boolean hasEcdhePskSupported() {
        return true;
    }

    @Override
    public PskSecretResult requestPskSecretResult(
            ConnectionId connection,
            @Nullable ServerNames serverName,
            PskPublicInformation identity,
            String hmac,
            @Nullable SecretKey otherSecret,
            byte[] seed,
            boolean useExtendedMasterSecret) {
        PskKey key =
                identity.isCompliantEncoding() ? credentials.get().keys().get(identity.getPublicInfoAsString()) : null;
        if (key == null) {
            onUnknownIdentity.run();
        }
        return new PskSecretResult(
                connection,
                identity,
                key == null ? null : SecretUtil.create(key.octets(), PskSecretResult.ALGORITHM_PSK));
    }

    /** The first one; for a client, which has one. */
    @Override
    public @Nullable PskPublicInformation getIdentity(InetSocketAddress peer, @Nullable ServerNames virtualHost) {
        return credentials.get().keys().keySet().stream()
                .findFirst()
                .map(PskPublicInformation::new)
                .orElse(null);
    }

    /** Not needed: results are there at once. */
    @Override
    public void setResultHandler(HandshakeResultHandler handler) {}
}
