// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Notices that another gateway serves a device, where the broker does not say so: with MQTT 3.1.1 it cannot, with MQTT 5 some do not.
 *
 * <p>Then each end of the one connection is the beginning of the other. A connection counts as taken over when it is lost twice within
 * a short time while the broker is there for the gateway's own connection, and the device is silent here, since it is heard there.
 */
final class TakeOverWatch {
    /** Two gateways that take a session from each other reconnect sooner than this. */
    static final Duration CONTEST = Duration.ofMinutes(1);

    private boolean lostBefore;
    private long lostBeforeNanos;

    private boolean lost;
    private boolean contested;
    private long lostNanos;

    /** A connection is lost that has been there since {@code connectedNanos}. */
    void onLost(long connectedNanos, long nowNanos) {
        lost = true;
        contested = nowNanos - connectedNanos < CONTEST.toNanos();
        lostNanos = nowNanos;
    }

    /**
     * To be asked before the next attempt: whether it is not to be made.
     *
     * @param brokerSinceNanos since when the gateway's own connection has been up; null while it is not
     */
    boolean isTakenOver(long lastHeardNanos, @Nullable Long brokerSinceNanos) {
        if (!lost) {
            return false;
        }
        lost = false;
        boolean alone = brokerSinceNanos != null && brokerSinceNanos - lostNanos < 0;
        boolean again = alone && lostBefore && contested && lastHeardNanos - lostBeforeNanos <= 0;
        lostBefore = alone;
        lostBeforeNanos = lostNanos;
        return again;
    }
}
