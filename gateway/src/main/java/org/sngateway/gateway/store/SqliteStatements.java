// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Each change as prepared statements, and the count of what they do to the journal and the queues. */
final class SqliteStatements implements ChangeVisitor<SQLException> {
    private final PreparedStatement putSession;
    private final PreparedStatement putSubscription;
    private final PreparedStatement putTopicId;
    private final PreparedStatement putExchange;
    private final PreparedStatement putPlacement;
    private final PreparedStatement addDelivery;
    private final PreparedStatement appendJournal;
    private final PreparedStatement updateDelivery;
    private final PreparedStatement deleteSession;
    private final PreparedStatement deleteSubscription;
    private final PreparedStatement deleteSubscriptions;
    private final PreparedStatement deleteTopicIds;
    private final PreparedStatement deleteExchange;
    private final PreparedStatement deleteExchanges;
    private final PreparedStatement deletePlacement;
    private final PreparedStatement deleteDelivery;
    private final PreparedStatement deleteDeliveries;
    private final PreparedStatement deleteJournal;
    private final PreparedStatement deleteJournalOlderThan;

    /** Since the last {@link #resetCounts}. */
    private long journalEntries;

    private long journalOctets;
    private long lastJournalSeq;
    private long deliveries;
    private long deliveryOctets;

    /** They are closed with {@code connection}. */
    SqliteStatements(Connection connection) throws SQLException {
        putSession = connection.prepareStatement(Columns.put("session", Columns.SESSION));
        putSubscription = connection.prepareStatement(Columns.put("subscription", Columns.SUBSCRIPTION));
        putTopicId = connection.prepareStatement(Columns.put("topic_id", Columns.TOPIC_ID));
        putExchange = connection.prepareStatement(Columns.put("exchange", Columns.EXCHANGE));
        putPlacement = connection.prepareStatement(Columns.put("placement", Columns.PLACEMENT));
        addDelivery = connection.prepareStatement(Columns.put("delivery", Columns.DELIVERY));
        appendJournal = connection.prepareStatement(Columns.put("journal", Columns.JOURNAL));
        updateDelivery = connection.prepareStatement(
                "UPDATE delivery SET msg_id = ?3, received = ?4 WHERE client_id = ?1 AND seq = ?2");
        deleteSession = connection.prepareStatement("DELETE FROM session WHERE client_id = ?");
        deleteSubscription = connection.prepareStatement("DELETE FROM subscription WHERE client_id = ? AND filter = ?");
        deleteSubscriptions = connection.prepareStatement("DELETE FROM subscription WHERE client_id = ?");
        deleteTopicIds = connection.prepareStatement("DELETE FROM topic_id WHERE client_id = ?");
        deleteExchange = connection.prepareStatement("DELETE FROM exchange WHERE client_id = ? AND msg_id = ?");
        deleteExchanges = connection.prepareStatement("DELETE FROM exchange WHERE client_id = ?");
        deletePlacement = connection.prepareStatement("DELETE FROM placement WHERE filter = ?");
        deleteDelivery =
                connection.prepareStatement("DELETE FROM delivery WHERE client_id = ? AND seq = ? RETURNING octets");
        deleteDeliveries = connection.prepareStatement("DELETE FROM delivery WHERE client_id = ? RETURNING octets");
        deleteJournal = connection.prepareStatement("DELETE FROM journal WHERE seq BETWEEN ? AND ? RETURNING octets");
        deleteJournalOlderThan =
                connection.prepareStatement("DELETE FROM journal WHERE accepted_ms < ? RETURNING octets");
    }

    void resetCounts() {
        journalEntries = 0;
        journalOctets = 0;
        lastJournalSeq = 0;
        deliveries = 0;
        deliveryOctets = 0;
    }

    /** {@code before} with what was done since the last {@link #resetCounts}. */
    Database.Totals addTo(Database.Totals before) {
        return new Database.Totals(
                before.journalEntries() + journalEntries,
                before.journalOctets() + journalOctets,
                Math.max(before.lastJournalSeq(), lastJournalSeq),
                before.deliveries() + deliveries,
                before.deliveryOctets() + deliveryOctets);
    }

    @Override
    public void visit(Change.PutSession change) throws SQLException {
        Columns.set(putSession, change.session());
        putSession.executeUpdate();
    }

    @Override
    public void visit(Change.DeleteSession change) throws SQLException {
        String clientId = change.clientId();
        delete(deleteSession, clientId);
        delete(deleteSubscriptions, clientId);
        delete(deleteTopicIds, clientId);
        delete(deleteExchanges, clientId);
        deleteDeliveries.setString(1, clientId);
        countDeliveries(deleteDeliveries);
    }

    @Override
    public void visit(Change.PutSubscription change) throws SQLException {
        Columns.set(putSubscription, change.subscription());
        putSubscription.executeUpdate();
    }

    @Override
    public void visit(Change.DeleteSubscription change) throws SQLException {
        deleteSubscription.setString(1, change.clientId());
        deleteSubscription.setString(2, change.filter());
        deleteSubscription.executeUpdate();
    }

    @Override
    public void visit(Change.PutTopicId change) throws SQLException {
        Columns.set(putTopicId, change.topicId());
        putTopicId.executeUpdate();
    }

    @Override
    public void visit(Change.PutExchange change) throws SQLException {
        Columns.set(putExchange, change.exchange());
        putExchange.executeUpdate();
    }

    @Override
    public void visit(Change.DeleteExchange change) throws SQLException {
        deleteExchange.setString(1, change.clientId());
        deleteExchange.setInt(2, change.msgId());
        deleteExchange.executeUpdate();
    }

    @Override
    public void visit(Change.AddDelivery change) throws SQLException {
        Columns.set(addDelivery, change.delivery());
        addDelivery.executeUpdate();
        deliveries++;
        deliveryOctets += change.delivery().octets();
    }

    @Override
    public void visit(Change.UpdateDelivery change) throws SQLException {
        updateDelivery.setString(1, change.clientId());
        updateDelivery.setLong(2, change.seq());
        updateDelivery.setInt(3, change.msgId());
        updateDelivery.setInt(4, change.received() ? 1 : 0);
        updateDelivery.executeUpdate();
    }

    @Override
    public void visit(Change.DeleteDelivery change) throws SQLException {
        deleteDelivery.setString(1, change.clientId());
        deleteDelivery.setLong(2, change.seq());
        countDeliveries(deleteDelivery);
    }

    @Override
    public void visit(Change.AppendJournal change) throws SQLException {
        Columns.set(appendJournal, change.entry());
        appendJournal.executeUpdate();
        journalEntries++;
        journalOctets += change.entry().octets();
        lastJournalSeq = Math.max(lastJournalSeq, change.entry().seq());
    }

    /** Neighbours go with one statement: acknowledgements come mostly in order. */
    @Override
    public void visit(Change.DeleteJournal change) throws SQLException {
        List<Long> seqs = change.seqs().stream().sorted().toList();
        int first = 0;
        for (int i = 0; i < seqs.size(); i++) {
            if (i + 1 == seqs.size() || seqs.get(i + 1) - seqs.get(i) > 1) {
                deleteJournal.setLong(1, seqs.get(first));
                deleteJournal.setLong(2, seqs.get(i));
                countJournal(deleteJournal);
                first = i + 1;
            }
        }
    }

    @Override
    public void visit(Change.DeleteJournalOlderThan change) throws SQLException {
        deleteJournalOlderThan.setLong(1, change.epochMillis());
        countJournal(deleteJournalOlderThan);
    }

    @Override
    public void visit(Change.PutPlacement change) throws SQLException {
        Columns.set(putPlacement, change.placement());
        putPlacement.executeUpdate();
    }

    @Override
    public void visit(Change.DeletePlacement change) throws SQLException {
        delete(deletePlacement, change.filter());
    }

    @Override
    public void visit(Change.Together change) throws SQLException {
        for (Change part : change.changes()) {
            part.accept(this);
        }
    }

    private static void delete(PreparedStatement statement, String key) throws SQLException {
        statement.setString(1, key);
        statement.executeUpdate();
    }

    private void countDeliveries(PreparedStatement deleting) throws SQLException {
        try (ResultSet deleted = deleting.executeQuery()) {
            while (deleted.next()) {
                deliveries--;
                deliveryOctets -= deleted.getLong(1);
            }
        }
    }

    private void countJournal(PreparedStatement deleting) throws SQLException {
        try (ResultSet deleted = deleting.executeQuery()) {
            while (deleted.next()) {
                journalEntries--;
                journalOctets -= deleted.getLong(1);
            }
        }
    }
}
