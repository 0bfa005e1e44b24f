// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One SUBSCRIBE of a device that waits for its retained messages. Remembers, on the device's loop, which topics it needs no more: those
 * delivered live since, of which a retained message might be older, and those it has had.
 */
final class RetainedRequest {
    /** Beyond it a topic may be delivered retained although there has been something newer. */
    static final int MAX_TOPICS = 1000;

    private final PooledSubscription subscription;
    private @Nullable Set<String> done;
    private boolean ended;

    RetainedRequest(PooledSubscription subscription) {
        this.subscription = subscription;
    }

    // ---- from any thread

    PooledSubscription subscription() {
        return subscription;
    }

    TopicFilter filter() {
        return subscription.filter();
    }

    OwnerLoop loop() {
        return subscription.loop();
    }

    // ---- on the device's loop

    /** A message on {@code topic} goes to the device, live or retained; whether it is the first since the SUBSCRIBE. */
    boolean note(String topic) {
        if (done == null) {
            done = new HashSet<>(4);
        }
        return done.size() < MAX_TOPICS ? done.add(topic) : !done.contains(topic);
    }

    /** Nothing more is delivered because of it. */
    void end() {
        ended = true;
        done = null;
    }

    boolean hasEnded() {
        return ended;
    }
}
