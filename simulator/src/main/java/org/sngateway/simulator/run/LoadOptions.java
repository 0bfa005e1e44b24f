// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.run;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.check.ProbePayload;
import org.sngateway.simulator.node.NodeConfig;
import org.sngateway.simulator.node.NodeNetwork;

/**
 * What a load run is to do.
 *
 * @param network how the nodes reach the gateway; closed with the run
 * @param broker where the messages come out, MQTT 5 over TCP
 * @param nodes how many nodes, 1..{@value #MAX_NODES}
 * @param rate publishes of all nodes together
 * @param qos 0, 1 or 2
 * @param sizeOctets payload size, {@value ProbePayload#MIN_OCTETS}..{@value #MAX_SIZE_OCTETS}
 * @param duration how long they publish, more than 0
 * @param seed of the nodes' phases
 * @param timing the nodes' timers
 * @param connectPerSecond how many nodes connect per second, 1 or more
 * @param connectTimeout how long to wait for the last node after the ramp
 * @param settle how long to wait without any arrival before what has not come counts as lost
 * @param observers connections to the broker that share the observing, 1..{@value #MAX_OBSERVERS}
 * @param loops event loops for the nodes, 1 or more
 */
public record LoadOptions(
        NodeNetwork network,
        InetSocketAddress broker,
        int nodes,
        Rate rate,
        Qos qos,
        int sizeOctets,
        Duration duration,
        long seed,
        NodeConfig.Timing timing,
        int connectPerSecond,
        Duration connectTimeout,
        Duration settle,
        int observers,
        int loops) {
    /** What the local ports of one address towards one gateway allow, roughly. */
    public static final int MAX_NODES = 60000;

    /** A PUBLISH of this size still fits a UDP datagram. */
    public static final int MAX_SIZE_OCTETS = 65000;

    /** More connections would not make the observing faster. */
    public static final int MAX_OBSERVERS = 256;

    public LoadOptions {
        range("--nodes", nodes, 1, MAX_NODES);
        range("--size", sizeOctets, ProbePayload.MIN_OCTETS, MAX_SIZE_OCTETS);
        range("--connect-rate", connectPerSecond, 1, Integer.MAX_VALUE);
        range("--observers", observers, 1, MAX_OBSERVERS);
        range("--loops", loops, 1, 64);
        if (qos == Qos.WITHOUT_SESSION) {
            throw new IllegalArgumentException("--qos is -1, allowed is 0, 1 or 2");
        }
        if (rate.isUnlimited() && qos == Qos.AT_MOST_ONCE) {
            throw new IllegalArgumentException(
                    "--rate max needs --qos 1 or 2: at QoS 0 no acknowledgement says when the next message may go");
        }
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException("--duration is 0, allowed is more");
        }
    }

    private static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is " + min + ".." + max);
        }
    }
}
