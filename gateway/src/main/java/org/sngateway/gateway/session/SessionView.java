// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.jspecify.annotations.Nullable;
import org.sngateway.transport.DeviceAddress;

/**
 * One session at one moment, in a line. Times are on the loops' clock. May be read from any thread.
 *
 * @param address where the device is; null while that is not known
 * @param lastHeardNanos when the device was last heard of, or the session was restored
 * @param supervised whether the device counts as lost at {@code deadlineNanos} unless it is heard of; else that means nothing
 * @param keepAliveSeconds of its CONNECT, 0..65535
 * @param sleepSeconds the duration it fell asleep with; 0 while it does not sleep
 * @param kept whether the session outlives its connection
 * @param hasWill whether there is a will to publish when the device is lost
 * @param identified whether somebody has proved to be the device
 * @param topicIds how many normal topic ids it has
 * @param subscriptions how many subscriptions
 * @param inFlightUp its publishes that are not acknowledged to it
 * @param inFlightDown 1 while it is to answer something, else 0
 * @param queuedMessages what waits for it, the one under way included
 * @param queuedOctets what that counts for limits
 * @param framesIn messages from it since the session was created
 * @param framesOut messages to it, retransmissions included
 * @param octetsIn what {@code framesIn} had on its network, without lower layers
 * @param octetsOut the same of {@code framesOut}
 */
public record SessionView(
        String clientId,
        SessionState state,
        @Nullable DeviceAddress address,
        long lastHeardNanos,
        boolean supervised,
        long deadlineNanos,
        int keepAliveSeconds,
        int sleepSeconds,
        boolean kept,
        boolean hasWill,
        boolean identified,
        int topicIds,
        int subscriptions,
        int inFlightUp,
        int inFlightDown,
        int queuedMessages,
        int queuedOctets,
        long framesIn,
        long framesOut,
        long octetsIn,
        long octetsOut) {}
