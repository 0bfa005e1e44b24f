// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.sngateway.gateway.observe.Refusal;

/**
 * Which refusals are worth a log line: of each reason the first, and while they go on one after 1 s, 2 s, 4 s and so on, in the end one a
 * minute. A flood of them would say nothing more, and bury the rest. Confined to one loop.
 */
final class RefusalLog {
    /** This one is left out. */
    static final long QUIET = -1;

    private static final long FIRST_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LAST_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    /** What is known of one reason. */
    private static final class Burst {
        private long lastNanos;
        private long lastLoggedNanos;
        private long intervalNanos;
        private long leftOut;
    }

    private final Map<Refusal, Burst> bursts = new EnumMap<>(Refusal.class);

    /** How many were left out since the last one that was not, or {@link #QUIET}. */
    long take(Refusal reason, long nowNanos) {
        Burst burst = bursts.get(reason);
        if (burst == null) {
            burst = new Burst();
            bursts.put(reason, burst);
            return log(burst, FIRST_INTERVAL_NANOS, nowNanos);
        }
        boolean over = nowNanos - burst.lastNanos >= LAST_INTERVAL_NANOS;
        burst.lastNanos = nowNanos;
        if (over) {
            return log(burst, FIRST_INTERVAL_NANOS, nowNanos);
        }
        if (nowNanos - burst.lastLoggedNanos < burst.intervalNanos) {
            burst.leftOut++;
            return QUIET;
        }
        return log(burst, Math.min(2 * burst.intervalNanos, LAST_INTERVAL_NANOS), nowNanos);
    }

    private static long log(Burst burst, long intervalNanos, long nowNanos) {
        long leftOut = burst.leftOut;
        burst.leftOut = 0;
        burst.lastNanos = nowNanos;
        burst.lastLoggedNanos = nowNanos;
        burst.intervalNanos = intervalNanos;
        return leftOut;
    }
}
