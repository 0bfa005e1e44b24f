// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.sngateway.codec.text.MessageText;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.Refusal;
import org.sngateway.transport.loop.OwnerLoop;

/** Counts what one shard does not admit, and logs it once for each burst. Confined to its loop. */
final class Refusals {
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private final OwnerLoop loop;
    private final GatewayCounters counters;
    private final RefusalLog lines = new RefusalLog();

    Refusals(OwnerLoop loop, GatewayCounters counters) {
        this.loop = loop;
        this.counters = counters;
    }

    /**
     * One more.
     *
     * @param clientId whose it was; null when that is not known
     * @param address where it came from; null when the client id says enough
     * @param what was refused; null when the reason says it
     */
    void add(Refusal reason, @Nullable String clientId, @Nullable Object address, @Nullable String what) {
        counters.countRefusal(reason);
        long leftOut = lines.take(reason, loop.nanoTime());
        Level level = leftOut == RefusalLog.QUIET ? Level.DEBUG : Level.INFO;
        if (!log.isEnabledForLevel(level)) {
            return;
        }
        LoggingEventBuilder line = log.atLevel(level).addKeyValue("reason", reason);
        if (clientId != null) {
            line = line.addKeyValue("device", MessageText.ofText(clientId));
        }
        if (address != null) {
            line = line.addKeyValue("address", address);
        }
        if (what != null) {
            line = line.addKeyValue("what", MessageText.ofText(what));
        }
        if (leftOut > 0) {
            line = line.addKeyValue("notLogged", leftOut);
        }
        line.log("refused");
    }
}
