// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicFilter;

/** The subscriptions of one device, in the order in which they were made. */
final class Subscriptions {
    private final Map<TopicFilter, Subscription> byFilter = new LinkedHashMap<>(4);

    @Nullable
    Subscription get(TopicFilter filter) {
        return byFilter.get(filter);
    }

    void add(Subscription subscription) {
        byFilter.put(subscription.filter(), subscription);
    }

    void remove(TopicFilter filter) {
        byFilter.remove(filter);
    }

    int size() {
        return byFilter.size();
    }

    Collection<Subscription> all() {
        return List.copyOf(byFilter.values());
    }

    /** The subscription of exactly this topic, or null. */
    @Nullable
    Subscription named(String topic) {
        for (Subscription candidate : byFilter.values()) {
            if (candidate.filter().value().equals(topic)) {
                return candidate;
            }
        }
        return null;
    }

    /**
     * Whether the device takes this copy of a message. Each matching filter brings one copy; the device takes the one of the filter
     * with the highest granted QoS, of several the first that it subscribed. A retained message is sent because of one new
     * subscription and is taken from that.
     */
    boolean takes(Subscription via, String topic, boolean retained) {
        if (retained || byFilter.size() == 1) {
            return true;
        }
        Subscription best = null;
        for (Subscription candidate : byFilter.values()) {
            boolean counts = candidate == via
                    || (candidate.state() == Subscription.State.GRANTED
                            && candidate.filter().matches(topic));
            if (counts
                    && (best == null
                            || candidate.granted().level() > best.granted().level())) {
                best = candidate;
            }
        }
        return best == via;
    }
}
