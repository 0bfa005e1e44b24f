// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.time.Duration;

/** The one place of this package that reads time or waits for it. */
final class LoadClock {
    private LoadClock() {}

    /** Monotonic nanoseconds; only differences mean anything. */
    static long nanos() {
        return System.nanoTime();
    }

    static void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }
}
