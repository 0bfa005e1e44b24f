// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

/** The tokens of one device. Confined to the loop of its owner. */
public final class TokenBucket {
    private long dueNanos;

    /** A full one. */
    public TokenBucket(long nowNanos) {
        dueNanos = nowNanos;
    }

    /** Takes a token, if there is one at this rate. */
    public boolean take(Rate rate, long nowNanos) {
        if (!rate.hasToken(dueNanos, nowNanos)) {
            return false;
        }
        dueNanos = rate.afterToken(dueNanos, nowNanos);
        return true;
    }
}
