// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/** The database file, open for writing: write-ahead log, each commit synced. Used by one thread. */
final class SqliteDatabase implements Database {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);

    private static final int PAGE_OCTETS = 4096;
    private static final int BUSY_MILLIS = 5000;
    private static final int CACHE_KIB = 8192;

    /** After this many pages the log is brought into the database, and its file used again. */
    private static final int CHECKPOINT_PAGES = 1000;

    /** What stays of the log's file after a large transaction. */
    private static final int LOG_OCTETS = CHECKPOINT_PAGES * PAGE_OCTETS;

    /** What must be free before new messages are taken again: a part of the whole, so that it is not full again at once. */
    private static final int PROBE_PART = 256;

    private static final int MIN_PROBE_OCTETS = 64 << 10;
    private static final int MAX_PROBE_OCTETS = 1 << 20;

    private final Path file;
    private final Connection connection;
    private final long probeOctets;
    private Statements statements;
    private Totals totals;

    private record Statements(
            SqliteStatements changes,
            PreparedStatement begin,
            PreparedStatement commit,
            PreparedStatement readJournal) {
        static Statements prepare(Connection connection) throws SQLException {
            return new Statements(
                    new SqliteStatements(connection),
                    connection.prepareStatement("BEGIN IMMEDIATE"),
                    connection.prepareStatement("COMMIT"),
                    connection.prepareStatement("SELECT " + Columns.JOURNAL
                            + " FROM journal WHERE seq > ?1 AND (?2 = -1 OR lane = ?2) ORDER BY seq LIMIT ?3"));
        }
    }

    private SqliteDatabase(Path file, Connection connection, long maxOctets) throws SQLException {
        this.file = file;
        this.connection = connection;
        probeOctets = Math.max(MIN_PROBE_OCTETS, Math.min(MAX_PROBE_OCTETS, maxOctets / PROBE_PART));
        statements = Statements.prepare(connection);
        totals = count(connection);
    }

    /**
     * Opens the file, looks whether it is sound, and brings it to this version's schema.
     *
     * @param maxOctets how large it may become
     */
    static SqliteDatabase open(Path file, Schema schema, long maxOctets) throws DatabaseException {
        check(file, schema);
        SQLiteConfig config = new SQLiteConfig();
        config.setGetGeneratedKeys(false); // it would cost every INSERT a query that nobody asked for
        Connection connection;
        try {
            connection = config.createConnection("jdbc:sqlite:" + file);
        } catch (SQLException e) {
            throw SqliteErrors.of("cannot be opened", e);
        }
        boolean opened = false;
        try {
            prepare(connection, schema, maxOctets);
            SqliteDatabase database = new SqliteDatabase(file, connection, maxOctets);
            opened = true;
            return database;
        } catch (SQLException e) {
            throw SqliteErrors.of("cannot be used", e);
        } finally {
            if (!opened) {
                close(connection);
            }
        }
    }

    /**
     * Looks whether the file is sound, over a connection that only reads: one that may write would, of a corrupt file, delete the log when it is
     * closed.
     */
    private static void check(Path file, Schema schema) throws DatabaseException {
        SQLiteConfig readOnly = new SQLiteConfig();
        readOnly.setReadOnly(true);
        readOnly.setBusyTimeout(BUSY_MILLIS);
        try (Connection connection = readOnly.createConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet findings = statement.executeQuery("PRAGMA quick_check(1)")) {
            String finding = findings.next() ? findings.getString(1) : "no answer";
            if (!finding.equals("ok")) {
                throw new DatabaseException(DatabaseException.Kind.CORRUPT, finding.replace('\n', ' '));
            }
            schema.check(connection, Schema.versionOf(connection));
        } catch (SQLException e) {
            throw SqliteErrors.of("cannot be used", e);
        }
    }

    private static void prepare(Connection connection, Schema schema, long maxOctets)
            throws SQLException, DatabaseException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
            statement.execute("PRAGMA page_size = " + PAGE_OCTETS);
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA fullfsync = ON"); // macOS: its fsync does not reach the disk
            statement.execute("PRAGMA temp_store = MEMORY");
            statement.execute("PRAGMA cache_size = -" + CACHE_KIB);
            statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
            statement.execute("PRAGMA journal_size_limit = " + LOG_OCTETS);
            statement.execute("PRAGMA max_page_count = " + maxOctets / PAGE_OCTETS);
            schema.migrate(connection);
            // After a failed fsync the log's pages may be in memory only: what is in it goes to the database and is
            // synced there.
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            statement.execute("DELETE FROM probe");
        }
    }

    private static Totals count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet counts = statement.executeQuery("SELECT j.*, d.* FROM"
                        + " (SELECT count(*), total(octets), coalesce(max(seq), 0) FROM journal) j,"
                        + " (SELECT count(*), total(octets) FROM delivery) d")) {
            return new Totals(
                    counts.getLong(1), counts.getLong(2), counts.getLong(3), counts.getLong(4), counts.getLong(5));
        }
    }

    @Override
    public void begin() throws DatabaseException {
        statements.changes.resetCounts();
        execute(statements.begin);
    }

    @Override
    public void apply(Change change) throws DatabaseException {
        try {
            change.accept(statements.changes);
        } catch (SQLException e) {
            throw SqliteErrors.of("cannot write", e);
        }
    }

    @Override
    public void commit() throws DatabaseException {
        execute(statements.commit);
        totals = statements.changes.addTo(totals);
    }

    private static void execute(PreparedStatement statement) throws DatabaseException {
        try {
            statement.execute();
        } catch (SQLException e) {
            throw SqliteErrors.of("cannot write", e);
        }
    }

    /** The driver has closed the statement that failed, so all are made anew. */
    @Override
    public void rollback() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ROLLBACK");
        } catch (SQLException e) { // SQLite has done so by itself after most errors
            LOG.debug("nothing to roll back", e);
        }
        try {
            statements = Statements.prepare(connection);
        } catch (SQLException e) { // the next transaction fails with the old ones, and the database is opened again
            LOG.debug("no statements", e);
        }
    }

    /** In two transactions, since what is added and deleted in one is never written. */
    @Override
    public void probe() throws DatabaseException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO probe VALUES (zeroblob(" + probeOctets + "))");
            statement.execute("DELETE FROM probe");
        } catch (SQLException e) {
            throw SqliteErrors.of("cannot write", e);
        }
    }

    @Override
    public List<JournalEntry> readJournal(int lane, long afterSeq, int maxEntries, long maxOctets)
            throws DatabaseException {
        List<JournalEntry> entries = new ArrayList<>();
        PreparedStatement readJournal = statements.readJournal;
        try {
            readJournal.setLong(1, afterSeq);
            readJournal.setInt(2, lane);
            readJournal.setInt(3, maxEntries);
            try (ResultSet rows = readJournal.executeQuery()) {
                for (long octets = 0; octets < maxOctets && rows.next(); ) {
                    JournalEntry entry = Columns.journalEntry(rows);
                    entries.add(entry);
                    octets += entry.octets();
                }
            }
        } catch (SQLException e) {
            throw SqliteErrors.of("cannot read", e);
        }
        return entries;
    }

    @Override
    public Totals totals() {
        return totals;
    }

    @Override
    public long fileOctets() {
        return octets(file) + octets(StoreDirectory.logOf(file));
    }

    private static long octets(Path path) {
        try {
            return Files.size(path);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            LOG.debug("{} has no size", path, e);
            return 0;
        }
    }

    @Override
    public void close() {
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("the database was not closed in order: {}", e.getMessage());
        }
    }
}
