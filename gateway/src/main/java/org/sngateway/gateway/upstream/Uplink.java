// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.codec.topic.TopicFilter;

/** One shard's way to the broker. Every method is called on the shard's loop, and answers there. */
public interface Uplink {
    /**
     * Hands a message over. The messages of one uplink reach the broker in the order of the calls. Never blocks, and holds no more
     * than the configured number of messages: beyond it the answer is {@link PublishOutcome#CONGESTION}.
     */
    void publish(UpstreamMessage message, PublishListener listener);

    /**
     * Subscribes {@code filter} for {@code subscriber}, which must not have it already. Deliveries may begin before the answer, and
     * come with any QoS up to what the broker granted: what this subscriber asked for is its own affair.
     */
    void subscribe(Subscriber subscriber, TopicFilter filter, SubscribeListener listener);

    /**
     * Ends a subscription, which {@code subscriber} must have been granted or be waiting for; deliveries already on their way may
     * still arrive.
     */
    void unsubscribe(Subscriber subscriber, TopicFilter filter);

    /** Whether the broker can be reached now. */
    boolean isConnected();
}
