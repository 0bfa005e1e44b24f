// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import java.util.concurrent.TimeUnit;

/**
 * So many in a second; what one second may bring may also come all at once.
 *
 * <p>A bucket is one number, when its last token would be due if tokens were handed out evenly: the time it is in the past says nothing (the
 * bucket is full), the time it is in the future says how many tokens are missing.
 *
 * @param perSecond 1..1000000
 */
public record Rate(int perSecond) {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    public Rate {
        if (perSecond < 1 || perSecond > 1_000_000) {
            throw new IllegalArgumentException("perSecond is " + perSecond + ", allowed is 1..1000000");
        }
    }

    private long nanosPerToken() {
        return SECOND_NANOS / perSecond;
    }

    /** Whether a bucket with this due time has a token left. */
    boolean hasToken(long dueNanos, long nowNanos) {
        return dueNanos - nowNanos <= (perSecond - 1) * nanosPerToken();
    }

    /** The due time of that bucket when the token is taken. */
    long afterToken(long dueNanos, long nowNanos) {
        return (dueNanos - nowNanos < 0 ? nowNanos : dueNanos) + nanosPerToken();
    }
}
