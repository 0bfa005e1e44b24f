// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Notices that another gateway serves a device, where the broker does not say so: with MQTT 3.1.1 it cannot, with MQTT 5 some do not.
 *
 * <p>Then each end of the one connection is the beginning of the other. A connection counts as taken over when it is lost twice within
 * a short time while the broker is there for the gateway's own connection, and the device is silent here, since it is heard there.
 * Losses together with those of many other devices do not count: that is the network, or the broker. Unless they go on: all devices may
 * have moved to another gateway.
 */
final class TakeOverWatch {
    /** Two gateways that take a session from each other reconnect sooner than this. */
    static final Duration CONTEST = Duration.ofMinutes(1);

    /** How many losses in a row do not count because they were not the only ones. */
    static final int MAX_EXCUSED = 5;

    private boolean lostBefore;
    private long lostBeforeNanos;

    private boolean lost;
    private boolean contested;
    private long lostNanos;
    private @Nullable LossBurst burst;
    private int excused;

    /**
     * A connection is lost that has been there since {@code connectedNanos}.
     *
     * @param with the losses of other devices at the time
     */
    void onLost(long connectedNanos, long nowNanos, LossBurst with) {
        lost = true;
        burst = with;
        contested = nowNanos - connectedNanos < CONTEST.toNanos();
        lostNanos = nowNanos;
    }

    /**
     * To be asked before the next attempt: whether it is not to be made.
     *
     * @param brokerSinceNanos since when the gateway's own connection has been up; null while it is not
     * @param connections of devices that there are
     */
    boolean isTakenOver(long lastHeardNanos, @Nullable Long brokerSinceNanos, int connections) {
        if (!lost) {
            return false;
        }
        lost = false;
        boolean excuse = burst != null && burst.isOfMany(connections) && excused < MAX_EXCUSED;
        burst = null;
        if (excuse) {
            excused = contested ? excused + 1 : 1;
            lostBefore = false;
            return false;
        }
        boolean alone = brokerSinceNanos != null && brokerSinceNanos - lostNanos < 0;
        boolean again = alone && lostBefore && contested && lastHeardNanos - lostBeforeNanos <= 0;
        lostBefore = alone;
        if (!contested) {
            excused = 0;
        }
        lostBeforeNanos = lostNanos;
        return again;
    }
}
