// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerTopics;

/** A filter on a lane: who wants it, what the broker knows of it, and so what the broker has to be told. */
final class LaneFilter {
    /** What the broker knows. */
    enum AtBroker {
        ABSENT,
        /** It has been asked and has not answered. */
        SUBSCRIBING,
        SUBSCRIBED,
        UNSUBSCRIBING,
        /** The connection was lost before it answered. */
        UNKNOWN,
        /** It will not have again what it granted before; it is asked again from time to time. */
        REFUSED
    }

    /** What the broker has to be told. */
    enum Step {
        NONE,
        SUBSCRIBE,
        UNSUBSCRIBE
    }

    private final TopicFilter filter;
    private final TopicFilter matched;
    private final SubscriberSet subscribers = new SubscriberSet();

    AtBroker atBroker = AtBroker.ABSENT;
    /** What the broker granted and has not been asked to end; null when it did not. */
    @Nullable
    Qos granted;
    /** Whether it may have it when it refuses: from an attempt before, or because its answer was lost. */
    boolean doubtful;
    /** Whether the broker has been told to end it on an earlier connection, too. */
    boolean endedBefore;
    /** Those of the subscribers that wait for the answer; null when there are none. */
    private @Nullable SubscriberSet waiting;

    LaneFilter(TopicFilter filter) {
        this.filter = filter;
        this.matched = BrokerTopics.matched(filter);
    }

    TopicFilter filter() {
        return filter;
    }

    /** What topic names are compared with. */
    TopicFilter matched() {
        return matched;
    }

    boolean isShared() {
        return BrokerTopics.isShared(filter);
    }

    SubscriberSet subscribers() {
        return subscribers;
    }

    boolean isWanted() {
        return !subscribers.isEmpty();
    }

    /** Adds one that waits for the broker's answer. */
    void addWaiting(PooledSubscription subscription) {
        subscribers.add(subscription);
        if (waiting == null) {
            waiting = new SubscriberSet();
        }
        waiting.add(subscription);
    }

    void remove(PooledSubscription subscription) {
        subscribers.remove(subscription);
        if (waiting != null && waiting.remove(subscription) && waiting.isEmpty()) {
            waiting = null;
        }
    }

    boolean hasWaiting() {
        return waiting != null;
    }

    /** Those that waited, who wait no more; null when nobody did. */
    @Nullable
    SubscriberSet takeWaiting() {
        SubscriberSet taken = waiting;
        waiting = null;
        return taken;
    }

    /** Whether the broker owes an answer; the next step has to wait for it. */
    boolean isOpen() {
        return atBroker == AtBroker.SUBSCRIBING || atBroker == AtBroker.UNSUBSCRIBING;
    }

    /** What brings the broker to what is wanted, once it has answered what it has been asked. */
    Step step() {
        return switch (atBroker) {
            case ABSENT, UNSUBSCRIBING -> isWanted() ? Step.SUBSCRIBE : Step.NONE;
            case SUBSCRIBED, SUBSCRIBING -> isWanted() ? Step.NONE : Step.UNSUBSCRIBE;
            case UNKNOWN -> isWanted() ? Step.SUBSCRIBE : Step.UNSUBSCRIBE;
            case REFUSED -> {
                Step end = !isWanted() && doubtful ? Step.UNSUBSCRIBE : Step.NONE;
                yield hasWaiting() ? Step.SUBSCRIBE : end;
            }
        };
    }

    /** Whether neither anybody here nor the broker has to do with it. */
    boolean isForgotten() {
        return !isWanted() && (atBroker == AtBroker.ABSENT || (atBroker == AtBroker.REFUSED && !doubtful));
    }
}
