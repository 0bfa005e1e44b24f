// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables, as the steps that lead to them. A file knows how many steps it has behind it ({@code PRAGMA user_version}); the rest are
 * taken when it is opened, each in a transaction of its own. A step that was released is never changed: a new one is added.
 *
 * @param steps for each version, from 1, the statements that lead there from the one before
 */
record Schema(List<List<String>> steps) {
    /** {@code PRAGMA application_id}: "SNGW". */
    static final int APPLICATION_ID = 0x534e4757;

    private static final List<String> FIRST = List.of(
            "PRAGMA application_id = " + APPLICATION_ID,
            """
            CREATE TABLE session (
              client_id     TEXT PRIMARY KEY,
              clean_session INTEGER NOT NULL,  -- 1: ends with the connection
              keep_alive_s  INTEGER NOT NULL,
              sleep_s       INTEGER NOT NULL,
              state         TEXT NOT NULL,
              deadline_ms   INTEGER,           -- epoch; NULL: none
              will_topic    TEXT,              -- NULL: no will
              will_payload  BLOB,
              will_qos      INTEGER,
              will_retain   INTEGER,
              address       TEXT,
              last_msg_id   INTEGER NOT NULL
            ) WITHOUT ROWID""",
            """
            CREATE TABLE subscription (
              client_id TEXT NOT NULL,
              filter    TEXT NOT NULL,
              requested INTEGER NOT NULL,
              granted   INTEGER NOT NULL,
              named     TEXT NOT NULL,         -- name, predefined-id, short-name
              topic_id  INTEGER NOT NULL,
              position  INTEGER NOT NULL,
              PRIMARY KEY (client_id, filter)
            ) WITHOUT ROWID""",
            """
            CREATE TABLE topic_id (
              client_id TEXT NOT NULL,
              id        INTEGER NOT NULL,
              name      TEXT NOT NULL,
              confirmed INTEGER NOT NULL,
              PRIMARY KEY (client_id, id)
            ) WITHOUT ROWID""",
            """
            CREATE TABLE exchange (
              client_id TEXT NOT NULL,
              msg_id    INTEGER NOT NULL,
              checksum  INTEGER NOT NULL,
              PRIMARY KEY (client_id, msg_id)
            ) WITHOUT ROWID""",
            """
            CREATE TABLE delivery (
              client_id  TEXT NOT NULL,
              seq        INTEGER NOT NULL,
              octets     INTEGER NOT NULL,     -- what it counts for limits
              qos        INTEGER NOT NULL,
              retained   INTEGER NOT NULL,
              expires_ms INTEGER,              -- epoch; NULL: never
              msg_id     INTEGER NOT NULL,     -- 0: not sent yet
              received   INTEGER NOT NULL,     -- 1: the device has sent PUBREC
              topic      TEXT NOT NULL,
              via        TEXT NOT NULL,
              payload    BLOB NOT NULL,
              PRIMARY KEY (client_id, seq)
            ) WITHOUT ROWID""",
            """
            CREATE TABLE journal (
              seq         INTEGER PRIMARY KEY,
              octets      INTEGER NOT NULL,    -- what it counts for limits
              lane        INTEGER NOT NULL,
              accepted_ms INTEGER NOT NULL,    -- epoch
              qos         INTEGER NOT NULL,
              retain      INTEGER NOT NULL,
              client_id   TEXT NOT NULL,
              topic       TEXT NOT NULL,
              payload     BLOB NOT NULL
            )""",
            """
            CREATE TABLE placement (
              filter  TEXT PRIMARY KEY,
              lane    INTEGER NOT NULL,
              granted INTEGER NOT NULL
            ) WITHOUT ROWID""",
            "CREATE TABLE probe (filler BLOB NOT NULL) -- always empty: written to find out whether there is space");

    /** After a restart message ids begin elsewhere; the last one need not be known. */
    private static final List<String> WITHOUT_LAST_MSG_ID = List.of("ALTER TABLE session DROP COLUMN last_msg_id");

    /** A session goes on belonging to who has proved to be its device; NULL where nobody had to, and in all from before. */
    private static final List<String> WITH_IDENTITY = List.of("ALTER TABLE session ADD COLUMN identity TEXT");

    static final Schema CURRENT = new Schema(List.of(FIRST, WITHOUT_LAST_MSG_ID, WITH_IDENTITY));

    Schema {
        steps = steps.stream().map(List::copyOf).toList();
    }

    int version() {
        return steps.size();
    }

    /** The version of the file behind {@code connection}; 0 for a new one. */
    static int versionOf(Connection connection) throws SQLException {
        return pragma(connection, "user_version");
    }

    /** Takes the steps that the file has not behind it. */
    void migrate(Connection connection) throws SQLException, DatabaseException {
        int version = versionOf(connection);
        check(connection, version);
        for (int next = version + 1; next <= steps.size(); next++) {
            List<String> step = new ArrayList<>();
            step.add("BEGIN IMMEDIATE");
            step.addAll(steps.get(next - 1));
            step.add("PRAGMA user_version = " + next);
            step.add("COMMIT");
            try (Statement statement = connection.createStatement()) {
                for (String sql : step) {
                    statement.execute(sql);
                }
            }
        }
    }

    /** Refuses a file that is of another program or of a newer version of this one. */
    void check(Connection connection, int version) throws SQLException, DatabaseException {
        int applicationId = pragma(connection, "application_id");
        if (version == 0 ? hasTables(connection) : applicationId != APPLICATION_ID) {
            throw new DatabaseException(DatabaseException.Kind.REFUSED, "is a database of another program");
        }
        if (version > version()) {
            throw new DatabaseException(
                    DatabaseException.Kind.REFUSED,
                    "has schema version " + version + ", and this version of the gateway knows versions up to "
                            + version() + ": it was written by a newer one, which is the one to use");
        }
    }

    private static boolean hasTables(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery("SELECT 1 FROM sqlite_schema LIMIT 1")) {
            return tables.next();
        }
    }

    private static int pragma(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet value = statement.executeQuery("PRAGMA " + name)) {
            return value.getInt(1);
        }
    }
}
