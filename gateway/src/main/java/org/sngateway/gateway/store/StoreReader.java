// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * Reads a store and never changes it, also while a gateway runs on it. Everything it tells is of one moment, that of its first read; while it
 * is open the gateway's write-ahead log grows. For one thread.
 */
public final class StoreReader implements AutoCloseable {
    private static final int BUSY_MILLIS = 5000;

    /** What must not be, and the query that finds it: each row is the client id or filter concerned. */
    private static final List<Rule> RULES = List.of(
            orphans("subscription"),
            orphans("topic_id"),
            orphans("exchange"),
            orphans("delivery"),
            new Rule(
                    "has a message id out of range",
                    "SELECT client_id FROM exchange WHERE msg_id NOT BETWEEN 1 AND 65535"
                            + " UNION ALL SELECT client_id FROM delivery WHERE msg_id NOT BETWEEN 0 AND 65535"),
            new Rule(
                    "has a QoS out of range",
                    "SELECT client_id FROM session WHERE will_topic IS NOT NULL AND will_qos NOT IN (0, 1, 2)"
                            + " UNION ALL SELECT client_id FROM subscription WHERE requested NOT IN (0, 1, 2)"
                            + " OR granted NOT IN (0, 1, 2)"
                            + " UNION ALL SELECT client_id FROM delivery WHERE qos NOT IN (0, 1, 2)"
                            + " UNION ALL SELECT client_id FROM journal WHERE qos NOT IN (0, 1, 2)"
                            + " UNION ALL SELECT filter FROM placement WHERE granted NOT IN (0, 1, 2)"),
            new Rule("has a topic id out of range", "SELECT client_id FROM topic_id WHERE id NOT BETWEEN 1 AND 65534"),
            new Rule(
                    "has one topic name under two topic ids",
                    "SELECT client_id FROM topic_id GROUP BY client_id, name HAVING count(*) > 1"),
            new Rule(
                    "has two messages under one message id",
                    "SELECT client_id FROM delivery WHERE msg_id > 0 GROUP BY client_id, msg_id HAVING count(*) > 1"),
            new Rule(
                    "has a message that was received and never sent, or is not of QoS 2",
                    "SELECT client_id FROM delivery WHERE received <> 0 AND (msg_id = 0 OR qos <> 2)"));

    private record Rule(String finding, String query) {}

    private final Path directory;
    private final Connection connection;

    private StoreReader(Path directory, Connection connection) {
        this.directory = directory;
        this.connection = connection;
    }

    private static Rule orphans(String table) {
        return new Rule(
                "has rows in " + table + " and no session",
                "SELECT DISTINCT client_id FROM " + table + " WHERE client_id NOT IN (SELECT client_id FROM session)");
    }

    /**
     * Opens the store in {@code directory}.
     *
     * @throws IOException when there is none, or it cannot be read; the message names it and says why
     */
    public static StoreReader open(Path directory) throws IOException {
        Path file = StoreDirectory.databaseIn(directory);
        if (!Files.exists(file)) {
            throw new IOException("no store in " + directory + ": " + file.getFileName() + " does not exist");
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        Connection connection = null;
        boolean opened = false;
        try {
            connection = config.createConnection("jdbc:sqlite:" + file);
            int version = Schema.versionOf(connection);
            Schema.CURRENT.check(connection, version);
            if (version < Schema.CURRENT.version()) {
                throw new IOException(file + " has schema version " + version
                        + ": a gateway of this version must have run on it before it can be read");
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN");
            }
            opened = true;
            return new StoreReader(directory, connection);
        } catch (SQLException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        } catch (DatabaseException e) {
            throw new IOException(file + " " + e.reason(), e);
        } finally {
            if (!opened && connection != null) {
                close(connection);
            }
        }
    }

    /** All sessions with their parts, in the order of the client ids. */
    public void devices(Consumer<StoredDevice> consumer) throws IOException {
        try (Statement statement = connection.createStatement();
                ResultSet sessions = statement.executeQuery(inOrder("session", Columns.SESSION, "client_id"));
                Parts<StoredSubscription> subscriptions =
                        parts("subscription", Columns.SUBSCRIPTION, "position", Columns::subscription);
                Parts<StoredTopicId> topicIds = parts("topic_id", Columns.TOPIC_ID, "id", Columns::topicId);
                Parts<StoredExchange> exchanges = parts("exchange", Columns.EXCHANGE, "msg_id", Columns::exchange);
                Parts<StoredDelivery> deliveries = parts("delivery", Columns.DELIVERY, "seq", Columns::delivery)) {
            while (sessions.next()) {
                StoredSession session = Columns.session(sessions);
                String clientId = session.clientId();
                consumer.accept(new StoredDevice(
                        session,
                        subscriptions.of(clientId),
                        topicIds.of(clientId),
                        exchanges.of(clientId),
                        deliveries.of(clientId)));
            }
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /** The journal in its order. */
    public void journal(Consumer<JournalEntry> consumer) throws IOException {
        each(inOrder("journal", Columns.JOURNAL, "seq"), row -> consumer.accept(Columns.journalEntry(row)));
    }

    /** Where the filters live, in the order of the filters. */
    public void placements(Consumer<StoredPlacement> consumer) throws IOException {
        each(inOrder("placement", Columns.PLACEMENT, "filter"), row -> consumer.accept(Columns.placement(row)));
    }

    /** What there is. Not for the process of the gateway itself, which would lose its {@linkplain LockFile lock}. */
    public StoreInfo info() throws IOException {
        Path file = StoreDirectory.databaseIn(directory);
        Path log = StoreDirectory.logOf(file);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT"
                        + " (SELECT count(*) FROM session), (SELECT count(*) FROM subscription),"
                        + " (SELECT count(*) FROM topic_id), (SELECT count(*) FROM exchange),"
                        + " (SELECT count(*) FROM delivery), (SELECT total(octets) FROM delivery),"
                        + " (SELECT count(*) FROM journal), (SELECT total(octets) FROM journal),"
                        + " (SELECT min(accepted_ms) FROM journal), (SELECT count(*) FROM placement)")) {
            long entries = row.getLong(7);
            return new StoreInfo(
                    Schema.versionOf(connection),
                    Files.size(file),
                    Files.exists(log) ? Files.size(log) : 0,
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    entries,
                    row.getLong(8),
                    entries > 0 ? OptionalLong.of(row.getLong(9)) : OptionalLong.empty(),
                    row.getLong(10),
                    LockFile.holder(StoreDirectory.lockIn(directory)));
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /** What is wrong with the file or with what stands in it, one finding a line; empty when all is well. */
    public List<String> findings() throws IOException {
        List<String> findings = new ArrayList<>();
        each("PRAGMA integrity_check", row -> {
            if (!row.getString(1).equals("ok")) {
                findings.add(row.getString(1));
            }
        });
        for (Rule rule : RULES) {
            each(rule.query, row -> findings.add(row.getString(1) + " " + rule.finding));
        }
        return findings;
    }

    @Override
    public void close() {
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("a connection that only reads cannot be closed", e);
        }
    }

    private IOException unreadable(SQLException e) {
        return new IOException(StoreDirectory.databaseIn(directory) + " cannot be read: " + e.getMessage(), e);
    }

    private static String inOrder(String table, String columns, String order) {
        return "SELECT " + columns + " FROM " + table + " ORDER BY " + order;
    }

    /** Reads one row. */
    @FunctionalInterface
    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Does something with one row. */
    @FunctionalInterface
    private interface RowConsumer {
        void accept(ResultSet row) throws SQLException;
    }

    private void each(String query, RowConsumer consumer) throws IOException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                consumer.accept(rows);
            }
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private <T> Parts<T> parts(String table, String columns, String order, Row<T> reader) throws SQLException {
        String query = "SELECT " + columns + " FROM " + table
                + " WHERE client_id IN (SELECT client_id FROM session) ORDER BY client_id, " + order;
        return new Parts<>(connection.createStatement(), query, reader);
    }

    /** Rows of one table by client id, in the order in which the client ids are asked for. */
    private static final class Parts<T> implements AutoCloseable {
        private final Statement statement;
        private final ResultSet rows;
        private final Row<T> reader;
        private @Nullable String next; // whose row it stands on; null at the end

        private Parts(Statement statement, String query, Row<T> reader) throws SQLException {
            this.statement = statement;
            this.rows = statement.executeQuery(query);
            this.reader = reader;
            advance();
        }

        private void advance() throws SQLException {
            next = rows.next() ? rows.getString(1) : null;
        }

        List<T> of(String clientId) throws SQLException {
            if (!clientId.equals(next)) {
                return List.of();
            }
            List<T> all = new ArrayList<>();
            while (clientId.equals(next)) {
                all.add(reader.read(rows));
                advance();
            }
            return all;
        }

        @Override
        public void close() throws SQLException {
            statement.close();
        }
    }
}
