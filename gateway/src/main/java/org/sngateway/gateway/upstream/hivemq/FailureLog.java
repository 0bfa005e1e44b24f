// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.upstream.BrokerConnection.Identity;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.Disconnection.Cause;

/**
 * Says why there is no connection, without repeating itself: of one of the gateway's own, the first failure of a row for each cause, and
 * every tenth; of those of devices, of which thousands fail together, one for each cause in a minute. Thread-safe.
 */
final class FailureLog {
    static final int EVERY = 10;

    private static final Duration BURST = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(FailureLog.class);

    /** What was said of devices last. */
    private static final class Burst {
        private long beganNanos;
        /** Failures since then that were not said. */
        private long unsaid;

        Burst(long beganNanos) {
            this.beganNanos = beganNanos;
        }
    }

    private final Map<Cause, Burst> bursts = new EnumMap<>(Cause.class);

    /**
     * A connection was lost or could not be made.
     *
     * @param isDue whether it is to be said of one of the gateway's own
     */
    void report(
            Spec spec,
            ServerAddress server,
            Disconnection disconnection,
            boolean wasConnected,
            boolean isDue,
            long nowNanos) {
        boolean ofDevice = spec.identity() instanceof Identity.OfDevice;
        long unsaid = ofDevice ? unsaidBefore(disconnection.cause(), nowNanos) : 0;
        boolean says = ofDevice ? unsaid >= 0 : isDue;
        LoggingEventBuilder line = log.atLevel(says ? Level.WARN : Level.DEBUG)
                .addKeyValue("client", spec.clientId())
                .addKeyValue("server", server)
                .addKeyValue("cause", disconnection.cause())
                .addKeyValue("reason", disconnection.reason());
        if (unsaid > 0) {
            line = line.addKeyValue("others", unsaid);
        }
        line.log(wasConnected ? "lost the broker" : "cannot connect to the broker");
    }

    /** How many failures of this cause went unsaid since the last that was; negative when this one goes, too. */
    private synchronized long unsaidBefore(Cause cause, long nowNanos) {
        Burst burst = bursts.get(cause);
        if (burst == null) {
            bursts.put(cause, new Burst(nowNanos));
            return 0;
        }
        if (nowNanos - burst.beganNanos < BURST.toNanos()) {
            burst.unsaid++;
            return -1;
        }
        long unsaid = burst.unsaid;
        burst.beganNanos = nowNanos;
        burst.unsaid = 0;
        return unsaid;
    }
}
