// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

/** What a {@link CountingSink} has seen since it opened; written on its loop only. */
final class SinkCounters {
    /** Messages of QoS 0 and 1 below {@link SnFrames#TOPIC_ROOT}. */
    long publishes;
    /** Of these, QoS 1. */
    long publishesQos1;
    /** Messages that came in each device's order, repetitions not counted. */
    long inOrder;
    /** Of all, with DUP set. */
    long duplicates;
    /** Messages on other topics, such as the gateway's own status. */
    long otherPublishes;
    /** Messages sent to subscribers. */
    long delivered;
    /** PUBACKs for messages sent to subscribers. */
    long acknowledgements;
    /** Connections accepted with CONNACK. */
    long connects;
    /** Connections closed for breaking the protocol. */
    long protocolErrors;

    /** Not for copies. */
    final UplinkOrder uplinkOrder = new UplinkOrder();

    SinkCounters copy() {
        SinkCounters copy = new SinkCounters();
        copy.publishes = publishes;
        copy.publishesQos1 = publishesQos1;
        copy.inOrder = inOrder;
        copy.duplicates = duplicates;
        copy.otherPublishes = otherPublishes;
        copy.delivered = delivered;
        copy.acknowledgements = acknowledgements;
        copy.connects = connects;
        copy.protocolErrors = protocolErrors;
        return copy;
    }
}
