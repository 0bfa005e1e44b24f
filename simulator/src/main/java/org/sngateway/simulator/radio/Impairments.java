// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.radio;

import java.time.Duration;

/**
 * What one direction of a radio link does to frames.
 *
 * @param loss probability that a frame is lost, 0..1
 * @param duplication probability that a frame that is not lost arrives twice, 0..1
 * @param reordering probability that a frame is held back for {@code holdBack}, so that those after it overtake it, 0..1
 * @param holdBack how long that is, 0 or more
 * @param delay how long every frame takes, 0 or more
 * @param jitter how much longer it takes at most, evenly spread, 0 or more; frames overtake each other when it is long
 * @param bursts loss that comes in bursts
 * @param bitsPerSecond what the link carries, more than 0; 0 for no limit. Frames wait for those before them
 */
public record Impairments(
        double loss,
        double duplication,
        double reordering,
        Duration holdBack,
        Duration delay,
        Duration jitter,
        Bursts bursts,
        long bitsPerSecond) {
    public Impairments {
        probability("loss", loss);
        probability("duplication", duplication);
        probability("reordering", reordering);
        if (holdBack.isNegative() || delay.isNegative() || jitter.isNegative() || bitsPerSecond < 0) {
            throw new IllegalArgumentException("times and bandwidth may not be negative");
        }
    }

    /**
     * The model of Gilbert and Elliott: a link is good or bad, and changes with each frame by chance.
     *
     * @param begin probability that a good link is bad from this frame on, 0..1
     * @param end probability that a bad link is good from this frame on, 0..1; bursts are 1/end frames long on average
     * @param loss probability that a frame is lost while the link is bad, 0..1
     */
    public record Bursts(double begin, double end, double loss) {
        /** The link is always good. */
        public static final Bursts NONE = new Bursts(0, 1, 0);

        public Bursts {
            probability("begin", begin);
            probability("end", end);
            probability("loss", loss);
        }
    }

    private static void probability(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is 0..1");
        }
    }

    /** Whether frames arrive as they are sent. */
    public boolean isHarmless() {
        return loss == 0
                && duplication == 0
                && reordering == 0
                && delay.isZero()
                && jitter.isZero()
                && bursts.equals(Bursts.NONE)
                && bitsPerSecond == 0;
    }
}
