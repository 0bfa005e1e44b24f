// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;
import static org.sngateway.gateway.config.ScalarTypes.duration;
import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.size;

import java.time.Duration;

/**
 * Section {@code sessions}: timing and limits of the devices' sessions.
 *
 * @param retryInterval T-retry, the wait for an acknowledgement before a message is sent again, 100 ms..10 min
 * @param retryCount N-retry, how often it is sent again before the device counts as lost, 0..100
 * @param max sessions of the whole gateway, 1..1000000
 * @param maxClientIdCharacters key {@code max-client-id}: the longest client id accepted, 1..65000
 * @param maxTopicIds topic ids that one device may register, 1..65534
 * @param maxSubscriptions subscriptions of one device, 1..10000
 * @param sleepBuffer what is kept for one device while it sleeps
 * @param sleepBufferTotalOctets key {@code sleep-buffer-total}: what is kept for all devices together, 1 MiB..2047 MiB
 * @param maxAwakeMessages messages that one awake period brings at most, the rest waits for the next; 0 is no limit, 0..100000
 * @param roaming whether a sleeping device that wakes at a new address is recognised by its client id
 * @param maxInFlightFromDevice key {@code max-in-flight}: publishes of one device that the broker has not acknowledged, 1..65535
 * @param maxIdle how long a device that connected with keep-alive 0 may be silent before it counts as lost, 1 min..365 d
 */
public record SessionsConfig(
        Duration retryInterval,
        int retryCount,
        int max,
        int maxClientIdCharacters,
        int maxTopicIds,
        int maxSubscriptions,
        BufferLimit sleepBuffer,
        int sleepBufferTotalOctets,
        int maxAwakeMessages,
        boolean roaming,
        int maxInFlightFromDevice,
        Duration maxIdle) {
    /** The same with another {@code max-in-flight}. */
    SessionsConfig withMaxInFlight(int maxInFlight) {
        return new SessionsConfig(
                retryInterval,
                retryCount,
                max,
                maxClientIdCharacters,
                maxTopicIds,
                maxSubscriptions,
                sleepBuffer,
                sleepBufferTotalOctets,
                maxAwakeMessages,
                roaming,
                maxInFlight,
                maxIdle);
    }

    static SessionsConfig read(Section in) {
        return new SessionsConfig(
                in.value("retry-interval", duration("100ms", "10m"), Duration.ofSeconds(10)),
                in.value("retry-count", integer(0, 100), 4),
                in.value("max", integer(1, 1_000_000), 50_000),
                in.value("max-client-id", integer(1, 65_000), 64),
                in.value("max-topic-ids", integer(1, 65_534), 1000),
                in.value("max-subscriptions", integer(1, 10_000), 100),
                in.section("sleep-buffer", BufferLimit::read),
                in.value("sleep-buffer-total", size("1MiB", "2047MiB"), 64 << 20),
                in.value("max-awake-messages", integer(0, 100_000), 0),
                in.value("roaming", bool(), true),
                in.value("max-in-flight", integer(1, 65_535), 16),
                in.value("max-idle", duration("1m", "365d"), Duration.ofHours(24)));
    }
}
