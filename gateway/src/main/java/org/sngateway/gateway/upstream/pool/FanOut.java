// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.loop.OwnerLoop;

/** Does the same with many things that live on different loops: at once with those that live here, in one task for each other loop. */
final class FanOut<T> {
    private final OwnerLoop here;
    private final Consumer<T> action;
    private @Nullable Map<OwnerLoop, List<T>> elsewhere;

    FanOut(OwnerLoop here, Consumer<T> action) {
        this.here = here;
        this.action = action;
    }

    void to(OwnerLoop loop, T one) {
        if (loop == here) {
            action.accept(one);
            return;
        }
        if (elsewhere == null) {
            elsewhere = new HashMap<>(4);
        }
        elsewhere.computeIfAbsent(loop, first -> new ArrayList<>(1)).add(one);
    }

    /** To be called once, after the last. */
    void post() {
        if (elsewhere != null) {
            elsewhere.forEach((loop, group) -> loop.execute(() -> group.forEach(action)));
        }
    }
}
