// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.store.StoreStatus.State;

/**
 * The writer thread and the queue before it. It takes everything that is pending, carries it out in one transaction, and tells who
 * waits; so the slower the disk, the more goes into one commit.
 *
 * <p>Threading: fields under "any thread" are shared, those under "writer thread" belong to it alone.
 */
final class StoreWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

    private static final int REDUCE_RETAINED_AT = 1000;

    /** What the writer waits for while it is parked. */
    private enum Wait {
        NOTHING,
        /** Until there is something to do. */
        WORK,
        /** Until somebody waits for something. */
        COMPANY
    }

    private record Watcher(Executor loop, StateListener listener) {}

    // ---- any thread
    private final Queue<PendingWrite> queue = new ConcurrentLinkedQueue<>();
    private final Queue<JournalRead> reads = new ConcurrentLinkedQueue<>();
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final AtomicLong pendingOctets = new AtomicLong(); // of changes that need space
    private final AtomicLong pendingOctetsWithoutSpace = new AtomicLong();
    private final AtomicLong pendingJournalOctets = new AtomicLong();
    private final AtomicInteger waitedFor = new AtomicInteger();
    private final RefusalCounts refused = new RefusalCounts();
    private final LatencyRecorder latency = new LatencyRecorder();
    private final WriterSettings settings;
    private final Thread thread;
    private volatile Wait wait = Wait.NOTHING;
    private volatile State state = State.OK;
    private volatile String reason = "";
    private volatile long stateSinceNanos;
    private volatile Database.Totals totals;
    private volatile long fileOctets;
    private final AtomicLong commits = new AtomicLong();
    /** Something was refused because too much was pending, and nobody has been told yet that there is room again. */
    private final AtomicBoolean crowdedOut = new AtomicBoolean();

    /** The file is corrupt, or the writer has ended: it stays as it is. */
    private volatile boolean hopeless;
    /** When the writer began the step it is at; means something while it is {@link #atWork}. */
    private volatile long stepSinceNanos;

    private volatile boolean atWork;
    private volatile boolean closing;
    private volatile boolean ended;

    // ---- writer thread
    private final Database.Opener opener;
    private final LongSupplier nanoClock;
    private final Completions completions = new Completions();
    private @Nullable Database database;
    /** What must still be carried out although nobody waits for it any more, in order. */
    private List<Change> retained = new ArrayList<>();

    private int reduceRetainedAt = REDUCE_RETAINED_AT;
    private boolean isCommitting; // how far the last transaction came
    private long retryAtNanos;
    private long retryDelayNanos;

    /** @param database open already; {@code opener} makes the next one when it fails */
    StoreWriter(Database database, Database.Opener opener, WriterSettings settings, LongSupplier nanoClock) {
        this.database = database;
        this.opener = opener;
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.totals = database.totals();
        this.fileOctets = database.fileOctets();
        this.stateSinceNanos = nanoClock.getAsLong();
        this.thread = new Thread(this::run, "store-writer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    // ---- any thread

    boolean write(Change change, @Nullable Executor loop, @Nullable WriteListener listener) {
        long journalOctets = journalOctets(change);
        int octets = change.octets();
        RefusalCause cause =
                closing ? RefusalCause.CLOSED : change.needsSpace() ? reserve(octets, journalOctets) : null;
        if (cause != null) {
            refused.count(cause);
            return false;
        }
        if (!change.needsSpace()) {
            pendingOctetsWithoutSpace.addAndGet(octets);
        }
        PendingWrite write = new PendingWrite(change, octets, journalOctets, loop, listener);
        if (listener != null) {
            waitedFor.incrementAndGet();
        }
        queue.add(write);
        if (ended && queue.remove(write)) { // the writer has looked for the last time
            release(write);
            refused.count(RefusalCause.CLOSED);
            return false;
        }
        Wait current = wait;
        if (current == Wait.WORK || (current == Wait.COMPANY && (listener != null || isCrowded()))) {
            LockSupport.unpark(thread);
        }
        return true;
    }

    /** Null when there is room. */
    private @Nullable RefusalCause reserve(int octets, long journalOctets) {
        State now = state;
        if (now != State.OK) {
            return now == State.FULL ? RefusalCause.FULL : RefusalCause.FAILED;
        }
        if (pendingOctets.addAndGet(octets) > settings.maxPendingOctets()) {
            pendingOctets.addAndGet(-octets);
            crowdedOut.set(true);
            LockSupport.unpark(thread); // it may have come to its end meanwhile
            return RefusalCause.QUEUE;
        }
        if (journalOctets > 0
                && pendingJournalOctets.addAndGet(journalOctets) + totals.journalOctets()
                        > settings.maxJournalOctets()) {
            pendingJournalOctets.addAndGet(-journalOctets);
            pendingOctets.addAndGet(-octets);
            return RefusalCause.JOURNAL;
        }
        return null;
    }

    private static long journalOctets(Change change) {
        if (change instanceof Change.AppendJournal append) {
            return append.entry().octets();
        }
        return change instanceof Change.Together together
                ? together.changes().stream()
                        .mapToLong(StoreWriter::journalOctets)
                        .sum()
                : 0;
    }

    private boolean isCrowded() {
        return pendingOctets.get() + pendingOctetsWithoutSpace.get() > settings.maxPendingOctets() / 4;
    }

    void read(JournalRead read) {
        reads.add(read);
        if (ended && reads.remove(read)) {
            refuse(read, WriteFailure.CLOSED);
            return;
        }
        LockSupport.unpark(thread);
    }

    void watch(Executor loop, StateListener listener) {
        watchers.add(new Watcher(loop, listener));
    }

    StoreStatus status() {
        Database.Totals stored = totals;
        return new StoreStatus(
                state,
                reason,
                Duration.ofNanos(Math.max(0, nanoClock.getAsLong() - stateSinceNanos)),
                hopeless,
                atWork(),
                pendingOctets.get() + pendingOctetsWithoutSpace.get(),
                commits.get(),
                refused.snapshot(),
                latency.snapshot(),
                stored.journalEntries(),
                stored.journalOctets() + pendingJournalOctets.get(),
                stored.deliveries(),
                stored.deliveryOctets(),
                fileOctets);
    }

    private Duration atWork() {
        long since = stepSinceNanos; // before the other: a step that begins now counts as new
        return atWork ? Duration.ofNanos(Math.max(0, nanoClock.getAsLong() - since)) : Duration.ZERO;
    }

    Database.Totals totals() {
        return totals;
    }

    /** Whether the writer has let go of the database. */
    boolean hasEnded() {
        return !thread.isAlive();
    }

    /** Carries out what is pending, tells everybody, and ends the thread; or gives up waiting for that. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        long patienceMillis = settings.closePatience().toMillis();
        try {
            thread.join(patienceMillis);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (thread.isAlive()) {
            LOG.error("the store did not end within {} ms; what was not written yet is lost", patienceMillis);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- writer thread

    private void run() {
        try {
            while (!closing || !queue.isEmpty() || !reads.isEmpty()) {
                awaitWork();
                work();
            }
            work();
        } finally {
            end();
        }
    }

    private void work() {
        beginStep();
        atWork = true;
        try {
            turn();
        } finally {
            atWork = false;
        }
    }

    /** What is not at its end after a long time since is stuck: a disk that is only slow gets on. */
    private void beginStep() {
        stepSinceNanos = nanoClock.getAsLong();
    }

    private void end() {
        ended = true;
        if (!closing) {
            hopeless = true;
            enter(State.FAILED, "the writer thread has ended");
        }
        if (!retained.isEmpty()) {
            LOG.warn("{} deletions could not be written any more: what they concern may come back", retained.size());
        }
        for (PendingWrite late = queue.poll(); late != null; late = queue.poll()) {
            release(late);
            completions.add(late, WriteFailure.CLOSED);
        }
        completions.tell();
        for (JournalRead late = reads.poll(); late != null; late = reads.poll()) {
            refuse(late, WriteFailure.CLOSED);
        }
        closeDatabase();
    }

    private void awaitWork() {
        while (!hasWork()) {
            wait = Wait.WORK;
            if (!hasWork()) {
                if (state == State.OK || hopeless) {
                    LockSupport.park(this);
                } else {
                    LockSupport.parkNanos(this, Math.max(1, retryAtNanos - nanoClock.getAsLong()));
                }
            }
            wait = Wait.NOTHING;
        }
        awaitCompany();
    }

    private boolean hasWork() {
        return closing || !queue.isEmpty() || !reads.isEmpty() || isRetryDue() || isRoomAgain();
    }

    private boolean isRoomAgain() {
        return crowdedOut.get() && state == State.OK && pendingOctets.get() <= settings.maxPendingOctets() / 2;
    }

    private boolean isRetryDue() {
        return state != State.OK && !hopeless && nanoClock.getAsLong() - retryAtNanos >= 0;
    }

    private void awaitCompany() {
        long deadlineNanos = nanoClock.getAsLong() + settings.company().toNanos();
        while (isAlone()) {
            long left = deadlineNanos - nanoClock.getAsLong();
            if (left <= 0) {
                return;
            }
            wait = Wait.COMPANY;
            if (isAlone()) {
                LockSupport.parkNanos(this, left);
            }
            wait = Wait.NOTHING;
        }
    }

    private boolean isAlone() {
        return waitedFor.get() == 0 && reads.isEmpty() && !closing && !isCrowded() && state == State.OK;
    }

    /** Does what there is to do. Reads come last, but are taken first, so that each sees what was written before it was asked for. */
    private void turn() {
        List<JournalRead> asked = drain(reads);
        List<PendingWrite> batch = drain(queue);
        Outcome outcome = Outcome.FAILED;
        try {
            if (isRetryDue()) {
                recover();
            }
            outcome = carryOut(batch);
        } catch (RuntimeException e) {
            LOG.error("the store's writer failed", e);
            fail("internal error: " + e);
        }
        for (PendingWrite write : batch) {
            release(write);
            WriteFailure failure = write.change().needsSpace() ? outcome.ofThoseThatNeedSpace : outcome.ofTheOthers;
            if (failure != null && write.change().needsSpace()) {
                refused.count(failure);
            }
            completions.add(write, failure);
        }
        completions.tell();
        asked.forEach(this::answer);
        if (isRoomAgain()) {
            crowdedOut.set(false);
            tellWatchers(State.OK);
        }
    }

    private static <T> List<T> drain(Queue<T> queue) {
        List<T> all = new ArrayList<>();
        for (T next = queue.poll(); next != null; next = queue.poll()) {
            all.add(next);
        }
        return all;
    }

    /** Gives back what was reserved for a write that has come to its end. */
    private void release(PendingWrite write) {
        if (write.isWaitedFor()) {
            waitedFor.decrementAndGet();
        }
        (write.change().needsSpace() ? pendingOctets : pendingOctetsWithoutSpace).addAndGet(-write.octets());
        pendingJournalOctets.addAndGet(-write.journalOctets());
    }

    /** What became of a batch; null for durable. */
    private record Outcome(
            @Nullable WriteFailure ofThoseThatNeedSpace,
            @Nullable WriteFailure ofTheOthers) {
        static final Outcome DURABLE = new Outcome(null, null);
        static final Outcome FAILED = new Outcome(WriteFailure.DATABASE_FAILED, WriteFailure.DATABASE_FAILED);
    }

    private Outcome carryOut(List<PendingWrite> batch) {
        if (batch.isEmpty()) {
            return Outcome.DURABLE;
        }
        if (state == State.OK) {
            List<Change> all = new ArrayList<>(retained);
            batch.forEach(write -> all.add(write.change()));
            try {
                transact(all);
                retained = new ArrayList<>();
                return Outcome.DURABLE;
            } catch (DatabaseException e) {
                if (e.kind() != DatabaseException.Kind.FULL) {
                    if (isCommitting) {
                        batch.forEach(write -> Compensation.addTo(retained, write.change()));
                    }
                    retain(batch);
                    onFailure(e);
                    return Outcome.FAILED;
                }
                enter(State.FULL, e.reason());
            }
        }
        retain(batch);
        if (state == State.FAILED) {
            return Outcome.FAILED;
        }
        return new Outcome(WriteFailure.FULL, writeRetained());
    }

    private void retain(List<PendingWrite> batch) {
        if (hopeless) {
            return;
        }
        for (PendingWrite write : batch) {
            if (!write.change().needsSpace()) {
                retained.add(write.change());
            }
        }
        if (retained.size() > reduceRetainedAt) {
            retained = new ArrayList<>(Coalescing.reduce(retained));
            reduceRetainedAt = 2 * retained.size() + REDUCE_RETAINED_AT;
        }
    }

    /** Carries out what needs no space; null when that is durable. */
    private @Nullable WriteFailure writeRetained() {
        if (retained.isEmpty()) {
            return null;
        }
        try {
            transact(retained);
            retained = new ArrayList<>();
            hurryRetry();
            return null;
        } catch (DatabaseException e) {
            onFailure(e);
            return e.kind() == DatabaseException.Kind.FULL ? WriteFailure.FULL : WriteFailure.DATABASE_FAILED;
        }
    }

    private void transact(List<Change> changes) throws DatabaseException {
        isCommitting = false;
        List<Change> needed = Coalescing.reduce(changes);
        if (needed.isEmpty()) {
            return;
        }
        Database open = openDatabase();
        long startNanos = nanoClock.getAsLong();
        boolean committed = false;
        try {
            open.begin();
            for (Change change : needed) {
                beginStep();
                open.apply(change);
            }
            beginStep();
            isCommitting = true;
            open.commit();
            committed = true;
        } finally {
            if (!committed) {
                open.rollback();
            }
        }
        latency.record(nanoClock.getAsLong() - startNanos);
        commits.incrementAndGet();
        totals = open.totals();
        fileOctets = open.fileOctets();
    }

    private Database openDatabase() throws DatabaseException {
        Database open = database;
        if (open == null) {
            open = opener.open();
            database = open;
            totals = open.totals();
            fileOctets = open.fileOctets();
        }
        return open;
    }

    private void closeDatabase() {
        if (database != null) {
            database.close();
            database = null;
        }
    }

    // ---- bad days

    private void onFailure(DatabaseException e) {
        switch (e.kind()) {
            case FULL -> enter(State.FULL, e.reason());
            case UNAVAILABLE -> fail(e.reason());
            case CORRUPT -> {
                LOG.error("the store's file is corrupt; it is put aside when the gateway is started again");
                hopeless = true;
                retained = new ArrayList<>();
                fail(e.reason());
            }
            case REFUSED -> {
                LOG.error("the store left out changes that the database does not take: {}", e.reason(), e);
                retained = new ArrayList<>();
            }
        }
    }

    /** The connection is given up, too: what it holds in memory may not be what is on the disk. */
    private void fail(String why) {
        closeDatabase();
        enter(State.FAILED, why);
    }

    private void recover() {
        try {
            Database open = openDatabase();
            transact(retained);
            retained = new ArrayList<>();
            open.probe();
            enter(State.OK, "");
        } catch (DatabaseException e) {
            onFailure(e);
            retryDelayNanos = Math.min(2 * retryDelayNanos, settings.retryMax().toNanos());
            retryAtNanos = nanoClock.getAsLong() + retryDelayNanos;
        }
    }

    /** There may be space again, now that something was deleted. */
    private void hurryRetry() {
        long soonest = nanoClock.getAsLong() + settings.retryMin().toNanos();
        if (retryAtNanos - soonest > 0) {
            retryAtNanos = soonest;
            retryDelayNanos = settings.retryMin().toNanos();
        }
    }

    private void enter(State next, String why) {
        State before = state;
        reason = why;
        if (next == before) {
            return;
        }
        stateSinceNanos = nanoClock.getAsLong();
        state = next;
        retryDelayNanos = settings.retryMin().toNanos();
        retryAtNanos = nanoClock.getAsLong() + retryDelayNanos;
        switch (next) {
            case OK -> LOG.info("the store works again");
            case FULL -> LOG.warn("the store is full, nothing more is kept: {}", why);
            case FAILED -> LOG.error("the store has failed, nothing more is kept: {}", why);
        }
        crowdedOut.set(false);
        tellWatchers(next);
    }

    private void tellWatchers(State now) {
        watchers.forEach(watcher ->
                Completions.post(watcher.loop(), () -> watcher.listener().onState(now)));
    }

    // ---- reads

    private void answer(JournalRead read) {
        Database open = database;
        if (open == null || state == State.FAILED) {
            refuse(read, WriteFailure.DATABASE_FAILED);
            return;
        }
        try {
            List<JournalEntry> entries =
                    open.readJournal(read.lane(), read.afterSeq(), read.maxEntries(), read.maxOctets());
            Completions.post(read.loop(), () -> read.listener().onEntries(entries));
        } catch (DatabaseException e) {
            LOG.error("the journal cannot be read: {}", e.reason(), e);
            onFailure(e);
            refuse(read, WriteFailure.DATABASE_FAILED);
        }
    }

    private static void refuse(JournalRead read, WriteFailure failure) {
        Completions.post(read.loop(), () -> read.listener().onFailed(failure));
    }
}
