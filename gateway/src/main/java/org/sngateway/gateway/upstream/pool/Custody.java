// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Acknowledges a broker's message once every device it went to has taken it. Starts with one party, the lane itself. Used from
 * several loops.
 */
final class Custody {
    /**
     * Whom the message is handed to.
     *
     * @param taken to be run when it has been taken
     */
    record Entrusted<T>(T to, Runnable taken) {}

    /** Taking a share more than once is taking it once: a device may fail after it has taken the message. */
    private final class Share extends AtomicBoolean implements Runnable {
        private static final long serialVersionUID = 1L;

        @Override
        public void run() {
            if (compareAndSet(false, true)) {
                taken();
            }
        }
    }

    private final AtomicInteger missing = new AtomicInteger(1);
    private final Runnable acknowledge;

    Custody(Runnable acknowledge) {
        this.acknowledge = acknowledge;
    }

    /** One more party has to take the message. */
    <T> Entrusted<T> entrustTo(T party) {
        missing.incrementAndGet();
        return new Entrusted<>(party, new Share());
    }

    /** The lane has handed it to everybody. */
    void taken() {
        if (missing.decrementAndGet() == 0) {
            acknowledge.run();
        }
    }
}
