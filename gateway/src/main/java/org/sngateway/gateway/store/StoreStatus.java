// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.time.Duration;
import java.util.Map;

/**
 * How the store is doing.
 *
 * @param reason why it is not {@link State#OK}, in words; empty when it is
 * @param inState for how long it has been in this state
 * @param isOver whether it stays as it is until the gateway is started again: the file is corrupt, or the writer has ended
 * @param atWork for how long the writer has been at one step of its work, such as one commit; zero while it has nothing to do
 * @param pendingOctets what waits for the writer
 * @param commits transactions since the start
 * @param refused changes that were not kept since the start, for every cause; what is tried again by itself does not count
 * @param journalEntries entries in the file
 * @param journalOctets what they count, with those that are pending
 * @param deliveries messages for devices in the file
 * @param deliveryOctets their octets
 * @param fileOctets the database file and its write-ahead log
 */
public record StoreStatus(
        State state,
        String reason,
        Duration inState,
        boolean isOver,
        Duration atWork,
        long pendingOctets,
        long commits,
        Map<RefusalCause, Long> refused,
        CommitLatency latency,
        long journalEntries,
        long journalOctets,
        long deliveries,
        long deliveryOctets,
        long fileOctets) {
    public StoreStatus {
        refused = Map.copyOf(refused);
    }

    /** Whether changes are taken. */
    public enum State {
        /** All are. */
        OK,
        /** The disk or the quota is full: only those that need no space. Tries by itself whether there is space again. */
        FULL,
        /** The database cannot be written: those that need no space wait. Tries by itself to open it again, unless the file is corrupt. */
        FAILED
    }
}
