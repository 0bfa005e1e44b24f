// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerTopics;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Which filter lives on which lane, and for how many subscribers. A filter lives on exactly one lane, and on a lane with no other
 * filter that overlaps it, so that a lane receives each message once whatever a broker does about overlapping subscriptions. The
 * lane of the subscriber's own shard comes first (no hop between threads), then the others; when all overlap, a lane is added, up
 * to the limit.
 *
 * <p>Confined to its loop. What it tells a lane, it tells in the order of the requests.
 */
final class FilterTable {
    private static final class Entry {
        private final int lane;
        private final SubscriberSet subscribers = new SubscriberSet();
        /** What the broker answered; null while it is being asked. */
        private @Nullable FilterAnswer answer;
        /** Who waits for the answer; null when it is there. */
        private @Nullable Map<Subscriber, SubscribeListener> asking = new LinkedHashMap<>(2);

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
    private boolean closed;

    /**
     * @param lanes the lanes there are; lane i is the one of shard i
     * @param newLane makes and opens the lane with this number
     */
    FilterTable(OwnerLoop loop, List<Lane> lanes, int maxLanes, IntFunction<Lane> newLane) {
        this.loop = loop;
        this.lanes = new ArrayList<>(lanes);
        this.maxLanes = maxLanes;
        this.newLane = newLane;
        lanes.forEach(lane -> filtersByLane.add(new FilterTrie<>()));
    }

    /** Subscribes nothing more, so that the number of lanes is final. */
    List<Lane> close() {
        loop.assertOwner();
        closed = true;
        return List.copyOf(lanes);
    }

    /**
     * Subscribes {@code subscriber}, which must not have the filter already.
     *
     * @param preferredLane where the filter is put when nothing speaks against it
     * @param listener answered on the subscriber's loop, with what the broker granted to the gateway
     */
    void subscribe(Subscriber subscriber, TopicFilter filter, int preferredLane, SubscribeListener listener) {
        loop.assertOwner();
        Entry entry = entries.get(filter);
        if (entry == null) {
            if (!BrokerTopics.isSubscribable(filter)) {
                tell(subscriber, listener, new FilterAnswer.Refused(PublishOutcome.REFUSED));
                return;
            }
            int number = closed ? -1 : place(filter, preferredLane);
            if (number < 0) {
                tell(subscriber, listener, new FilterAnswer.Refused(PublishOutcome.CONGESTION));
                return;
            }
            entry = new Entry(number);
            entries.put(filter, entry);
            filtersByLane.get(number).put(filter, true);
            ask(filter, entry);
        }
        entry.subscribers.add(subscriber);
        Lane lane = lanes.get(entry.lane);
        lane.loop().execute(() -> lane.addSubscriber(subscriber, filter));
        if (entry.asking != null) {
            entry.asking.put(subscriber, listener);
        } else if (entry.answer != null) {
            tell(subscriber, listener, entry.answer);
        }
    }

    private void ask(TopicFilter filter, Entry entry) {
        Lane lane = lanes.get(entry.lane);
        lane.loop()
                .execute(() -> lane.subscribe(filter, answer -> loop.execute(() -> onAnswer(filter, entry, answer))));
    }

    private void onAnswer(TopicFilter filter, Entry entry, FilterAnswer answer) {
        Map<Subscriber, SubscribeListener> asked = entry.asking;
        entry.asking = null;
        entry.answer = answer;
        if (asked != null) {
            asked.forEach((subscriber, listener) -> {
                if (answer instanceof FilterAnswer.Refused) {
                    unsubscribe(subscriber, filter);
                }
                tell(subscriber, listener, answer);
            });
        }
    }

    private static void tell(Subscriber subscriber, SubscribeListener listener, FilterAnswer answer) {
        subscriber.loop().execute(() -> {
            if (answer instanceof FilterAnswer.Granted granted) {
                listener.onGranted(granted.qos());
            } else if (answer instanceof FilterAnswer.Refused refused) {
                listener.onRefused(refused.outcome());
            }
        });
    }

    /**
     * Ends the subscription of {@code subscriber}. One that still waits is not told the answer, unless it is on its way; of one that has
     * been refused, which may not have heard of it yet, there is nothing to end.
     */
    void unsubscribe(Subscriber subscriber, TopicFilter filter) {
        loop.assertOwner();
        Entry entry = entries.get(filter);
        if (entry == null || !entry.subscribers.remove(subscriber)) {
            return;
        }
        if (entry.asking != null) {
            entry.asking.remove(subscriber);
        }
        boolean last = entry.subscribers.isEmpty();
        if (last) {
            entries.remove(filter);
            filtersByLane.get(entry.lane).remove(filter);
        }
        boolean atBroker = !(entry.answer instanceof FilterAnswer.Refused);
        Lane lane = lanes.get(entry.lane);
        lane.loop().execute(() -> {
            lane.removeSubscriber(subscriber, filter);
            if (last && atBroker) {
                lane.unsubscribe(filter);
            }
        });
    }

    /** The lane for a new filter, or -1 when every lane has one that overlaps and no lane may be added. */
    private int place(TopicFilter filter, int preferred) {
        if (!filtersByLane.get(preferred).overlaps(filter)) {
            return preferred;
        }
        for (int i = 0; i < lanes.size(); i++) {
            if (!filtersByLane.get(i).overlaps(filter)) {
                return i;
            }
        }
        if (lanes.size() >= maxLanes) {
            return -1;
        }
        lanes.add(newLane.apply(lanes.size()));
        filtersByLane.add(new FilterTrie<>());
        return lanes.size() - 1;
    }
}
