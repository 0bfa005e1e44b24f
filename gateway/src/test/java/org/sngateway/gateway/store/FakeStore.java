// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.testsupport.ManualLoop;

/**
 * A store in memory that the test plays: writes become durable at once, or when the test says so; a crash loses what is not. Used from the
 * loop of the test only.
 */
public final class FakeStore implements Store {
    private record Pending(
            Change change,
            @Nullable Executor loop,
            @Nullable WriteListener listener) {}

    private static final class Parts {
        private @Nullable StoredSession session;
        private final Map<String, StoredSubscription> subscriptions = new LinkedHashMap<>();
        private final Map<Integer, StoredTopicId> topicIds = new TreeMap<>();
        private final Map<Integer, StoredExchange> exchanges = new TreeMap<>();
        private final Map<Long, StoredDelivery> deliveries = new TreeMap<>();
    }

    private final Map<String, Parts> devices = new TreeMap<>();
    private final Map<String, StoredPlacement> placements = new TreeMap<>();
    private final TreeMap<Long, JournalEntry> journal = new TreeMap<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    /** They see what was written before them, and so wait for it. */
    private final List<Runnable> reads = new ArrayList<>();

    private @Nullable ManualLoop loop;
    private boolean held;
    private boolean full;
    private int writes;
    private long journalSeq;

    /** The gateway that uses it now. */
    public void attach(ManualLoop usedBy) {
        loop = usedBy;
    }

    // ---- what the test decides

    /** From now on nothing becomes durable before {@link #commit}. */
    public void hold() {
        held = true;
    }

    /** What was written becomes durable. */
    public void commit() {
        ManualLoop usedBy = loop;
        for (Pending next = pending.poll(); next != null; next = pending.poll()) {
            apply(next.change);
            tell(next);
        }
        List.copyOf(reads).forEach(Runnable::run);
        reads.clear();
        if (usedBy != null) {
            usedBy.runPending();
        }
    }

    private static void tell(Pending done) {
        WriteListener listener = done.listener;
        if (listener != null && done.loop != null) {
            done.loop.execute(listener::onDurable);
        }
    }

    /** What was not durable is lost, and its listeners are never told. */
    public void crash() {
        pending.clear();
        reads.clear();
        held = false;
    }

    public void setFull(boolean full) {
        this.full = full;
    }

    /** How many writes were accepted. */
    public int writes() {
        return writes;
    }

    /** The topics in the journal, in its order. */
    public List<String> journalTopics() {
        return journal.values().stream().map(JournalEntry::topic).toList();
    }

    public Map<String, StoredPlacement> placements() {
        return placements;
    }

    /** All that is durable of one device; null when nothing is. */
    public @Nullable StoredDevice device(String clientId) {
        Parts parts = devices.get(clientId);
        return parts == null || parts.session == null ? null : stored(parts, parts.session);
    }

    // ---- Store

    @Override
    public boolean write(Change change, Executor executor, WriteListener listener) {
        return accept(change, executor, listener);
    }

    @Override
    public boolean write(Change change) {
        return accept(change, null, null);
    }

    private boolean accept(Change change, @Nullable Executor executor, @Nullable WriteListener listener) {
        if (full && change.needsSpace()) {
            return false;
        }
        writes++;
        pending.add(new Pending(change, executor, listener));
        if (!held) {
            commitAtOnce();
        }
        return true;
    }

    /** On the loop already: as the store, that answers in a task of its own. */
    private void commitAtOnce() {
        Pending next = Objects.requireNonNull(pending.poll());
        apply(next.change);
        tell(next);
    }

    private void apply(Change change) {
        if (change instanceof Change.Together together) {
            together.changes().forEach(this::apply);
        } else if (change instanceof Change.PutSession put) {
            parts(put.session().clientId()).session = put.session();
        } else if (change instanceof Change.DeleteSession delete) {
            devices.remove(delete.clientId());
        } else if (change instanceof Change.PutSubscription put) {
            parts(put.subscription().clientId())
                    .subscriptions
                    .put(put.subscription().filter(), put.subscription());
        } else if (change instanceof Change.DeleteSubscription delete) {
            parts(delete.clientId()).subscriptions.remove(delete.filter());
        } else if (change instanceof Change.PutTopicId put) {
            parts(put.topicId().clientId()).topicIds.put(put.topicId().id(), put.topicId());
        } else if (change instanceof Change.PutExchange put) {
            parts(put.exchange().clientId()).exchanges.put(put.exchange().msgId(), put.exchange());
        } else if (change instanceof Change.DeleteExchange delete) {
            parts(delete.clientId()).exchanges.remove(delete.msgId());
        } else if (change instanceof Change.AddDelivery add) {
            parts(add.delivery().clientId()).deliveries.put(add.delivery().seq(), add.delivery());
        } else if (change instanceof Change.UpdateDelivery update) {
            parts(update.clientId()).deliveries.computeIfPresent(update.seq(), (seq, one) -> updated(one, update));
        } else if (change instanceof Change.DeleteDelivery delete) {
            parts(delete.clientId()).deliveries.remove(delete.seq());
        } else if (change instanceof Change.AppendJournal append) {
            journal.put(append.entry().seq(), append.entry());
        } else if (change instanceof Change.DeleteJournal delete) {
            delete.seqs().forEach(journal::remove);
        } else if (change instanceof Change.PutPlacement put) {
            placements.put(put.placement().filter(), put.placement());
        } else if (change instanceof Change.DeletePlacement delete) {
            placements.remove(delete.filter());
        } else {
            throw new AssertionError("unexpected " + change);
        }
    }

    private static StoredDelivery updated(StoredDelivery one, Change.UpdateDelivery update) {
        return new StoredDelivery(
                one.clientId(),
                one.seq(),
                one.topic(),
                one.payload(),
                one.qos(),
                one.retained(),
                one.via(),
                one.expiresMillis(),
                update.msgId(),
                update.received());
    }

    private Parts parts(String clientId) {
        return devices.computeIfAbsent(clientId, id -> new Parts());
    }

    @Override
    public long nextJournalSeq() {
        return ++journalSeq;
    }

    @Override
    public void readJournal(
            int lane, long afterSeq, int maxEntries, long maxOctets, Executor executor, JournalListener listener) {
        Runnable read = () -> {
            List<JournalEntry> found = journal.tailMap(afterSeq, false).values().stream()
                    .filter(entry -> lane == JournalEntry.ALL_LANES || entry.lane() == lane)
                    .limit(maxEntries)
                    .toList();
            executor.execute(() -> listener.onEntries(found));
        };
        if (pending.isEmpty()) {
            read.run();
        } else {
            reads.add(read);
        }
    }

    @Override
    public void load(Consumer<StoredDevice> toDevices, Consumer<List<StoredPlacement>> toPlacements) {
        toPlacements.accept(List.copyOf(placements.values()));
        devices.values().forEach(parts -> {
            if (parts.session != null) {
                toDevices.accept(stored(parts, parts.session));
            }
        });
    }

    private static StoredDevice stored(Parts parts, StoredSession session) {
        List<StoredSubscription> subscriptions = new ArrayList<>(parts.subscriptions.values());
        subscriptions.sort(Comparator.comparing(StoredSubscription::position));
        return new StoredDevice(
                session,
                subscriptions,
                List.copyOf(parts.topicIds.values()),
                List.copyOf(parts.exchanges.values()),
                List.copyOf(parts.deliveries.values()));
    }

    @Override
    public StoreStatus status() {
        CommitLatency none = new CommitLatency(
                Collections.nCopies(CommitLatency.BOUNDS.size() + 1, 0L), Duration.ZERO, Duration.ZERO);
        return new StoreStatus(
                StoreStatus.State.OK,
                "",
                Duration.ZERO,
                false,
                Duration.ZERO,
                0,
                0,
                Map.of(),
                none,
                journal.size(),
                0,
                0,
                0,
                0);
    }

    @Override
    public void watch(Executor executor, StateListener listener) {}

    @Override
    public void close() {}
}
