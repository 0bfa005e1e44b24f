// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

/**
 * What some brokers can do and others cannot; {@code docs/brokers.md} says how each was found. A test that needs one asks
 * {@link BrokerCase#supports}.
 */
public enum BrokerFeature {
    /** QoS 2 both ways. RabbitMQ answers a QoS 2 PUBLISH with PUBACK and grants subscriptions QoS 1. */
    QOS_2,
    /** {@code $share/group/filter} shares. Without it the filter is granted all the same, and gets nothing. */
    SHARED_SUBSCRIPTIONS,
    /** Retained messages are sent for filters with wildcards; all send them for a filter without. */
    RETAINED_FOR_WILDCARDS,
    /** Retain handling 1 and 2 of a subscription are honoured. */
    RETAIN_HANDLING,
    /** A connection whose client id is taken over is told so with DISCONNECT 0x8E, not just closed. */
    TAKEOVER_TELLS_REASON,
    /** A will is published when another connection takes the client id over, its session being clean. */
    WILL_ON_TAKEOVER,
    /** Never more unacknowledged messages than the receive maximum that the client announced. */
    RECEIVE_MAXIMUM_OBEYED,
    /** A subscriber that acknowledges nothing still gets what is published later, within its receive maximum. */
    SENDS_AHEAD_OF_ACKNOWLEDGEMENTS,
    /** Kept sessions, and every acknowledged message that is queued for them, outlive {@link TestBroker#kill}. */
    SESSIONS_SURVIVE_KILL,
    /** So do retained messages, once a subscriber could get them. RabbitMQ writes them to the disk every two seconds only. */
    RETAINED_SURVIVE_KILL,
    /** A subscription of {@link TestBroker#FORBIDDEN} is refused in SUBACK. */
    REFUSES_FILTERS
}
