// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How many handshakes each source may begin in a second, in a fixed amount of memory: sources share a few thousand slots by their hash.
 * Two sources in one slot share its allowance, which only an attacker with many addresses of its own can bring about. Any thread.
 */
final class SourceLimiter {
    private static final int SLOTS = 8192;
    private static final int IPV6_PREFIX_OCTETS = 8;

    private final int perSecond;
    private final long nanosPerPermit;
    /** When each slot's next permit would be due if permits were handed out evenly; in the past when there are some left. */
    private final long[] dueNanos = new long[SLOTS];

    private boolean used;

    /** @param perSecond permits of each source, which may also be taken all at once; 0 for any number */
    SourceLimiter(int perSecond) {
        this.perSecond = perSecond;
        this.nanosPerPermit = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** Whether {@code source} may begin another one. */
    synchronized boolean allows(InetAddress source, long nowNanos) {
        if (perSecond == 0) {
            return true;
        }
        long oldest = nowNanos - TimeUnit.SECONDS.toNanos(1);
        if (!used) { // nanoTime has no zero
            used = true;
            Arrays.fill(dueNanos, oldest);
        }
        int slot = slot(source);
        long due = dueNanos[slot] - oldest < 0 ? oldest : dueNanos[slot];
        if (due + nanosPerPermit - nowNanos > 0) {
            return false;
        }
        dueNanos[slot] = due + nanosPerPermit;
        return true;
    }

    private static int slot(InetAddress source) {
        byte[] octets = source.getAddress();
        int hash = octets.length == 4
                ? Arrays.hashCode(octets)
                : Arrays.hashCode(Arrays.copyOf(octets, IPV6_PREFIX_OCTETS));
        return (hash * 0x9E3779B9) >>> 19;
    }
}
