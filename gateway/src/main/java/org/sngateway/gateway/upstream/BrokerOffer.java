// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.sngateway.codec.message.Qos;

/**
 * What the broker said in CONNACK.
 *
 * @param sessionPresent whether it has kept the session; if not, nothing is subscribed
 * @param sendMaximum how many QoS 1 and 2 messages it takes unacknowledged, 1..65535
 * @param sendMaximumQos2 how many of these may be of QoS 2, 1..65535
 * @param maximumQos the highest QoS it takes and grants
 * @param retainAvailable whether it keeps retained messages
 * @param sharedSubscriptions whether it is known to have shared subscriptions (MQTT 5 §4.8.2); a broker of MQTT 3.1.1 cannot say so
 */
public record BrokerOffer(
        boolean sessionPresent,
        int sendMaximum,
        int sendMaximumQos2,
        Qos maximumQos,
        boolean retainAvailable,
        boolean sharedSubscriptions) {
    /** From a broker for which QoS 1 and 2 are the same. */
    public BrokerOffer(
            boolean sessionPresent,
            int sendMaximum,
            Qos maximumQos,
            boolean retainAvailable,
            boolean sharedSubscriptions) {
        this(sessionPresent, sendMaximum, sendMaximum, maximumQos, retainAvailable, sharedSubscriptions);
    }
}
