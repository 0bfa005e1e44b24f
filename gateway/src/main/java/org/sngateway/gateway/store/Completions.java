// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects what is to be told about one batch and tells it with one task for each executor, in the order it was added. */
final class Completions {
    private static final Logger LOG = LoggerFactory.getLogger(Completions.class);

    private record Outcome(WriteListener listener, @Nullable WriteFailure failure) {}

    private final IdentityHashMap<Executor, List<Outcome>> byLoop = new IdentityHashMap<>();

    /** @param failure null when it is durable */
    void add(PendingWrite write, @Nullable WriteFailure failure) {
        if (write.loop() != null && write.listener() != null) {
            byLoop.computeIfAbsent(write.loop(), loop -> new ArrayList<>()).add(new Outcome(write.listener(), failure));
        }
    }

    void tell() {
        byLoop.forEach((loop, outcomes) -> post(loop, () -> outcomes.forEach(Completions::tell)));
        byLoop.clear();
    }

    private static void tell(Outcome outcome) {
        try {
            if (outcome.failure == null) {
                outcome.listener.onDurable();
            } else {
                outcome.listener.onFailed(outcome.failure);
            }
        } catch (RuntimeException e) { // the ones after it wait for their own
            LOG.error("a listener failed", e);
        }
    }

    /** Runs {@code task} on {@code loop}, unless that has ended. */
    static void post(Executor loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("nobody is left to be told", e);
        }
    }
}
