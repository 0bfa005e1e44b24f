// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.loop;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The machine's clocks, for rooms that have a thread of their own and no loop. They are handed in, so that tests can put others in their place. */
public final class Clocks {
    private Clocks() {}

    /** Monotonic nanoseconds, on the scale of {@link OwnerLoop#nanoTime}; may be read from any thread. */
    public static LongSupplier monotonic() {
        return System::nanoTime;
    }

    /** The time of day, which jumps when somebody sets it; may be read from any thread. */
    public static InstantSource wall() {
        return InstantSource.system();
    }
}
