// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.util.EnumSet;
import java.util.Set;
import org.eclipse.californium.scandium.dtls.AlertMessage;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertDescription;
import org.eclipse.californium.scandium.dtls.ConnectionEvictedException;
import org.eclipse.californium.scandium.dtls.DtlsHandshakeTimeoutException;
import org.eclipse.californium.scandium.dtls.HandshakeException;

/** Why a handshake came to nothing. */
public enum HandshakeFailure {
    /** A pre-shared key was offered for an identity that has none here. */
    UNKNOWN_IDENTITY,
    /** The peer's pre-shared key is another one. */
    WRONG_KEY,
    /** One side did not accept the other's certificate: expired, of another authority, not there. */
    CERTIFICATE,
    /** The source began too many in a second, or too many are under way. */
    LIMIT,
    /** The peer did not answer. */
    TIMEOUT,
    /** Anything else, such as no cipher suite in common. */
    OTHER;

    private static final Set<AlertDescription> CERTIFICATE_ALERTS = EnumSet.of(
            AlertDescription.NO_CERTIFICATE_RESERVED,
            AlertDescription.BAD_CERTIFICATE,
            AlertDescription.UNSUPPORTED_CERTIFICATE,
            AlertDescription.CERTIFICATE_REVOKED,
            AlertDescription.CERTIFICATE_EXPIRED,
            AlertDescription.CERTIFICATE_UNKNOWN,
            AlertDescription.UNKNOWN_CA);

    static HandshakeFailure of(Throwable cause) {
        if (cause instanceof LimitException) {
            return LIMIT;
        }
        if (cause instanceof DtlsHandshakeTimeoutException || cause instanceof ConnectionEvictedException) {
            return TIMEOUT;
        }
        AlertMessage alert = cause instanceof HandshakeException failure ? failure.getAlert() : null;
        if (alert == null) {
            return OTHER;
        }
        return CERTIFICATE_ALERTS.contains(alert.getDescription()) ? CERTIFICATE : OTHER;
    }

    /** A handshake that is not begun. */
    static final class LimitException extends HandshakeException {
        private static final long serialVersionUID = 1;

        LimitException(AlertMessage alert) {
            super("too many handshakes", alert);
        }
    }
}
