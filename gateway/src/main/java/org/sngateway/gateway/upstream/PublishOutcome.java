// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

/** What became of a message on its way to the broker, and so what the device may be told (MQTT-SN 1.2 §5.3.10). */
public enum PublishOutcome {
    /** The broker has it (QoS 1, 2) or it was sent (QoS 0): the device may be acknowledged. */
    ACCEPTED,
    /** Not taken now; the device may try again. */
    CONGESTION,
    /** The broker will not take it. */
    REFUSED
}
