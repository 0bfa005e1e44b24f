// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the changes mean, in maps. */
final class ModelDatabase implements ChangeVisitor<RuntimeException> {
    private final Map<String, StoredSession> sessions = new TreeMap<>();
    private final Map<String, Map<String, StoredSubscription>> subscriptions = new TreeMap<>();
    private final Map<String, Map<Integer, StoredTopicId>> topicIds = new TreeMap<>();
    private final Map<String, Map<Integer, StoredExchange>> exchanges = new TreeMap<>();
    private final Map<String, Map<Long, StoredDelivery>> deliveries = new TreeMap<>();
    private final Map<Long, JournalEntry> journal = new TreeMap<>();
    private final Map<String, StoredPlacement> placements = new TreeMap<>();

    List<Object> tables() {
        for (Map<?, ? extends Map<?, ?>> table : List.of(subscriptions, topicIds, exchanges, deliveries)) {
            table.values().removeIf(Map::isEmpty);
        }
        return List.of(sessions, subscriptions, topicIds, exchanges, deliveries, journal, placements);
    }

    private static <K, V> Map<K, V> of(Map<String, Map<K, V>> table, String clientId) {
        return table.computeIfAbsent(clientId, c -> new TreeMap<>());
    }

    @Override
    public void visit(Change.PutSession change) {
        sessions.put(change.session().clientId(), change.session());
    }

    @Override
    public void visit(Change.DeleteSession change) {
        sessions.remove(change.clientId());
        subscriptions.remove(change.clientId());
        topicIds.remove(change.clientId());
        exchanges.remove(change.clientId());
        deliveries.remove(change.clientId());
    }

    @Override
    public void visit(Change.PutSubscription change) {
        of(subscriptions, change.subscription().clientId())
                .put(change.subscription().filter(), change.subscription());
    }

    @Override
    public void visit(Change.DeleteSubscription change) {
        of(subscriptions, change.clientId()).remove(change.filter());
    }

    @Override
    public void visit(Change.PutTopicId change) {
        of(topicIds, change.topicId().clientId()).put(change.topicId().id(), change.topicId());
    }

    @Override
    public void visit(Change.PutExchange change) {
        of(exchanges, change.exchange().clientId()).put(change.exchange().msgId(), change.exchange());
    }

    @Override
    public void visit(Change.DeleteExchange change) {
        of(exchanges, change.clientId()).remove(change.msgId());
    }

    @Override
    public void visit(Change.AddDelivery change) {
        of(deliveries, change.delivery().clientId()).put(change.delivery().seq(), change.delivery());
    }

    @Override
    public void visit(Change.UpdateDelivery change) {
        of(deliveries, change.clientId())
                .computeIfPresent(
                        change.seq(),
                        (seq, d) -> new StoredDelivery(
                                d.clientId(),
                                seq,
                                d.topic(),
                                d.payload(),
                                d.qos(),
                                d.retained(),
                                d.via(),
                                d.expiresMillis(),
                                change.msgId(),
                                change.received()));
    }

    @Override
    public void visit(Change.DeleteDelivery change) {
        of(deliveries, change.clientId()).remove(change.seq());
    }

    @Override
    public void visit(Change.AppendJournal change) {
        journal.put(change.entry().seq(), change.entry());
    }

    @Override
    public void visit(Change.DeleteJournal change) {
        change.seqs().forEach(journal::remove);
    }

    @Override
    public void visit(Change.DeleteJournalOlderThan change) {
        journal.values().removeIf(entry -> entry.acceptedMillis() < change.epochMillis());
    }

    @Override
    public void visit(Change.PutPlacement change) {
        placements.put(change.placement().filter(), change.placement());
    }

    @Override
    public void visit(Change.DeletePlacement change) {
        placements.remove(change.filter());
    }

    @Override
    public void visit(Change.Together change) {
        change.changes().forEach(part -> part.accept(this));
    }
}
