// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;

/** Connections of devices that are lost at about the same time. */
final class LossBurst {
    /** From the first to the last. */
    static final Duration LENGTH = Duration.ofSeconds(5);

    /** So many may be lost for reasons of their own, however few connections there are. */
    private static final int FEW = 2;

    /** One in so many may. */
    private static final int PART = 20;

    private final long beganNanos;
    private int connections;

    LossBurst(long nowNanos) {
        this.beganNanos = nowNanos;
    }

    boolean isOver(long nowNanos) {
        return nowNanos - beganNanos > LENGTH.toNanos();
    }

    /** Counts a connection. */
    void add() {
        connections++;
    }

    /**
     * Whether the network or the broker is to blame, rather than each device's own fate.
     *
     * @param all how many connections there are
     */
    boolean isOfMany(int all) {
        return connections > Math.max(FEW, all / PART);
    }
}
