// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.radio;

import java.time.Duration;

/**
 * Times in which nothing gets through for any node, in either direction.
 *
 * @param length how long each lasts, 0 or more; 0 for none
 * @param every from the end of one to the end of the next, more than {@code length}; the first ends after this time
 */
public record Blackouts(Duration length, Duration every) {
    /** The air is never silent. */
    public static final Blackouts NONE = new Blackouts(Duration.ZERO, Duration.ofSeconds(1));

    public Blackouts {
        if (length.isNegative() || every.compareTo(length) <= 0) {
            throw new IllegalArgumentException("a blackout of " + length + " in every " + every + " never ends");
        }
    }

    /** @param nowNanos since the beginning of the run */
    boolean isDarkAt(long nowNanos) {
        long period = every.toNanos();
        return nowNanos % period >= period - length.toNanos();
    }
}
