// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sngateway.gateway.store.Change;
import org.sngateway.gateway.store.JournalEntry;
import org.sngateway.gateway.store.JournalListener;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.store.WriteListener;
import org.sngateway.gateway.upstream.UpstreamMessage;

/**
 * What all lanes know of the journal: messages that devices were told of, and that the broker may not have. What is left of an earlier run of
 * the gateway goes first, by the first lane, since a device may live on another lane now; until then the others add to the journal.
 * May be used from any thread.
 */
final class Journal {
    private final Store store;
    private final InstantSource wallClock;
    /** The last entry of earlier runs; 0 when there is none. */
    private final long lastOfEarlierRuns;

    private final AtomicBoolean earlierRunsSent;
    private final List<Runnable> waiting = new ArrayList<>();

    Journal(Store store, InstantSource wallClock) {
        this.store = store;
        this.wallClock = wallClock;
        boolean hasEntries = store.status().journalEntries() > 0;
        this.lastOfEarlierRuns = store.nextJournalSeq();
        this.earlierRunsSent = new AtomicBoolean(!hasEntries);
    }

    long lastOfEarlierRuns() {
        return lastOfEarlierRuns;
    }

    boolean areEarlierRunsSent() {
        return earlierRunsSent.get();
    }

    /** Runs {@code task} when what earlier runs left has been acknowledged by the broker, perhaps at once. */
    void whenEarlierRunsAreSent(Runnable task) {
        synchronized (waiting) {
            if (!earlierRunsSent.get()) {
                waiting.add(task);
                return;
            }
        }
        task.run();
    }

    /** What earlier runs left has been acknowledged by the broker. */
    void earlierRunsAreSent() {
        List<Runnable> tasks;
        synchronized (waiting) {
            earlierRunsSent.set(true);
            tasks = List.copyOf(waiting);
            waiting.clear();
        }
        tasks.forEach(Runnable::run);
    }

    /**
     * Adds a message.
     *
     * @return its number; 0 when it cannot be added now, then the listener is not called
     */
    long append(int lane, String clientId, UpstreamMessage message, Executor loop, WriteListener listener) {
        long seq = store.nextJournalSeq();
        JournalEntry entry = new JournalEntry(
                seq,
                lane,
                clientId,
                message.topic(),
                message.payload(),
                message.qos(),
                message.retain(),
                wallClock.millis());
        return store.write(new Change.AppendJournal(entry), loop, listener) ? seq : 0;
    }

    /** The broker has these. */
    void delete(List<Long> seqs) {
        store.write(new Change.DeleteJournal(seqs));
    }

    /** Gives up what has waited for longer. */
    void deleteOlderThan(long millis) {
        store.write(new Change.DeleteJournalOlderThan(wallClock.millis() - millis));
    }

    void read(int lane, long afterSeq, int maxEntries, long maxOctets, Executor loop, JournalListener listener) {
        store.readJournal(lane, afterSeq, maxEntries, maxOctets, loop, listener);
    }
}
