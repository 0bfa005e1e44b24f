// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.util.function.UnaryOperator;
import org.sngateway.gateway.config.SessionsConfig;
import org.sngateway.gateway.config.UpstreamConfig;

/**
 * What the devices' connections have in common.
 *
 * @param name what the client ids of the gateway's own connections begin with; distinguishes this gateway from others at the broker
 * @param clientIdOf the MQTT client id of a device
 * @param servers how many addresses the broker has, at least 1: so many attempts decide whether a device may connect
 * @param resumable whether a session that a device begins anew outlives a short loss of the broker, too: MQTT 5
 * @param maxInFlight publishes of one device that the broker has not acknowledged, 1..65535
 * @param maxQueued publishes of one device that wait behind them, at least 0
 * @param maxQueuedOctets what the publishes of all devices that are not acknowledged may hold
 * @param keepsQos0 whether messages of QoS 0 wait while the broker is away
 * @param maxFiltersPerPacket topic filters in one SUBSCRIBE or UNSUBSCRIBE, at least 1
 * @param connectsPerSecond how many attempts to connect begin in a second, in the whole gateway, at least 1
 */
public record DedicatedSettings(
        String name,
        UnaryOperator<String> clientIdOf,
        int servers,
        boolean resumable,
        int maxInFlight,
        int maxQueued,
        long maxQueuedOctets,
        boolean keepsQos0,
        int maxFiltersPerPacket,
        int connectsPerSecond) {
    /** For any number of connects in a second: more than there can be. */
    private static final int UNLIMITED = 1_000_000_000;

    /** As configured, for the gateway of this name. */
    public static DedicatedSettings of(String name, UpstreamConfig upstream, SessionsConfig sessions) {
        return new DedicatedSettings(
                name,
                upstream.device()::clientIdOf,
                upstream.servers().size(),
                upstream.version() == UpstreamConfig.MqttVersion.V5,
                Math.min(upstream.maxInFlight(), sessions.maxInFlightFromDevice()),
                upstream.maxQueued(),
                upstream.maxQueuedOctets(),
                upstream.keepsQos0(),
                upstream.maxFiltersPerSubscribe(),
                upstream.device().connectsPerSecond().orElse(UNLIMITED));
    }
}
