// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;

/**
 * A message from the broker for a device.
 *
 * @param topic full topic name, prefix included
 * @param qos the QoS to deliver it with, 0..2
 * @param retained whether it is a retained message sent because of a new subscription
 * @param via the subscription because of which it is delivered; null when only the broker knows
 * @param expiresNanos when it is of no more use, {@link org.sngateway.transport.loop.OwnerLoop#nanoTime()} of any loop; or
 *     {@link #NEVER}
 * @param taken to be run once for each subscriber, from any thread, when the broker need not keep the message for it any longer: at
 *     once where the gateway keeps sessions ({@link SessionKeeper#GATEWAY}), when the device has it where the broker does
 */
public record Delivery(
        String topic,
        Payload payload,
        Qos qos,
        boolean retained,
        @Nullable TopicFilter via,
        long expiresNanos,
        Runnable taken) {
    /** For a message that does not expire. */
    public static final long NEVER = Long.MAX_VALUE;
}
