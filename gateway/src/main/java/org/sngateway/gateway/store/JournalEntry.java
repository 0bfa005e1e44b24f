// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/**
 * A publish of a device that the broker has not acknowledged.
 *
 * @param seq of {@link Store#nextJournalSeq}
 * @param lane the shard whose lane publishes it, 0 or more
 * @param topic towards the broker, prefix included
 * @param qos 0..2
 * @param acceptedMillis when it was written, in milliseconds of the epoch
 */
public record JournalEntry(
        long seq,
        int lane,
        String clientId,
        String topic,
        Payload payload,
        Qos qos,
        boolean retain,
        long acceptedMillis) {
    /** In place of a lane: entries of every lane. */
    public static final int ALL_LANES = -1;

    /** What an entry takes besides its text and payload. */
    private static final int FIXED_OCTETS = 48;

    /** What it counts for the bound of the journal. */
    public int octets() {
        return FIXED_OCTETS + clientId.length() + topic.length() + payload.length();
    }
}
