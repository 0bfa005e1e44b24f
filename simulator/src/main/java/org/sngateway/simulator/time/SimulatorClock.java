// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.time;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Monotonic time since this clock was made, so that readings are never negative and compare with {@code <}. */
public final class SimulatorClock {
    /** A time that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    private final long originNanos = System.nanoTime();

    /** Nanoseconds since this clock was made, 0 or more. */
    public long nanoTime() {
        return System.nanoTime() - originNanos;
    }

    /**
     * Blocks the calling thread; not for event loops.
     *
     * @throws InterruptedException when the thread is interrupted
     */
    public void pause(Duration duration) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    }
}
