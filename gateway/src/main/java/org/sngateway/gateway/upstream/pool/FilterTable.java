// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.store.Change;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.store.StoredPlacement;
import org.sngateway.gateway.upstream.BrokerTopics;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Which filter lives on which lane, and for how many subscribers. A filter lives on exactly one lane, and on a lane with no other
 * filter that overlaps it, so that a lane receives each message once whatever a broker does about overlapping subscriptions. A shared
 * subscription is placed as the filter in it, since its messages cannot be told from those of others. The lane of the subscriber's
 * own shard comes first (no hop between threads), then the others; when all overlap, a lane is added, up to the limit.
 *
 * <p>Confined to its loop. What it tells a lane, it tells in the order of the requests.
 */
final class FilterTable {
    private static final class Entry {
        private final int lane;
        private final SubscriberSet subscribers = new SubscriberSet();

        Entry(int lane) {
            this.lane = lane;
        }
    }

    private final OwnerLoop loop;
    private final List<Lane> lanes;
    private final List<FilterTrie<Boolean>> filtersByLane = new ArrayList<>();
    private final int maxLanes;
    private final IntFunction<Lane> newLane;
    private final Map<TopicFilter, Entry> entries = new HashMap<>();
    /** Without subscribers since this turn of the loop; who comes in it finds the filter where it is, and the broker is told nothing. */
    private final Set<TopicFilter> unused = new HashSet<>();

    private final @Nullable Store store;
    private boolean opened;
    private boolean closed;

    /**
     * @param lanes the lanes there are; lane i is the one of shard i
     * @param newLane makes the lane with this number
     * @param store where it is kept which filter lives where; null when that need not be
     */
    FilterTable(OwnerLoop loop, List<Lane> lanes, int maxLanes, IntFunction<Lane> newLane, @Nullable Store store) {
        this.store = store;
        this.loop = loop;
        this.lanes = new ArrayList<>(lanes);
        this.maxLanes = maxLanes;
        this.newLane = newLane;
        lanes.forEach(lane -> filtersByLane.add(new FilterTrie<>()));
    }

    /** After a restart: where a filter lived, so that what waits at the broker finds its way. Before {@link #open}. */
    void restore(TopicFilter filter, int number) {
        loop.assertOwner();
        TopicFilter matched = BrokerTopics.matched(filter);
        if (number >= maxLanes || entries.containsKey(filter)) {
            return;
        }
        while (lanes.size() <= number) {
            addLane();
        }
        if (!filtersByLane.get(number).overlaps(matched)) {
            entries.put(filter, new Entry(number));
            filtersByLane.get(number).put(matched, true);
            Lane lane = lanes.get(number);
            lane.loop().execute(() -> lane.restore(filter));
        }
    }

    /** After a restart: a subscription that was granted. */
    void resume(PooledSubscription subscription, int preferredLane) {
        loop.assertOwner();
        Entry entry = enter(subscription, preferredLane);
        if (entry != null) {
            Lane lane = lanes.get(entry.lane);
            lane.loop().execute(() -> lane.resume(subscription));
        }
    }

    /** Opens the lanes. Filters that nobody has asked for since they were restored are ended. */
    void open() {
        loop.assertOwner();
        opened = true;
        List.copyOf(entries.keySet()).forEach(filter -> {
            Entry entry = entries.get(filter);
            if (entry != null && entry.subscribers.isEmpty()) {
                remove(filter, entry);
            }
        });
        lanes.forEach(lane -> lane.loop().execute(() -> {
            lane.endUnwanted();
            lane.open();
        }));
    }

    /** Subscribes nothing more, so that the number of lanes is final. */
    List<Lane> close() {
        loop.assertOwner();
        closed = true;
        return List.copyOf(lanes);
    }

    /**
     * Subscribes, on the lane where the filter lives; the answer comes from there.
     *
     * @param preferredLane where a new filter is put when nothing speaks against it
     */
    void subscribe(PooledSubscription subscription, int preferredLane) {
        loop.assertOwner();
        Entry entry = enter(subscription, preferredLane);
        if (entry != null) {
            Lane lane = lanes.get(entry.lane);
            lane.loop().execute(() -> lane.join(subscription));
        }
    }

    /** Where the filter lives from now on; null when the subscription has been refused. */
    private @Nullable Entry enter(PooledSubscription subscription, int preferredLane) {
        TopicFilter filter = subscription.filter();
        Entry entry = entries.get(filter);
        if (entry == null) {
            if (!BrokerTopics.isSubscribable(filter)) {
                refuse(subscription, PublishOutcome.REFUSED);
                return null;
            }
            TopicFilter matched = BrokerTopics.matched(filter);
            int number = closed ? -1 : place(matched, preferredLane);
            if (number < 0) {
                refuse(subscription, PublishOutcome.CONGESTION);
                return null;
            }
            entry = new Entry(number);
            entries.put(filter, entry);
            filtersByLane.get(number).put(matched, true);
            if (store != null) {
                // Before its subscription: what a device was told of has a place.
                store.write(new Change.PutPlacement(new StoredPlacement(filter.value(), number, Qos.EXACTLY_ONCE)));
            }
        }
        entry.subscribers.add(subscription);
        return entry;
    }

    private static void refuse(PooledSubscription subscription, PublishOutcome outcome) {
        subscription.loop().execute(() -> subscription.device().onRefused(subscription, outcome));
    }

    /** Ends a subscription, if it has not been refused. */
    void unsubscribe(PooledSubscription subscription) {
        loop.assertOwner();
        Entry entry = remove(subscription);
        if (entry != null) {
            Lane lane = lanes.get(entry.lane);
            lane.loop().execute(() -> lane.leave(subscription));
        }
    }

    /** The lane has refused them. */
    void onRefused(List<PooledSubscription> refused) {
        loop.assertOwner();
        refused.forEach(this::remove);
    }

    /** Where it lived; null when it did not. */
    private @Nullable Entry remove(PooledSubscription subscription) {
        TopicFilter filter = subscription.filter();
        Entry entry = entries.get(filter);
        if (entry == null || !entry.subscribers.remove(subscription)) {
            return null;
        }
        if (entry.subscribers.isEmpty() && unused.add(filter) && unused.size() == 1) {
            loop.execute(this::removeUnused);
        }
        return entry;
    }

    private void removeUnused() {
        for (TopicFilter filter : unused) {
            Entry entry = entries.get(filter);
            if (entry != null && entry.subscribers.isEmpty()) {
                remove(filter, entry);
            }
        }
        unused.clear();
    }

    private void remove(TopicFilter filter, Entry entry) {
        entries.remove(filter);
        filtersByLane.get(entry.lane).remove(BrokerTopics.matched(filter));
        if (store != null) {
            store.write(new Change.DeletePlacement(filter.value()));
        }
    }

    /** The lane for a new filter, or -1 when every lane has one that overlaps and no lane may be added. */
    private int place(TopicFilter filter, int preferred) {
        int free = laneWithoutOverlap(filter, preferred);
        if (free < 0 && !unused.isEmpty()) {
            removeUnused();
            free = laneWithoutOverlap(filter, preferred);
        }
        if (free >= 0 || lanes.size() >= maxLanes) {
            return free;
        }
        addLane();
        return lanes.size() - 1;
    }

    private int laneWithoutOverlap(TopicFilter filter, int preferred) {
        if (!filtersByLane.get(preferred).overlaps(filter)) {
            return preferred;
        }
        for (int i = 0; i < lanes.size(); i++) {
            if (!filtersByLane.get(i).overlaps(filter)) {
                return i;
            }
        }
        return -1;
    }

    private void addLane() {
        Lane lane = newLane.apply(lanes.size());
        lanes.add(lane);
        filtersByLane.add(new FilterTrie<>());
        if (opened) {
            lane.loop().execute(lane::open);
        }
    }
}
