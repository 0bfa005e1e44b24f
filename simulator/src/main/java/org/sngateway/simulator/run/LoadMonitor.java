// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.run;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.simulator.check.BrokerObserver;
import org.sngateway.simulator.check.EndToEndCheck;
import org.sngateway.simulator.check.Latencies;
import org.sngateway.simulator.check.ProbePayload;
import org.sngateway.simulator.node.NodeListener;
import org.sngateway.simulator.node.Publication;
import org.sngateway.simulator.time.SimulatorClock;

/** Collects what both ends of a run report: the nodes on their loops, the observer on its MQTT connection. Any thread. */
final class LoadMonitor implements NodeListener, BrokerObserver.ArrivalListener {
    private final int runId;
    private final int sizeOctets;
    private final String[] topics;
    private final SimulatorClock clock;
    private final EndToEndCheck check;
    private final Latencies endToEnd = new Latencies();
    private final Latencies acknowledgement = new Latencies();

    private final LongAdder ready = new LongAdder();
    private final LongAdder everReady = new LongAdder();
    private final LongAdder reconnects = new LongAdder();
    private final LongAdder unreachable = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder outstanding = new LongAdder();
    private final LongAdder retransmissions = new LongAdder();
    private final LongAdder malformed = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder altered = new LongAdder();
    private volatile long lastArrivalNanos;
    private volatile long lastAnswerNanos;
    private volatile @Nullable String lastRefusal;

    LoadMonitor(int runId, int sizeOctets, String[] topics, SimulatorClock clock) {
        this.runId = runId;
        this.sizeOctets = sizeOctets;
        this.topics = topics;
        this.clock = clock;
        this.check = new EndToEndCheck(topics.length);
    }

    // From the nodes

    @Override
    public void onReady(int node, boolean isFirst) {
        ready.increment();
        if (isFirst) {
            everReady.increment();
        }
    }

    @Override
    public void onDisconnected(int node) {
        ready.decrement();
        reconnects.increment();
    }

    @Override
    public void onRefused(int node, MessageType request, ReturnCode code) {
        lastRefusal = request + " was answered with \"" + code + "\"";
    }

    @Override
    public void onSent(int node, Publication publication, long nowNanos) {
        check.onSent(node, publication.sequence());
        sent.increment();
        if (publication.qos() != Qos.AT_MOST_ONCE) {
            outstanding.increment();
        }
    }

    @Override
    public void onRetransmitted(int node) {
        retransmissions.increment();
    }

    @Override
    public void onAcknowledged(int node, Publication publication, long sentNanos, long nowNanos) {
        check.onAcknowledged(node, publication.sequence());
        acknowledgement.record(nowNanos - sentNanos);
        acknowledged.increment();
        outstanding.decrement();
        lastAnswerNanos = nowNanos;
    }

    @Override
    public void onRejected(int node, Publication publication, ReturnCode code) {
        rejected.increment();
        outstanding.decrement();
    }

    @Override
    public void onMalformed(int node, String detail) {
        malformed.increment();
    }

    @Override
    public void onUnreachable(int node) {
        unreachable.increment();
    }

    // From the broker

    @Override
    public void onArrival(String topic, ByteBuffer octets) {
        long nowNanos = clock.nanoTime();
        lastArrivalNanos = nowNanos;
        ProbePayload payload = ProbePayload.parse(octets, sizeOctets);
        if (payload == null || payload.runId() != runId || !isFrom(payload.node(), topic)) {
            altered.increment();
            return;
        }
        switch (check.onReceived(payload.node(), payload.sequence())) {
            case IN_ORDER, REORDERED -> {
                received.increment();
                endToEnd.record(nowNanos - payload.sentNanos());
            }
            case DUPLICATE -> {
                // the check has counted it; its time says nothing
            }
            case UNKNOWN -> altered.increment();
        }
    }

    private boolean isFrom(int node, String topic) {
        return node >= 0 && node < topics.length && topics[node].equals(topic);
    }

    // For the run

    long ready() {
        return ready.sum();
    }

    int everReady() {
        return everReady.intValue();
    }

    boolean isUnreachable() {
        return unreachable.sum() > 0;
    }

    @Nullable
    String lastRefusal() {
        return lastRefusal;
    }

    long sent() {
        return sent.sum();
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    long received() {
        return received.sum();
    }

    long rejected() {
        return rejected.sum();
    }

    /** QoS 1 and 2 messages that wait for their acknowledgement. */
    long outstanding() {
        return outstanding.sum();
    }

    long retransmissions() {
        return retransmissions.sum();
    }

    long reconnects() {
        return reconnects.sum();
    }

    long malformed() {
        return malformed.sum();
    }

    long altered() {
        return altered.sum();
    }

    long lastArrivalNanos() {
        return lastArrivalNanos;
    }

    /** When a message last arrived or was acknowledged, 0 when never. */
    long lastProgressNanos() {
        return Math.max(lastArrivalNanos, lastAnswerNanos);
    }

    EndToEndCheck.Verdict verdict() {
        return check.verdict();
    }

    Latencies.Summary endToEnd() {
        return endToEnd.summary();
    }

    Latencies.Summary acknowledgement() {
        return acknowledgement.summary();
    }
}
