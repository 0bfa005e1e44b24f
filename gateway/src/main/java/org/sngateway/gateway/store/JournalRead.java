// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.concurrent.Executor;

/** A read of the journal that waits for the writer thread, see {@link Store#readJournal}. */
record JournalRead(int lane, long afterSeq, int maxEntries, long maxOctets, Executor loop, JournalListener listener) {}
