// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.discovery;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Advertise;
import org.sngateway.gateway.config.DiscoveryConfig;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.transport.Transport;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Makes the gateway known to all devices in reach while it can serve them, MQTT-SN 1.2 §6.1: ADVERTISE on every listener as soon as the
 * broker is connected and from then on once per interval, nothing while the broker is away.
 *
 * <p>An uplink does not tell when it is connected, so it is asked once a second: devices wait minutes for an ADVERTISE, and a connection
 * that is lost and back within a second is none that they need to hear of. Confined to the uplink's loop, {@link #start} and {@link
 * #stop} apart.
 */
public final class Advertiser {
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(Advertiser.class);

    private final OwnerLoop loop;
    private final Uplink uplink;
    private final List<Transport> transports;
    private final Duration interval;
    private final int radius;
    private final Advertise message;
    private final OwnerLoop.ReusableTimer timer;

    private boolean connected;
    private long nextNanos;
    private boolean stopped;

    /**
     * Does nothing until started.
     *
     * @param loop a port's of all {@code transports}
     * @param uplink of this loop
     * @param gwId 0..255
     * @param config with an interval
     */
    public Advertiser(OwnerLoop loop, Uplink uplink, List<Transport> transports, int gwId, DiscoveryConfig config) {
        if (config.advertiseInterval() == null) {
            throw new IllegalArgumentException("config has no interval");
        }
        this.loop = loop;
        this.uplink = uplink;
        this.transports = List.copyOf(transports);
        this.interval = config.advertiseInterval();
        this.radius = config.radius();
        this.message = new Advertise(gwId, Math.toIntExact(interval.toSeconds()));
        this.timer = loop.timer(this::look);
    }

    /** Begins; when the transports are open. From any thread. */
    public void start() {
        loop.execute(this::look);
    }

    /** Sends nothing more. From any thread; idempotent. */
    public void stop() {
        loop.execute(() -> {
            stopped = true;
            timer.cancel();
        });
    }

    private void look() {
        loop.assertOwner();
        if (stopped) {
            return;
        }
        boolean wasConnected = connected;
        connected = uplink.isConnected();
        long now = loop.nanoTime();
        if (connected && (!wasConnected || now - nextNanos >= 0)) {
            advertise();
            nextNanos = loop.deadlineAfter(interval);
        }
        long lookNanos = loop.deadlineAfter(LOOK_INTERVAL);
        timer.armAt(connected && nextNanos - lookNanos < 0 ? nextNanos : lookNanos);
    }

    private void advertise() {
        log.atDebug().addKeyValue("gwId", message.gwId()).log("advertised");
        for (Transport transport : transports) {
            transport.broadcast(message, radius);
        }
    }
}
