// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.config.StoreConfig;

/** The store in a directory: an SQLite database behind a writer thread. */
public final class DurableStore implements Store {
    private static final Logger LOG = LoggerFactory.getLogger(DurableStore.class);

    private final StoreDirectory directory;
    private final Path path;
    private final StoreWriter writer;
    private final AtomicLong lastJournalSeq;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DurableStore(StoreDirectory directory, Path path, StoreWriter writer) {
        this.directory = directory;
        this.path = path;
        this.writer = writer;
        this.lastJournalSeq = new AtomicLong(writer.totals().lastJournalSeq());
    }

    /**
     * Opens the store in {@code directory}, which is made if it is not there. A database that is corrupt is put aside, never deleted, and a new one
     * begun.
     *
     * @param wallClock names what is put aside
     * @param nanoClock monotonic nanoseconds
     * @throws IOException when the directory cannot be used, another gateway uses it, or the database is of a newer version; the message
     *     names the directory and says why
     */
    public static DurableStore open(Path directory, StoreConfig config, InstantSource wallClock, LongSupplier nanoClock)
            throws IOException {
        return open(
                directory,
                Schema.CURRENT,
                config.maxOctets(),
                WriterSettings.of(config.maxPendingOctets(), config.journalMaxOctets()),
                wallClock,
                nanoClock);
    }

    static DurableStore open(
            Path path,
            Schema schema,
            long maxOctets,
            WriterSettings settings,
            InstantSource wallClock,
            LongSupplier nanoClock)
            throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        StoreDirectory directory = StoreDirectory.open(absolute);
        boolean opened = false;
        try {
            Database.Opener opener = () -> SqliteDatabase.open(directory.database(), schema, maxOctets);
            Database database = openOrBeginAnew(opener, directory, wallClock);
            StoreWriter writer = new StoreWriter(database, opener, settings, nanoClock);
            writer.start();
            opened = true;
            return new DurableStore(directory, absolute, writer);
        } catch (DatabaseException e) {
            throw new IOException(directory.database() + " " + e.reason(), e);
        } finally {
            if (!opened) {
                directory.close();
            }
        }
    }

    private static Database openOrBeginAnew(Database.Opener opener, StoreDirectory directory, InstantSource wallClock)
            throws DatabaseException, IOException {
        try {
            return opener.open();
        } catch (DatabaseException e) {
            if (e.kind() != DatabaseException.Kind.CORRUPT) {
                throw e;
            }
            Path aside = directory.putDatabaseAside(wallClock.instant());
            LOG.error(
                    "{} is corrupt ({}). It is kept as {}, and a new one begins: the sessions and messages in it are not"
                            + " available",
                    directory.database(),
                    e.reason(),
                    aside);
            return opener.open();
        }
    }

    @Override
    public boolean write(Change change, Executor loop, WriteListener listener) {
        return writer.write(change, loop, listener);
    }

    @Override
    public boolean write(Change change) {
        return writer.write(change, null, null);
    }

    @Override
    public long nextJournalSeq() {
        return lastJournalSeq.incrementAndGet();
    }

    @Override
    public void readJournal(
            int lane, long afterSeq, int maxEntries, long maxOctets, Executor loop, JournalListener listener) {
        if (maxEntries < 1) {
            throw new IllegalArgumentException("maxEntries is " + maxEntries + ", allowed is 1 or more");
        }
        writer.read(new JournalRead(lane, afterSeq, maxEntries, Math.max(1, maxOctets), loop, listener));
    }

    @Override
    public void load(Consumer<StoredDevice> devices, Consumer<List<StoredPlacement>> placements) throws IOException {
        try (StoreReader reader = StoreReader.open(path)) {
            List<StoredPlacement> placed = new ArrayList<>();
            reader.placements(placed::add);
            placements.accept(placed);
            reader.devices(devices);
        }
    }

    @Override
    public StoreStatus status() {
        return writer.status();
    }

    @Override
    public void watch(Executor loop, StateListener listener) {
        writer.watch(loop, listener);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        writer.close();
        if (!writer.hasEnded()) {
            return; // it may still write, so nobody else may: the lock goes with the process
        }
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("{} was not let go of in order: {}", path, e.getMessage());
        }
    }
}
