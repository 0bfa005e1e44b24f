// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what was not kept, by its cause. For any thread. */
final class RefusalCounts {
    private final ConcurrentHashMap<RefusalCause, Long> counts = new ConcurrentHashMap<>();

    RefusalCounts() {
        for (RefusalCause cause : RefusalCause.values()) {
            counts.put(cause, 0L);
        }
    }

    void count(RefusalCause cause) {
        counts.merge(cause, 1L, Long::sum);
    }

    /** A change that was accepted and then failed. */
    void count(WriteFailure failure) {
        count(
                switch (failure) {
                    case FULL -> RefusalCause.FULL;
                    case DATABASE_FAILED -> RefusalCause.FAILED;
                    case CLOSED -> RefusalCause.CLOSED;
                });
    }

    /** With every cause. */
    Map<RefusalCause, Long> snapshot() {
        return Map.copyOf(counts);
    }
}
