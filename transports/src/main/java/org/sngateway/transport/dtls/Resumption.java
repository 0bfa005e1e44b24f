// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.security.Principal;
import java.util.function.Predicate;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.DTLSSession;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.ResumptionVerificationResult;
import org.eclipse.californium.scandium.dtls.SessionId;
import org.eclipse.californium.scandium.dtls.SessionStore;
import org.eclipse.californium.scandium.dtls.resumption.ResumptionVerifier;
import org.eclipse.californium.scandium.util.SecretUtil;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;

/** Which sessions of all the ports may be taken up again, for Scandium. */
final class Resumption implements ResumptionVerifier {
    private final SessionStore sessions;
    private final Predicate<@Nullable Principal> isStillValid;

    /** @param isStillValid whether a peer of an earlier handshake would be let in today */
    Resumption(SessionStore sessions, Predicate<@Nullable Principal> isStillValid) {
        this.sessions = sessions;
        this.isStillValid = isStillValid;
    }

    /** Never: whoever it is, its address is verified first. */
    @Override
    public boolean skipRequestHelloVerify(SessionId id) {
        return false;
    }

    @Override
    public ResumptionVerificationResult verifyResumptionRequest(
            ConnectionId connection, @Nullable ServerNames serverNames, SessionId id) {
        DTLSSession session = sessions.get(id);
        if (session != null && !isStillValid.test(session.getPeerIdentity())) {
            sessions.remove(id);
            SecretUtil.destroy(session);
            session = null;
        }
        return new ResumptionVerificationResult(connection, session, null);
    }

    /** Not needed: results are there at once. */
    @Override
    public void setResultHandler(HandshakeResultHandler handler) {}
}
