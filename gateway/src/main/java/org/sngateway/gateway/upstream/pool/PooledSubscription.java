// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerTopics;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One filter of one device, from SUBSCRIBE to UNSUBSCRIBE. When the device subscribes the same filter again after it has ended the
 * first, that is another one: what is still on its way for the first is told by its identity. What can change is confined to the
 * device's loop.
 */
final class PooledSubscription {
    private final PooledDevice device;
    private final TopicFilter filter;
    private final boolean shared;

    /** What the device asked for, the last time. */
    Qos requested;
    /** Null until the broker has answered. */
    @Nullable
    Qos grantedToGateway;
    /** Who waits for the answer. */
    @Nullable
    SubscribeListener asking;
    /** Its place among the device's subscriptions in the order in which the broker began to deliver; 0 while it does not. */
    long rank;
    /** The device's other subscriptions that match some topic of this one; null when there are none. */
    @Nullable
    List<PooledSubscription> rivals;
    /** The retained messages it still waits for. */
    @Nullable
    RetainedRequest retained;

    boolean ended;

    PooledSubscription(PooledDevice device, TopicFilter filter, Qos requested, @Nullable SubscribeListener asking) {
        this.device = device;
        this.filter = filter;
        this.shared = BrokerTopics.isShared(filter);
        this.requested = requested;
        this.asking = asking;
    }

    // ---- from any thread

    PooledDevice device() {
        return device;
    }

    TopicFilter filter() {
        return filter;
    }

    /** Whether each message goes to one member of a group. */
    boolean isShared() {
        return shared;
    }

    OwnerLoop loop() {
        return device.loop();
    }

    // ---- on the device's loop

    /** Whether the broker delivers because of it. */
    boolean isLive() {
        return rank != 0;
    }

    /** What its messages are delivered with at most. */
    Qos granted() {
        return grantedToGateway == null ? requested : requested.min(grantedToGateway);
    }

    /** Whether of two copies of a message this one's is taken: the one the broker granted more to, of equals the first. */
    boolean rulesOver(PooledSubscription other) {
        int mine = levelAtBroker();
        int others = other.levelAtBroker();
        return mine > others || (mine == others && rank < other.rank);
    }

    private int levelAtBroker() {
        return (grantedToGateway == null ? Qos.EXACTLY_ONCE : grantedToGateway).level();
    }
}
