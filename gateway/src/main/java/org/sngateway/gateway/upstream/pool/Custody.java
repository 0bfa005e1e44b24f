// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Acknowledges a broker's message once every loop it went to has taken it. Starts with one party, the lane itself. Used from
 * several loops.
 */
final class Custody {
    private final AtomicInteger missing = new AtomicInteger(1);
    private final Runnable acknowledge;

    Custody(Runnable acknowledge) {
        this.acknowledge = acknowledge;
    }

    void expectOneMore() {
        missing.incrementAndGet();
    }

    void taken() {
        if (missing.decrementAndGet() == 0) {
            acknowledge.run();
        }
    }
}
