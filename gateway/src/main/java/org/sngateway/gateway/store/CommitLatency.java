// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.time.Duration;
import java.util.List;

/**
 * How long transactions took, from the first change to the end of the commit.
 *
 * @param counts how many ended within each of {@link #BOUNDS} and not within the one before; a last one for those that took longer
 * @param total the time of all of them together
 * @param last the time of the last one
 */
public record CommitLatency(List<Long> counts, Duration total, Duration last) {
    /** Upper bounds of the buckets. */
    public static final List<Duration> BOUNDS = List.of(
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(20),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10));

    public CommitLatency {
        counts = List.copyOf(counts);
    }
}
