// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;

/**
 * A message from the broker.
 *
 * @param topic full topic name, prefix included
 * @param retained whether it is a retained message, sent because of a new subscription
 * @param expirySeconds how long it is of use from now on (MQTT 5 §3.3.2.3.3), or {@link #NO_EXPIRY}
 * @param acknowledge to be run once the message is in good hands; from any thread, exactly once, at QoS 0, too, since the broker waits
 *     with what comes after it
 */
public record BrokerMessage(
        String topic, Payload payload, Qos qos, boolean retained, long expirySeconds, Runnable acknowledge) {
    /** For a message that does not expire. */
    public static final long NO_EXPIRY = Long.MAX_VALUE;
}
