// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.time.Duration;

/**
 * How the writer goes about its work.
 *
 * @param maxPendingOctets what may wait for it of the changes that need space
 * @param maxJournalOctets what the journal may hold
 * @param company how long changes that nobody waits for may wait for others
 * @param retryMin the wait before the first attempt to recover; it doubles with each attempt
 * @param retryMax the longest wait
 * @param closePatience how long closing waits for the disk
 */
record WriterSettings(
        long maxPendingOctets,
        long maxJournalOctets,
        Duration company,
        Duration retryMin,
        Duration retryMax,
        Duration closePatience) {
    static WriterSettings of(long maxPendingOctets, long maxJournalOctets) {
        return new WriterSettings(
                maxPendingOctets,
                maxJournalOctets,
                Duration.ofMillis(20),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10));
    }
}
