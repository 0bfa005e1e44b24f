// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Keeps what must survive a power cut.
 *
 * <p>May be called from any thread; nothing but {@link #load} and {@link #close} ever blocks. Changes of one thread are carried out in the order
 * of its calls, and the listeners of one executor are told in the order of the calls.
 */
public interface Store extends AutoCloseable {
    /**
     * Queues a change that somebody waits for.
     *
     * <p>A change that {@linkplain Change#needsSpace needs space} is refused when too much is pending, when the disk is full or has
     * failed, and when the journal is at its bound: the device is then told "congestion". A change that needs none is always accepted until
     * the store is closed, and when it fails is tried again by itself: {@link WriteListener#onFailed} only says that nobody can rely on it yet.
     *
     * @param loop where {@code listener} is called; all completions of one commit come as one task
     * @return false when refused; then the listener is not called
     */
    boolean write(Change change, Executor loop, WriteListener listener);

    /** The same for a change that nobody waits for; it may wait a moment for company. */
    boolean write(Change change);

    /** A number for the next {@link Change.AppendJournal}: larger than all before it, also those of earlier runs that are still there. */
    long nextJournalSeq();

    /**
     * Reads on in the journal. What the calling thread has written before is seen, if it succeeded.
     *
     * @param lane only entries of this lane; {@link JournalEntry#ALL_LANES} for all
     * @param afterSeq only entries after this one; 0 for the beginning
     * @param maxEntries at most so many, 1 or more
     * @param maxOctets no more once the entries have so many octets; one is always read
     * @param loop where {@code listener} is called
     */
    void readJournal(int lane, long afterSeq, int maxEntries, long maxOctets, Executor loop, JournalListener listener);

    /**
     * Reads all sessions with their parts, one after the other in the order of their client ids, on the calling thread. For the start of the gateway,
     * before anything is written.
     *
     * @param placements called once, with all, before the first device is read
     * @throws IOException when the database cannot be read
     */
    void load(Consumer<StoredDevice> devices, Consumer<List<StoredPlacement>> placements) throws IOException;

    /** How it is doing. */
    StoreStatus status();

    /** Tells {@code listener} of every change of state from now on, and when there is room again after changes were refused because too much was pending. */
    void watch(Executor loop, StateListener listener);

    /** Writes what is pending, tells everybody, and lets go of the directory. Waits at most 10 s for a disk that does not answer; then
     * the directory stays locked until the process ends. Idempotent. */
    @Override
    void close();
}
