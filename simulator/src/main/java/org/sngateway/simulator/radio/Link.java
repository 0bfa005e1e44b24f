// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.radio;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * One direction of one node's radio link: decides what becomes of each frame. Without a clock and with chance of its own, so that the same
 * seed and the same frames mean the same fates.
 */
final class Link {
    /** The most copies that one frame can arrive in. */
    static final int MAX_COPIES = 2;

    /** What waits longer than this for the link to be free does not fit the node's buffer and is lost. */
    static final long MAX_WAITING_NANOS = Duration.ofSeconds(5).toNanos();

    private final Impairments quality;
    private final RadioCounts.Direction counts;
    private final SplittableRandom random;
    private boolean isBad;
    private long freeAtNanos;

    Link(Impairments quality, RadioCounts.Direction counts, long seed) {
        this.quality = quality;
        this.counts = counts;
        this.random = new SplittableRandom(seed);
    }

    /**
     * A frame is sent.
     *
     * @param delaysNanos gets the time after which each copy arrives, {@value #MAX_COPIES} at most
     * @return how many copies arrive, 0 when the frame is lost
     */
    int carry(long nowNanos, int octets, long[] delaysNanos) {
        counts.frames.increment();
        long waited = waitForAir(nowNanos, octets);
        if (waited < 0 || isLost()) {
            counts.lost.increment();
            return 0;
        }
        delaysNanos[0] = waited + travelNanos();
        if (!happens(quality.duplication())) {
            return 1;
        }
        counts.duplicated.increment();
        delaysNanos[1] = waited + travelNanos();
        return 2;
    }

    /** Until the frame has left; negative when there is no room for it. What is lost on the way has taken its time, too. */
    private long waitForAir(long nowNanos, int octets) {
        if (quality.bitsPerSecond() == 0) {
            return 0;
        }
        long begins = Math.max(nowNanos, freeAtNanos);
        if (begins - nowNanos > MAX_WAITING_NANOS) {
            return -1;
        }
        freeAtNanos = begins + Math.round(octets * 8e9 / quality.bitsPerSecond());
        return freeAtNanos - nowNanos;
    }

    private boolean isLost() {
        Impairments.Bursts bursts = quality.bursts();
        isBad = isBad ? !happens(bursts.end()) : happens(bursts.begin());
        return happens(quality.loss()) || (isBad && happens(bursts.loss()));
    }

    private long travelNanos() {
        long nanos = quality.delay().toNanos();
        long jitter = quality.jitter().toNanos();
        if (jitter > 0) {
            nanos += random.nextLong(jitter + 1);
        }
        if (happens(quality.reordering())) {
            counts.heldBack.increment();
            nanos += quality.holdBack().toNanos();
        }
        return nanos;
    }

    /** What never happens takes nothing from the sequence of chance. */
    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }
}
