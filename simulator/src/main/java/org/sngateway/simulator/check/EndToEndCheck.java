// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.check;

import java.util.BitSet;

/**
 * Compares, message by message, what the nodes sent with what came out at the broker. Each node numbers its messages from 0.
 * Any thread may call any method; a lock per node keeps the callers out of each other's way.
 */
public final class EndToEndCheck {
    private final Track[] tracks;

    /** What a received message turned out to be. */
    public enum Arrival {
        /** For the first time, and after all that came before it. */
        IN_ORDER,
        /** For the first time, but a later one of the same node has overtaken it. */
        REORDERED,
        /** Once more. */
        DUPLICATE,
        /** Never sent. */
        UNKNOWN
    }

    /**
     * How it ended.
     *
     * @param sent messages handed to the gateway, each counted once
     * @param acknowledged those the gateway acknowledged
     * @param received those that came out at the broker, each counted once
     * @param lostAcknowledged those acknowledged and never received: must be 0
     * @param lostUnacknowledged those neither acknowledged nor received
     * @param duplicated arrivals beyond the first of each message
     * @param reordered first arrivals overtaken by a later message of the same node
     * @param unknown arrivals that no node ever sent
     */
    public record Verdict(
            long sent,
            long acknowledged,
            long received,
            long lostAcknowledged,
            long lostUnacknowledged,
            long duplicated,
            long reordered,
            long unknown) {
        private static final Verdict NONE = new Verdict(0, 0, 0, 0, 0, 0, 0, 0);

        private Verdict plus(Verdict other) {
            return new Verdict(
                    sent + other.sent,
                    acknowledged + other.acknowledged,
                    received + other.received,
                    lostAcknowledged + other.lostAcknowledged,
                    lostUnacknowledged + other.lostUnacknowledged,
                    duplicated + other.duplicated,
                    reordered + other.reordered,
                    unknown + other.unknown);
        }
    }

    /** For nodes numbered from 0 to {@code nodes} - 1. */
    public EndToEndCheck(int nodes) {
        tracks = new Track[nodes];
        for (int i = 0; i < nodes; i++) {
            tracks[i] = new Track();
        }
    }

    /** Node {@code node} is about to send {@code sequence}, which is one more than its last. */
    public void onSent(int node, int sequence) {
        tracks[node].onSent(sequence);
    }

    /** The gateway has taken responsibility for the message. */
    public void onAcknowledged(int node, int sequence) {
        tracks[node].onAcknowledged(sequence);
    }

    /** A message has come out at the broker. */
    public Arrival onReceived(int node, int sequence) {
        if (node < 0 || node >= tracks.length) {
            throw new IllegalArgumentException("node is " + node + ", allowed is 0.." + (tracks.length - 1));
        }
        return tracks[node].onReceived(sequence);
    }

    /** Everything so far. */
    public Verdict verdict() {
        Verdict sum = Verdict.NONE;
        for (Track track : tracks) {
            sum = sum.plus(track.verdict());
        }
        return sum;
    }

    /** One node's messages. */
    private static final class Track {
        private final BitSet acknowledged = new BitSet();
        private final BitSet received = new BitSet();
        private int sent;
        private int highestReceived = -1;
        private long duplicated;
        private long reordered;
        private long unknown;

        synchronized void onSent(int sequence) {
            if (sequence != sent) {
                throw new IllegalStateException("sequence is " + sequence + ", expected " + sent);
            }
            sent++;
        }

        synchronized void onAcknowledged(int sequence) {
            acknowledged.set(sequence);
        }

        synchronized Arrival onReceived(int sequence) {
            if (sequence < 0 || sequence >= sent) {
                unknown++;
                return Arrival.UNKNOWN;
            }
            if (received.get(sequence)) {
                duplicated++;
                return Arrival.DUPLICATE;
            }
            received.set(sequence);
            if (sequence < highestReceived) {
                reordered++;
                return Arrival.REORDERED;
            }
            highestReceived = sequence;
            return Arrival.IN_ORDER;
        }

        synchronized Verdict verdict() {
            BitSet lost = (BitSet) acknowledged.clone();
            lost.andNot(received);
            long lostAcknowledged = lost.cardinality();
            long arrived = received.cardinality();
            return new Verdict(
                    sent,
                    acknowledged.cardinality(),
                    arrived,
                    lostAcknowledged,
                    sent - arrived - lostAcknowledged,
                    duplicated,
                    reordered,
                    unknown);
        }
    }
}
