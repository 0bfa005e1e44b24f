// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.transport.loop.OwnerLoop;

/** A filter that lives on a lane, and who wants its messages. */
final class FilterSubscribers {
    private final TopicFilter filter;
    private final SubscriberSet subscribers = new SubscriberSet();

    FilterSubscribers(TopicFilter filter) {
        this.filter = filter;
    }

    TopicFilter filter() {
        return filter;
    }

    void add(Subscriber subscriber) {
        subscribers.add(subscriber);
    }

    void remove(Subscriber subscriber) {
        subscribers.remove(subscriber);
    }

    boolean isEmpty() {
        return subscribers.isEmpty();
    }

    /** Offers the message to every subscriber, each on its own loop; those that live here, on the calling loop, at once. */
    void deliver(Delivery delivery, OwnerLoop here, Custody custody) {
        Map<OwnerLoop, List<Subscriber>> elsewhere = new HashMap<>(4);
        subscribers.forEach(subscriber -> {
            if (subscriber.loop() == here) {
                hand(delivery, subscriber);
            } else {
                elsewhere
                        .computeIfAbsent(subscriber.loop(), loop -> new ArrayList<>(1))
                        .add(subscriber);
            }
        });
        elsewhere.forEach((loop, group) -> {
            custody.expectOneMore();
            loop.execute(() -> {
                group.forEach(subscriber -> hand(delivery, subscriber));
                custody.taken();
            });
        });
    }

    /** Whatever one subscriber does, the others get the message, and the broker its acknowledgement: else it soon sends no more. */
    private static void hand(Delivery delivery, Subscriber subscriber) {
        Reactions.run(subscriber.loop(), () -> subscriber.onDelivery(delivery));
    }
}
