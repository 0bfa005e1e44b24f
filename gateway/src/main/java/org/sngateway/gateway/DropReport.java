// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.transport.Transport;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Says in the log, at most once a minute and listener, when the operating system has dropped datagrams because a receive buffer was
 * full. Reads the figures on a thread of the common pool, since they come from a file.
 */
final class DropReport implements Runnable {
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(DropReport.class);

    private final OwnerLoop loop;
    private final List<Transport> transports;
    private final List<String> addresses;
    private final long[] reported;

    DropReport(OwnerLoop loop, List<Transport> transports, List<String> addresses) {
        this.loop = loop;
        this.transports = transports;
        this.addresses = List.copyOf(addresses);
        this.reported = new long[transports.size()];
    }

    /** On the loop: waits, reads, reports, and begins again. */
    @Override
    public void run() {
        loop.after(INTERVAL, () -> {
            var unused = CompletableFuture.runAsync(this::report).whenComplete((done, failure) -> loop.execute(this));
        });
    }

    private void report() {
        for (int i = 0; i < reported.length; i++) {
            long drops = transports.get(i).stats().kernelDrops();
            if (drops > reported[i]) {
                log.atWarn()
                        .addKeyValue("listener", addresses.get(i))
                        .addKeyValue("datagrams", drops - reported[i])
                        .log(
                                "the kernel dropped datagrams: the receive buffer was full; raise listeners[].receive-buffer");
                reported[i] = drops;
            }
        }
    }
}
