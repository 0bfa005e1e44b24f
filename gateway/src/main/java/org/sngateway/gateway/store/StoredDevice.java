// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.List;

/**
 * A session with all its parts.
 *
 * @param subscriptions in the order of their positions
 * @param topicIds in the order of the ids
 * @param deliveries in the order of the queue
 */
public record StoredDevice(
        StoredSession session,
        List<StoredSubscription> subscriptions,
        List<StoredTopicId> topicIds,
        List<StoredExchange> exchanges,
        List<StoredDelivery> deliveries) {
    public StoredDevice {
        subscriptions = List.copyOf(subscriptions);
        topicIds = List.copyOf(topicIds);
        exchanges = List.copyOf(exchanges);
        deliveries = List.copyOf(deliveries);
    }
}
