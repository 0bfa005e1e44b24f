// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.util.concurrent.atomic.AtomicLong;

/** How many octets may be on their way to the broker, over all devices. For any thread. */
final class QueueBudget {
    private final AtomicLong left;

    QueueBudget(long octets) {
        left = new AtomicLong(octets);
    }

    /** Whether they were left, and are taken now. */
    boolean tryTake(long octets) {
        if (left.addAndGet(-octets) >= 0) {
            return true;
        }
        left.addAndGet(octets);
        return false;
    }

    void giveBack(long octets) {
        left.addAndGet(octets);
    }

    long left() {
        return left.get();
    }
}
