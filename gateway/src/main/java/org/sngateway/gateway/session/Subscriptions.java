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

    /**
     * The subscription of exactly this topic, or null.
     *
     * @param topic without the prefix
     */
    @Nullable
    Subscription named(String topic) {
        for (Subscription candidate : byFilter.values()) {
            if (topic.equals(candidate.exactTopic())) {
                return candidate;
            }
        }
        return null;
    }
}
