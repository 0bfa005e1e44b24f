// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.transport.loop.OwnerLoop;

/** A device that remembers what it is told, on its own loop only. */
final class FakeSubscriber implements Subscriber {
    final List<Delivery> deliveries = new ArrayList<>();
    final List<String> answers = new ArrayList<>();
    boolean failing;
    /** How often it has been compared with another. */
    int comparisons;

    private final OwnerLoop loop;

    FakeSubscriber(OwnerLoop loop) {
        this.loop = loop;
    }

    @Override
    public OwnerLoop loop() {
        return loop;
    }

    @Override
    public void onDelivery(Delivery delivery) {
        loop.assertOwner();
        deliveries.add(delivery);
        if (failing) {
            throw new IllegalStateException("subscriber fails");
        }
    }

    /** Topic and filter of what was delivered. */
    List<String> delivered() {
        return deliveries.stream()
                .map(delivery -> delivery.topic() + " via " + delivery.via().value())
                .toList();
    }

    /** A listener that notes the answer as {@code name: answer}. */
    SubscribeListener noting(String name) {
        return new SubscribeListener() {
            @Override
            public void onGranted(Qos granted) {
                loop.assertOwner();
                answers.add(name + ": " + granted);
            }

            @Override
            public void onRefused(PublishOutcome outcome) {
                loop.assertOwner();
                answers.add(name + ": " + outcome);
            }
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        comparisons++;
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
