// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import java.util.concurrent.atomic.AtomicLong;

/** Tokens that all shards take from. Any thread; takes no lock. */
public final class SharedBucket {
    private final AtomicLong dueNanos;

    /** A full one. */
    public SharedBucket(long nowNanos) {
        dueNanos = new AtomicLong(nowNanos);
    }

    /** Takes a token, if there is one at this rate. */
    public boolean take(Rate rate, long nowNanos) {
        while (true) {
            long due = dueNanos.get();
            if (!rate.hasToken(due, nowNanos)) {
                return false;
            }
            if (dueNanos.compareAndSet(due, rate.afterToken(due, nowNanos))) {
                return true;
            }
        }
    }
}
