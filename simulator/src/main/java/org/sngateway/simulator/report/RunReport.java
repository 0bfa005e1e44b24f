// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.simulator.check.EndToEndCheck.Verdict;
import org.sngateway.simulator.check.Latencies;
import org.sngateway.simulator.radio.RadioCounts;

/**
 * A run when it is over.
 *
 * @param setup what was asked for
 * @param nodesConnected nodes that were connected, registered and ready at least once
 * @param publishSeconds how long the nodes published
 * @param receiveSeconds from the first publish to the last arrival at the broker
 * @param verdict the comparison of what was sent with what was received
 * @param unsent messages that were due and not sent in time because the node still waited for an acknowledgement
 * @param rejected messages the gateway refused
 * @param altered arrivals whose octets or topic are not those that were sent, or that no node sent
 * @param malformed datagrams from the gateway that are not MQTT-SN
 * @param retransmissions messages of any kind sent again for want of an answer
 * @param reconnects how often a node that was ready lost its connection
 * @param endToEnd from the first sending to the arrival at the broker's subscriber
 * @param acknowledgement from the first sending to PUBACK or PUBCOMP
 * @param radio what the air did to frames; null where there was none
 */
public record RunReport(
        Setup setup,
        int nodesConnected,
        double publishSeconds,
        double receiveSeconds,
        Verdict verdict,
        long unsent,
        long rejected,
        long altered,
        long malformed,
        long retransmissions,
        long reconnects,
        Latencies.Summary endToEnd,
        Latencies.Summary acknowledgement,
        @Nullable Radio radio) {

    /**
     * What was asked for.
     *
     * @param runId eight hexadecimal digits
     * @param gateway HOST:PORT
     * @param broker HOST:PORT
     * @param nodes how many
     * @param rate messages a second in all, as given
     * @param qos 0, 1 or 2
     * @param sizeOctets payload size
     * @param seed of the nodes' phases
     */
    public record Setup(
            String runId, String gateway, String broker, int nodes, String rate, int qos, int sizeOctets, long seed) {}

    /** What the air did, up from the nodes and down to them. */
    public record Radio(RadioCounts.Figures up, RadioCounts.Figures down) {}

    /** Every promise of the QoS was kept. */
    public boolean isPassed() {
        return brokenPromises().isEmpty();
    }

    /** What MQTT promises at this QoS (MQTT 5 §4.3, §4.6) and did not happen, a sentence each. */
    public List<String> brokenPromises() {
        List<String> broken = new ArrayList<>();
        if (verdict.lostAcknowledged() > 0) {
            broken.add(verdict.lostAcknowledged() + " acknowledged messages never came out at the broker");
        }
        if (setup.qos() == 2 && verdict.duplicated() > 0) {
            broken.add(verdict.duplicated() + " times a message of QoS 2 came out once more");
        }
        if (setup.qos() > 0 && verdict.reordered() > 0) {
            broken.add(verdict.reordered() + " messages came out after later ones of the same node");
        }
        return broken;
    }

    /** Messages sent per second of publishing. */
    public double sentPerSecond() {
        return perSecond(verdict.sent(), publishSeconds);
    }

    /** Messages received per second, up to the last arrival. */
    public double receivedPerSecond() {
        return perSecond(verdict.received(), receiveSeconds);
    }

    private static double perSecond(long count, double seconds) {
        return seconds > 0 ? count / seconds : 0;
    }
}
