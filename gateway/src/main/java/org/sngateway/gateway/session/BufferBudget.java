// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.concurrent.atomic.AtomicLong;

/** How many octets may wait for all devices together. Shared by all shards; takes no lock. */
public final class BufferBudget {
    private volatile long limitOctets;
    private final AtomicLong usedOctets = new AtomicLong();

    public BufferBudget(long limitOctets) {
        this.limitOctets = limitOctets;
    }

    /** How many octets may wait. */
    public long limitOctets() {
        return limitOctets;
    }

    /** Sets another limit; what waits stays. Any thread. */
    public void setLimit(long newLimitOctets) {
        limitOctets = newLimitOctets;
    }

    boolean tryTake(int octets) {
        if (usedOctets.addAndGet(octets) <= limitOctets) {
            return true;
        }
        usedOctets.addAndGet(-octets);
        return false;
    }

    /** Takes what cannot be refused. */
    void take(int octets) {
        usedOctets.addAndGet(octets);
    }

    void giveBack(int octets) {
        usedOctets.addAndGet(-octets);
    }

    /** Octets that wait now. */
    public long usedOctets() {
        return usedOctets.get();
    }
}
