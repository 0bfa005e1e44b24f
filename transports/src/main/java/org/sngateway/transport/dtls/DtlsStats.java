// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counters of a DTLS listener since it was opened.
 *
 * @param connections established connections now
 * @param handshakesUnderWay handshakes now
 * @param fullHandshakes handshakes that succeeded, with keys or certificates
 * @param resumptions handshakes that succeeded and took up an earlier session
 * @param failedHandshakes handshakes that came to nothing, by cause; every cause is there
 * @param droppedRecords records dropped, by reason; every reason is there
 * @param moves how often a peer with a connection id was heard at a new address
 * @param certificateEnds when the first certificate of the chain that the listener shows ends; null when it shows none
 */
public record DtlsStats(
        long connections,
        long handshakesUnderWay,
        long fullHandshakes,
        long resumptions,
        Map<HandshakeFailure, Long> failedHandshakes,
        Map<RecordDrop, Long> droppedRecords,
        long moves,
        @Nullable Instant certificateEnds) {
    public DtlsStats {
        failedHandshakes = Map.copyOf(failedHandshakes);
        droppedRecords = Map.copyOf(droppedRecords);
    }
}
