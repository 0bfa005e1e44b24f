// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A token bucket for each source, in an amount of memory that does not depend on how many there are: 256 KiB. A source is an IPv4 address
 * or the first 64 bits of an IPv6 address, which is what one subscriber of a provider has.
 *
 * <p>A source has a place in one of four entries, by its hash. When they are taken, the least used gives way: as a rule one whose bucket is
 * full again, which says no more than no entry. So whoever sends from very many sources can make the gateway forget what another source
 * has sent, and by that let it send more; never less.
 *
 * <p>Confined to one loop.
 */
public final class SourceBuckets {
    private static final int WAYS = 4;
    private static final int SETS = 4096;
    private static final int SET_BITS = 12;
    /** Goes before IPv4 addresses: no IPv6 address begins like that but those that stand for IPv4 ones. */
    private static final long IPV4 = 0x0000_FFFFL << Integer.SIZE;

    private final Rate rate;
    private final long[] sources = new long[SETS * WAYS];
    private final long[] dueNanos = new long[SETS * WAYS];

    public SourceBuckets(Rate rate, long nowNanos) {
        this.rate = rate;
        Arrays.fill(dueNanos, nowNanos);
    }

    /** The rate of each source. */
    public Rate rate() {
        return rate;
    }

    /** Takes a token of this source, if it has one. */
    public boolean take(InetAddress address, long nowNanos) {
        long source = sourceOf(address.getAddress());
        int entry = entryOf(source, nowNanos);
        if (!rate.hasToken(dueNanos[entry], nowNanos)) {
            return false;
        }
        dueNanos[entry] = rate.afterToken(dueNanos[entry], nowNanos);
        return true;
    }

    private static long sourceOf(byte[] address) {
        return Octets.isIpv4(address) ? IPV4 | Octets.ipv4(address) : Octets.first(address);
    }

    private int entryOf(long source, long nowNanos) {
        int begin = (int) ((source * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - SET_BITS)) * WAYS;
        int leastUsed = begin;
        for (int entry = begin; entry < begin + WAYS; entry++) {
            if (sources[entry] == source) {
                return entry;
            }
            if (dueNanos[entry] - dueNanos[leastUsed] < 0) {
                leastUsed = entry;
            }
        }
        sources[leastUsed] = source;
        dueNanos[leastUsed] = nowNanos;
        return leastUsed;
    }
}
