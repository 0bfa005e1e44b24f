// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one log line of a kind pass in a second, and says how many did not. Any thread. */
final class RareLog {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int QUIET = -1;

    private final AtomicLong lastNanos;
    private final AtomicInteger notLogged = new AtomicInteger();

    RareLog(long nowNanos) {
        lastNanos = new AtomicLong(nowNanos - INTERVAL_NANOS);
    }

    /** How many lines were held back since the last one; negative when this one is held back, too. */
    int take(long nowNanos) {
        long last = lastNanos.get();
        if (nowNanos - last < INTERVAL_NANOS || !lastNanos.compareAndSet(last, nowNanos)) {
            notLogged.incrementAndGet();
            return QUIET;
        }
        return notLogged.getAndSet(0);
    }
}
