// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.List;

/** Hears, exactly once, what a {@linkplain Store#readJournal read of the journal} found. Called on the executor named with it. */
public interface JournalListener {
    /** The entries in rising order of their numbers; empty when there are no more. */
    void onEntries(List<JournalEntry> entries);

    /** The journal cannot be read now. */
    void onFailed(WriteFailure reason);
}
