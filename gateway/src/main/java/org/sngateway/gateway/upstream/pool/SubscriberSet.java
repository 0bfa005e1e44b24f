// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.upstream.Subscriber;

/** The subscribers of one filter, in the order they came. Most filters have one, which takes a field; a set is there for more. */
final class SubscriberSet {
    private @Nullable Subscriber only;
    private @Nullable Set<Subscriber> several;

    /** Whether {@code subscriber} was not in it. */
    boolean add(Subscriber subscriber) {
        if (several != null) {
            return several.add(subscriber);
        }
        if (only == subscriber) {
            return false;
        }
        if (only == null) {
            only = subscriber;
        } else {
            several = new LinkedHashSet<>(4);
            several.add(only);
            several.add(subscriber);
            only = null;
        }
        return true;
    }

    /** Whether {@code subscriber} was in it. */
    boolean remove(Subscriber subscriber) {
        if (several == null) {
            boolean had = only == subscriber;
            only = had ? null : only;
            return had;
        }
        boolean had = several.remove(subscriber);
        if (several.size() == 1) {
            only = several.iterator().next();
            several = null;
        }
        return had;
    }

    boolean isEmpty() {
        return only == null && several == null;
    }

    void forEach(Consumer<? super Subscriber> action) {
        if (several != null) {
            several.forEach(action);
        } else if (only != null) {
            action.accept(only);
        }
    }
}
