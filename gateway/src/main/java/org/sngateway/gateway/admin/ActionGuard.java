// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.observe.GatewayCounters;

/**
 * Who may act: whoever has the token. Those who do not are counted, and logged once a minute at most, without what they sent. May be used
 * from any thread.
 */
final class ActionGuard {
    private static final long LOG_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();
    private static final String SCHEME = "Bearer ";

    private static final Logger log = LoggerFactory.getLogger(ActionGuard.class);

    private final AdminToken token;
    private final GatewayCounters counters;
    private final LongSupplier nanoClock;

    private boolean logged;
    private long loggedNanos;
    private long leftOut;

    ActionGuard(AdminToken token, GatewayCounters counters, LongSupplier nanoClock) {
        this.token = token;
        this.counters = counters;
        this.nanoClock = nanoClock;
    }

    /** Why nobody may act; empty when the token may. */
    String whyOff() {
        return token.whyOff();
    }

    /** Whether an {@code Authorization} header has the token (RFC 6750 §2.1). */
    boolean admits(String authorization) {
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && token.matches(authorization.substring(SCHEME.length()).strip());
    }

    void onTaken() {
        counters.actionsTaken.increment();
    }

    /** @param path what was asked for, as the routes write it */
    void onRefused(String path, InetSocketAddress from) {
        counters.actionsUnauthorised.increment();
        long more = loggable();
        if (more >= 0) {
            log.atWarn()
                    .addKeyValue("path", path)
                    .addKeyValue("from", from)
                    .addKeyValue("leftOut", more)
                    .log("a request without the right token was refused");
        }
    }

    /** How many were not logged since the last one that was; negative when this one is not either. */
    private synchronized long loggable() {
        long now = nanoClock.getAsLong();
        if (logged && now - loggedNanos < LOG_INTERVAL_NANOS) {
            leftOut++;
            return -1;
        }
        long more = leftOut;
        logged = true;
        loggedNanos = now;
        leftOut = 0;
        return more;
    }
}
