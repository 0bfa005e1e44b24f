// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.transport.loop.OwnerLoop;

/** Runs what others do in reaction to the broker. */
public final class Reactions {
    private Reactions() {}

    /**
     * Runs {@code reaction}; what it throws is reported by {@code loop} as if it were a task of its own, and stops nothing that the
     * caller has still to do.
     */
    public static void run(OwnerLoop loop, Runnable reaction) {
        try {
            reaction.run();
        } catch (RuntimeException | Error failure) {
            loop.execute(() -> {
                throw failure;
            });
        }
    }
}
