// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/** Values to store. */
final class Rows {
    private Rows() {}

    static StoredSession session(String clientId) {
        return new StoredSession(
                clientId, false, 60, 0, "ACTIVE", 1_700_000_000_000L, null, "udp:127.0.0.1:5000", null);
    }

    static StoredDelivery delivery(String clientId, long seq) {
        return new StoredDelivery(
                clientId, seq, "t/" + seq, Payload.utf8("d" + seq), Qos.AT_LEAST_ONCE, false, "t/+", 0, 0, false);
    }

    static JournalEntry entry(long seq) {
        return entry(seq, 0);
    }

    static JournalEntry entry(long seq, int lane) {
        return new JournalEntry(seq, lane, "c", "t", Payload.utf8("j" + seq), Qos.AT_LEAST_ONCE, false, 1000 + seq);
    }

    static Change append(long seq) {
        return new Change.AppendJournal(entry(seq));
    }
}
