// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.radio;

import java.util.concurrent.atomic.LongAdder;

/** What the air has done to frames so far. Any thread. */
public final class RadioCounts {
    final Direction up = new Direction();
    final Direction down = new Direction();

    /** One direction. */
    static final class Direction {
        final LongAdder frames = new LongAdder();
        final LongAdder lost = new LongAdder();
        final LongAdder duplicated = new LongAdder();
        final LongAdder heldBack = new LongAdder();

        private Figures figures() {
            return new Figures(frames.sum(), lost.sum(), duplicated.sum(), heldBack.sum());
        }
    }

    /**
     * One direction's figures.
     *
     * @param frames sent by the sender
     * @param lost of these, that never arrived
     * @param duplicated of these, that arrived twice
     * @param heldBack copies that were held back for others to overtake them
     */
    public record Figures(long frames, long lost, long duplicated, long heldBack) {}

    /** From the nodes to the gateway. */
    public Figures up() {
        return up.figures();
    }

    /** From the gateway to the nodes. */
    public Figures down() {
        return down.figures();
    }
}
