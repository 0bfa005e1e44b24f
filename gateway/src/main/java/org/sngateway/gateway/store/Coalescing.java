// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out of a batch what its later changes make needless. A batch is one transaction, so only its end counts:
 *
 * <ul>
 *   <li>of several changes of one row the last is enough;
 *   <li>a message or journal entry that is added and deleted in one batch touches the disk not at all;
 *   <li>what is put before the end of its session is not put.
 * </ul>
 *
 * <p>The changes are walked from the last to the first. One walk per instance.
 */
final class Coalescing implements ChangeVisitor<RuntimeException> {
    /** A row: the table by the type of the change that makes it, and what identifies it there. */
    private record Row(Class<? extends Change> kind, String owner, Object id) {}

    private final Set<Row> settled = new HashSet<>();
    private final Set<String> settledPlacements = new HashSet<>();
    private final Set<String> endedSessions = new HashSet<>();
    private final Map<Row, Integer> deletedDeliveries = new HashMap<>(); // to the place of the change that deletes it
    private final Map<Long, Boolean> deletedEntries = new LinkedHashMap<>(); // to whether it was appended in this batch
    private final List<@Nullable Change> backwards = new ArrayList<>();

    private Coalescing() {}

    /** What is left to do of {@code changes}, in order. */
    static List<Change> reduce(List<Change> changes) {
        if (changes.size() < 2 || changes.stream().allMatch(Change.AppendJournal.class::isInstance)) {
            return changes;
        }
        Coalescing walk = new Coalescing();
        for (int i = changes.size() - 1; i >= 0; i--) {
            changes.get(i).accept(walk);
        }
        return walk.result();
    }

    private List<Change> result() {
        List<Change> result = new ArrayList<>(backwards.size());
        List<Long> entries = new ArrayList<>();
        deletedEntries.forEach((seq, appendedHere) -> {
            if (!appendedHere) {
                entries.add(seq);
            }
        });
        if (!entries.isEmpty()) { // none of them is appended below, so they may as well go first
            Collections.sort(entries);
            result.add(new Change.DeleteJournal(entries));
        }
        for (int i = backwards.size() - 1; i >= 0; i--) {
            Change change = backwards.get(i);
            if (change != null) {
                result.add(change);
            }
        }
        return result;
    }

    private void keep(Change change) {
        backwards.add(change);
    }

    /** Keeps the change unless a later one of the batch settles what becomes of the row. */
    private void keepLast(Change change, Class<? extends Change> kind, String owner, Object id) {
        if (!endedSessions.contains(owner) && settled.add(new Row(kind, owner, id))) {
            keep(change);
        }
    }

    @Override
    public void visit(Change.PutSession change) {
        keepLast(change, Change.PutSession.class, change.session().clientId(), "");
    }

    @Override
    public void visit(Change.DeleteSession change) {
        if (endedSessions.add(change.clientId())) {
            keep(change);
        }
    }

    @Override
    public void visit(Change.PutSubscription change) {
        StoredSubscription subscription = change.subscription();
        keepLast(change, Change.PutSubscription.class, subscription.clientId(), subscription.filter());
    }

    @Override
    public void visit(Change.DeleteSubscription change) {
        keepLast(change, Change.PutSubscription.class, change.clientId(), change.filter());
    }

    @Override
    public void visit(Change.PutTopicId change) {
        StoredTopicId topicId = change.topicId();
        keepLast(change, Change.PutTopicId.class, topicId.clientId(), topicId.id());
    }

    @Override
    public void visit(Change.PutExchange change) {
        StoredExchange exchange = change.exchange();
        keepLast(change, Change.PutExchange.class, exchange.clientId(), exchange.msgId());
    }

    @Override
    public void visit(Change.DeleteExchange change) {
        keepLast(change, Change.PutExchange.class, change.clientId(), change.msgId());
    }

    @Override
    public void visit(Change.AddDelivery change) {
        StoredDelivery delivery = change.delivery();
        if (endedSessions.contains(delivery.clientId())) {
            return;
        }
        Integer placeOfDelete = deletedDeliveries.remove(delivery(delivery.clientId(), delivery.seq()));
        if (placeOfDelete == null) {
            keep(change);
        } else { // it was never there, so the delete has nothing to do either
            backwards.set(placeOfDelete, null);
        }
    }

    @Override
    public void visit(Change.UpdateDelivery change) {
        if (!endedSessions.contains(change.clientId())
                && !deletedDeliveries.containsKey(delivery(change.clientId(), change.seq()))) {
            keepLast(change, Change.UpdateDelivery.class, change.clientId(), change.seq());
        }
    }

    @Override
    public void visit(Change.DeleteDelivery change) {
        if (!endedSessions.contains(change.clientId())
                && deletedDeliveries.putIfAbsent(delivery(change.clientId(), change.seq()), backwards.size()) == null) {
            keep(change);
        }
    }

    private static Row delivery(String clientId, long seq) {
        return new Row(Change.AddDelivery.class, clientId, seq);
    }

    @Override
    public void visit(Change.AppendJournal change) {
        if (deletedEntries.replace(change.entry().seq(), true) == null) {
            keep(change);
        }
    }

    @Override
    public void visit(Change.DeleteJournal change) {
        change.seqs().forEach(seq -> deletedEntries.putIfAbsent(seq, false));
    }

    @Override
    public void visit(Change.DeleteJournalOlderThan change) {
        keep(change);
    }

    @Override
    public void visit(Change.PutPlacement change) {
        keepLastPlacement(change, change.placement().filter());
    }

    @Override
    public void visit(Change.DeletePlacement change) {
        keepLastPlacement(change, change.filter());
    }

    private void keepLastPlacement(Change change, String filter) {
        if (settledPlacements.add(filter)) {
            keep(change);
        }
    }

    @Override
    public void visit(Change.Together change) {
        for (int i = change.changes().size() - 1; i >= 0; i--) {
            change.changes().get(i).accept(this);
        }
    }
}
