// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.List;

/**
 * What the writer thread needs of a database, and where tests put in one that is slow, full or broken. Used by one thread.
 *
 * <p>A method that throws leaves the transaction to be {@linkplain #rollback rolled back}.
 */
interface Database extends AutoCloseable {
    /** Makes a database ready for use, each time afresh. */
    @FunctionalInterface
    interface Opener {
        Database open() throws DatabaseException;
    }

    /** Begins a transaction. */
    void begin() throws DatabaseException;

    /** Carries out a change in it. */
    void apply(Change change) throws DatabaseException;

    /** Ends it; it is durable when this returns. */
    void commit() throws DatabaseException;

    /** Undoes what was not committed; never fails. */
    void rollback();

    /** Tries for real whether there is space for more; throws {@link DatabaseException.Kind#FULL} when not. */
    void probe() throws DatabaseException;

    /** Entries of the journal after {@code afterSeq}, see {@link Store#readJournal}. */
    List<JournalEntry> readJournal(int lane, long afterSeq, int maxEntries, long maxOctets) throws DatabaseException;

    /** What was there after the last commit. */
    Totals totals();

    /** The octets of its files. */
    long fileOctets();

    /** Never fails. */
    @Override
    void close();

    /** What is stored, counted. */
    record Totals(long journalEntries, long journalOctets, long lastJournalSeq, long deliveries, long deliveryOctets) {}
}
