// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.OptionalLong;

/**
 * What a store holds, in numbers.
 *
 * @param schemaVersion of the file
 * @param fileOctets the database file
 * @param logOctets its write-ahead log
 * @param oldestEntryMillis when the oldest journal entry was accepted, in milliseconds of the epoch; empty without entries
 * @param holder the process id of the gateway that runs on it; empty when none does
 */
public record StoreInfo(
        int schemaVersion,
        long fileOctets,
        long logOctets,
        long sessions,
        long subscriptions,
        long topicIds,
        long exchanges,
        long deliveries,
        long deliveryOctets,
        long journalEntries,
        long journalOctets,
        OptionalLong oldestEntryMillis,
        long placements,
        OptionalLong holder) {}
