// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The subscriptions to one filter, in the order they came. Most filters have one, which takes a field; a set is there for more. */
final class SubscriberSet {
    private @Nullable PooledSubscription only;
    private @Nullable Set<PooledSubscription> several;

    /** Whether {@code subscription} was not in it. */
    boolean add(PooledSubscription subscription) {
        if (several != null) {
            return several.add(subscription);
        }
        if (only == subscription) {
            return false;
        }
        if (only == null) {
            only = subscription;
        } else {
            several = new LinkedHashSet<>(4);
            several.add(only);
            several.add(subscription);
            only = null;
        }
        return true;
    }

    /** Whether {@code subscription} was in it. */
    boolean remove(PooledSubscription subscription) {
        if (several == null) {
            boolean had = only == subscription;
            only = had ? null : only;
            return had;
        }
        boolean had = several.remove(subscription);
        if (several.size() == 1) {
            only = several.iterator().next();
            several = null;
        }
        return had;
    }

    boolean isEmpty() {
        return only == null && several == null;
    }

    void forEach(Consumer<? super PooledSubscription> action) {
        if (several != null) {
            several.forEach(action);
        } else if (only != null) {
            action.accept(only);
        }
    }

    /**
     * The one whose turn it is: the first that is {@code preferred}, or, when none is, the first that is {@code possible}; it goes to the
     * end. Null when there is none.
     */
    @Nullable
    PooledSubscription takeTurn(
            Predicate<? super PooledSubscription> possible, Predicate<? super PooledSubscription> preferred) {
        if (several == null) {
            return only != null && possible.test(only) ? only : null;
        }
        PooledSubscription chosen = null;
        for (PooledSubscription candidate : several) {
            if (possible.test(candidate)) {
                if (preferred.test(candidate)) {
                    chosen = candidate;
                    break;
                }
                chosen = chosen == null ? candidate : chosen;
            }
        }
        if (chosen != null) {
            several.remove(chosen);
            several.add(chosen);
        }
        return chosen;
    }
}
