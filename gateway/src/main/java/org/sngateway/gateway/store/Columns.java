// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/** How values stand in the file: each record as the columns of its table, in one place for writing and reading. */
final class Columns {
    static final String SESSION = "client_id, clean_session, keep_alive_s, sleep_s, state, deadline_ms, will_topic,"
            + " will_payload, will_qos, will_retain, address, identity";
    static final String SUBSCRIPTION = "client_id, filter, requested, granted, named, topic_id, position";
    static final String TOPIC_ID = "client_id, id, name, confirmed";
    static final String EXCHANGE = "client_id, msg_id, checksum";
    static final String DELIVERY =
            "client_id, seq, octets, qos, retained, expires_ms, msg_id, received, topic, via, payload";
    static final String JOURNAL = "seq, octets, lane, accepted_ms, qos, retain, client_id, topic, payload";
    static final String PLACEMENT = "filter, lane, granted";

    private Columns() {}

    /** A statement that puts a row in place of the one with the same key, if any. */
    static String put(String table, String columns) {
        return "INSERT OR REPLACE INTO " + table + " (" + columns + ") VALUES (" + columns.replaceAll("[a-z_]+", "?")
                + ")";
    }

    static void set(PreparedStatement row, StoredSession session) throws SQLException {
        StoredWill will = session.will();
        row.setString(1, session.clientId());
        row.setInt(2, session.cleanSession() ? 1 : 0);
        row.setInt(3, session.keepAliveSeconds());
        row.setInt(4, session.sleepSeconds());
        row.setString(5, session.state());
        setMillis(row, 6, session.deadlineMillis());
        row.setString(7, will != null ? will.topic() : null);
        row.setBytes(8, will != null ? will.payload().toByteArray() : null);
        if (will != null) {
            row.setInt(9, will.qos().level());
            row.setInt(10, will.retain() ? 1 : 0);
        } else {
            row.setNull(9, Types.INTEGER);
            row.setNull(10, Types.INTEGER);
        }
        row.setString(11, session.address());
        row.setString(12, session.identity());
    }

    static StoredSession session(ResultSet row) throws SQLException {
        String willTopic = row.getString(7);
        StoredWill will =
                willTopic == null ? null : new StoredWill(willTopic, payload(row, 8), qos(row, 9), row.getInt(10) != 0);
        return new StoredSession(
                row.getString(1),
                row.getInt(2) != 0,
                row.getInt(3),
                row.getInt(4),
                row.getString(5),
                row.getLong(6),
                will,
                row.getString(11),
                row.getString(12));
    }

    static void set(PreparedStatement row, StoredSubscription subscription) throws SQLException {
        row.setString(1, subscription.clientId());
        row.setString(2, subscription.filter());
        row.setInt(3, subscription.requested().level());
        row.setInt(4, subscription.granted().level());
        row.setString(5, subscription.named().text());
        row.setInt(6, subscription.topicId());
        row.setLong(7, subscription.position());
    }

    static StoredSubscription subscription(ResultSet row) throws SQLException {
        return new StoredSubscription(
                row.getString(1),
                row.getString(2),
                qos(row, 3),
                qos(row, 4),
                StoredSubscription.Naming.of(row.getString(5)),
                row.getInt(6),
                row.getLong(7));
    }

    static void set(PreparedStatement row, StoredTopicId topicId) throws SQLException {
        row.setString(1, topicId.clientId());
        row.setInt(2, topicId.id());
        row.setString(3, topicId.name());
        row.setInt(4, topicId.confirmed() ? 1 : 0);
    }

    static StoredTopicId topicId(ResultSet row) throws SQLException {
        return new StoredTopicId(row.getString(1), row.getInt(2), row.getString(3), row.getInt(4) != 0);
    }

    static void set(PreparedStatement row, StoredExchange exchange) throws SQLException {
        row.setString(1, exchange.clientId());
        row.setInt(2, exchange.msgId());
        row.setLong(3, exchange.checksum());
    }

    static StoredExchange exchange(ResultSet row) throws SQLException {
        return new StoredExchange(row.getString(1), row.getInt(2), row.getLong(3));
    }

    static void set(PreparedStatement row, StoredDelivery delivery) throws SQLException {
        row.setString(1, delivery.clientId());
        row.setLong(2, delivery.seq());
        row.setInt(3, delivery.octets());
        row.setInt(4, delivery.qos().level());
        row.setInt(5, delivery.retained() ? 1 : 0);
        setMillis(row, 6, delivery.expiresMillis());
        row.setInt(7, delivery.msgId());
        row.setInt(8, delivery.received() ? 1 : 0);
        row.setString(9, delivery.topic());
        row.setString(10, delivery.via());
        row.setBytes(11, delivery.payload().toByteArray());
    }

    static StoredDelivery delivery(ResultSet row) throws SQLException {
        return new StoredDelivery(
                row.getString(1),
                row.getLong(2),
                row.getString(9),
                payload(row, 11),
                qos(row, 4),
                row.getInt(5) != 0,
                row.getString(10),
                row.getLong(6),
                row.getInt(7),
                row.getInt(8) != 0);
    }

    static void set(PreparedStatement row, JournalEntry entry) throws SQLException {
        row.setLong(1, entry.seq());
        row.setInt(2, entry.octets());
        row.setInt(3, entry.lane());
        row.setLong(4, entry.acceptedMillis());
        row.setInt(5, entry.qos().level());
        row.setInt(6, entry.retain() ? 1 : 0);
        row.setString(7, entry.clientId());
        row.setString(8, entry.topic());
        row.setBytes(9, entry.payload().toByteArray());
    }

    static JournalEntry journalEntry(ResultSet row) throws SQLException {
        return new JournalEntry(
                row.getLong(1),
                row.getInt(3),
                row.getString(7),
                row.getString(8),
                payload(row, 9),
                qos(row, 5),
                row.getInt(6) != 0,
                row.getLong(4));
    }

    static void set(PreparedStatement row, StoredPlacement placement) throws SQLException {
        row.setString(1, placement.filter());
        row.setInt(2, placement.lane());
        row.setInt(3, placement.granted().level());
    }

    static StoredPlacement placement(ResultSet row) throws SQLException {
        return new StoredPlacement(row.getString(1), row.getInt(2), qos(row, 3));
    }

    /** NULL for 0; SQLite gives NULL back as 0. */
    private static void setMillis(PreparedStatement row, int column, long millis) throws SQLException {
        if (millis == 0) {
            row.setNull(column, Types.INTEGER);
        } else {
            row.setLong(column, millis);
        }
    }

    private static Payload payload(ResultSet row, int column) throws SQLException {
        byte @Nullable [] octets = row.getBytes(column);
        return octets != null ? Payload.wrap(octets) : Payload.EMPTY;
    }

    private static Qos qos(ResultSet row, int column) throws SQLException {
        return Qos.ofBits(row.getInt(column)); // 0..2 are their own bits
    }
}
