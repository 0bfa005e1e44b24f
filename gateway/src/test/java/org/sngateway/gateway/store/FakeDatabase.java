// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A database in memory that fails and waits when it is told to. */
final class FakeDatabase implements Database {
    /** Where the next failure is thrown. */
    enum Step {
        APPLY,
        COMMIT
    }

    private record Failure(Step step, DatabaseException.Kind kind) {}

    /** One permit for each commit that may end; see {@link #hold}. */
    private final Semaphore mayCommit = new Semaphore(Integer.MAX_VALUE / 2);

    final Semaphore committing = new Semaphore(0);
    final List<List<Change>> transactions = java.util.Collections.synchronizedList(new ArrayList<>());
    final ConcurrentLinkedQueue<Boolean> probes = new ConcurrentLinkedQueue<>(); // how the next ones end
    final AtomicInteger opened = new AtomicInteger(1);
    final AtomicReference<DatabaseException.@Nullable Kind> openFailure = new AtomicReference<>();
    volatile boolean full;

    private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
    private final SqliteCountsFree counts = new SqliteCountsFree();
    private List<Change> transaction = new ArrayList<>();

    /** What a journal and queues hold, without a database. */
    private static final class SqliteCountsFree {
        private long entries;
        private long octets;

        void count(Change change) {
            if (change instanceof Change.AppendJournal append) {
                entries++;
                octets += append.entry().octets();
            } else if (change instanceof Change.DeleteJournal delete) {
                entries -= delete.seqs().size();
                octets -= delete.seqs().size() * (long) Rows.entry(1).octets();
            } else if (change instanceof Change.Together together) {
                together.changes().forEach(this::count);
            }
        }
    }

    /** Lets no commit end until {@link #release}. */
    void hold() {
        mayCommit.drainPermits();
    }

    void release() {
        mayCommit.release(Integer.MAX_VALUE / 2);
    }

    /** The next transaction fails there. */
    void failNext(Step step, DatabaseException.Kind kind) {
        failures.add(new Failure(step, kind));
    }

    Database reopen() throws DatabaseException {
        DatabaseException.Kind kind = openFailure.get();
        if (kind != null) {
            throw new DatabaseException(kind, "made up at open");
        }
        opened.incrementAndGet();
        return this;
    }

    private void failIfAsked(Step step) throws DatabaseException {
        Failure next = failures.peek();
        if (next != null && next.step == step) {
            failures.remove();
            throw new DatabaseException(next.kind, "made up");
        }
    }

    @Override
    public void begin() {
        transaction = new ArrayList<>();
    }

    @Override
    public void apply(Change change) throws DatabaseException {
        failIfAsked(Step.APPLY);
        if (full && change.needsSpace()) {
            throw new DatabaseException(DatabaseException.Kind.FULL, "made up: full");
        }
        transaction.add(change);
    }

    @Override
    public void commit() throws DatabaseException {
        committing.release();
        mayCommit.acquireUninterruptibly();
        failIfAsked(Step.COMMIT);
        transaction.forEach(counts::count);
        transactions.add(transaction);
    }

    @Override
    public void rollback() {
        transaction = new ArrayList<>();
    }

    @Override
    public void probe() throws DatabaseException {
        if (full) {
            throw new DatabaseException(DatabaseException.Kind.FULL, "made up: still full");
        }
    }

    @Override
    public List<JournalEntry> readJournal(int lane, long afterSeq, int maxEntries, long maxOctets) {
        return transactions.stream()
                .flatMap(List::stream)
                .filter(Change.AppendJournal.class::isInstance)
                .map(change -> ((Change.AppendJournal) change).entry())
                .filter(entry -> entry.seq() > afterSeq)
                .toList();
    }

    @Override
    public Totals totals() {
        return new Totals(counts.entries, counts.octets, 0, 0, 0);
    }

    @Override
    public long fileOctets() {
        return 0;
    }

    @Override
    public void close() {}
}
