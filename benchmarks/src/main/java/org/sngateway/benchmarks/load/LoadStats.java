// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import org.HdrHistogram.Histogram;

/** What the devices have seen since the load was made; written on their loop only. */
final class LoadStats {
    private static final long HIGHEST_NANOS = 60_000_000_000L;

    /** Uplink messages sent, retransmissions not counted. */
    long sent;
    /** Uplink messages of QoS 1 acknowledged with "accepted". */
    long acknowledged;
    /** Acknowledgements and replies with another return code. */
    long refused;
    /** Requests sent again because nothing came back in time. */
    long retransmissions;
    /** Downlink messages received, repeated ones not counted. */
    long received;
    /** Downlink messages received again. */
    long duplicates;
    /** Downlink messages that never came although a later one did. */
    long missed;
    /** Frames nobody waited for. */
    long unexpected;
    /** Devices told DISCONNECT without having asked. */
    long sessionsLost;
    /** Times the host said that nobody listens at the gateway's port. */
    long unreachable;

    /** Nanoseconds from request to answer, or from the sink's write to the device. */
    final Histogram latency = new Histogram(HIGHEST_NANOS, 3);

    void record(long nanos) {
        latency.recordValue(Math.max(0, Math.min(nanos, HIGHEST_NANOS)));
    }

    /** A copy to keep; {@code latency} of this one starts afresh. */
    LoadStats cut() {
        LoadStats copy = new LoadStats();
        copy.sent = sent;
        copy.acknowledged = acknowledged;
        copy.refused = refused;
        copy.retransmissions = retransmissions;
        copy.received = received;
        copy.duplicates = duplicates;
        copy.missed = missed;
        copy.unexpected = unexpected;
        copy.sessionsLost = sessionsLost;
        copy.unreachable = unreachable;
        copy.latency.add(latency);
        latency.reset();
        return copy;
    }
}
