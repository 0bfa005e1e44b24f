// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.PublishStats;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The way of messages over one broker connection: no more under way than the broker takes, a bounded queue behind them that also
 * bridges the time in which the broker is away, and always in order. The MQTT client's own queue, which has no bound, is never used.
 */
public final class PublishQueue {
    /**
     * How much may wait.
     *
     * @param maxInFlight messages that the broker has not acknowledged, 1..65535; the broker's own limit counts, too
     * @param maxQueued messages that wait behind them, at least 0
     * @param maxQueuedOctets what these may hold, topics and payloads together
     * @param keepsQos0 whether messages of QoS 0 wait while the broker is away
     */
    public record Limits(int maxInFlight, int maxQueued, long maxQueuedOctets, boolean keepsQos0) {}

    private record Waiting(UpstreamMessage message, PublishListener listener) {
        int octets() {
            return message.topic().length() + message.payload().length();
        }
    }

    private final OwnerLoop loop;
    private final BrokerConnection connection;
    private final Limits limits;
    private final GatewayCounters counters;
    private final PublishStats stats;

    private final Deque<Waiting> waiting = new ArrayDeque<>(0);
    private long waitingOctets;
    private int inFlight;
    private int inFlightQos2;
    /** Of this connection; 0 while there is none. */
    private int window;

    private int windowQos2;

    private boolean sendingWaiting;
    private boolean closed;

    /** @param stats written on {@code loop} alone; other queues of that loop may share them */
    public PublishQueue(
            OwnerLoop loop, BrokerConnection connection, Limits limits, GatewayCounters counters, PublishStats stats) {
        this.stats = stats;
        this.loop = loop;
        this.connection = connection;
        this.limits = limits;
        this.counters = counters;
    }

    /** Sends the message, or keeps it until it can be sent; refuses it when neither is possible. */
    public void publish(UpstreamMessage message, PublishListener listener) {
        loop.assertOwner();
        Waiting next = new Waiting(message, listener);
        if (closed || (window == 0 && !waitsForBroker(message))) {
            refuse(next);
        } else if (waiting.isEmpty() && hasRoomFor(message)) {
            send(next);
        } else if (waiting.size() < limits.maxQueued && waitingOctets + next.octets() <= limits.maxQueuedOctets) {
            enqueue(next);
        } else {
            refuse(next);
        }
    }

    /** The same for a message that waits somewhere else, too, in bounded number: it is refused only when the queue is closed. */
    public void publishWithoutBound(UpstreamMessage message, PublishListener listener) {
        loop.assertOwner();
        Waiting next = new Waiting(message, listener);
        if (closed) {
            refuse(next);
        } else if (waiting.isEmpty() && hasRoomFor(message)) {
            send(next);
        } else {
            enqueue(next);
        }
    }

    private void enqueue(Waiting next) {
        waiting.add(next);
        addWaiting(1, next.octets());
    }

    private void addWaiting(int messages, long octets) {
        waitingOctets += octets;
        stats.addQueued(messages, octets);
    }

    private boolean hasRoomFor(UpstreamMessage message) {
        return inFlight < window && (message.qos() != Qos.EXACTLY_ONCE || inFlightQos2 < windowQos2);
    }

    private boolean waitsForBroker(UpstreamMessage message) {
        return message.qos() != Qos.AT_MOST_ONCE || limits.keepsQos0;
    }

    private void send(Waiting next) {
        int ofQos2 = next.message.qos() == Qos.EXACTLY_ONCE ? 1 : 0;
        inFlight++;
        inFlightQos2 += ofQos2;
        counters.publishesUp.increment();
        stats.addInFlight(1);
        boolean acknowledges = next.message.qos() != Qos.AT_MOST_ONCE;
        long sentNanos = acknowledges ? loop.nanoTime() : 0;
        connection.publish(next.message, outcome -> {
            inFlight--;
            inFlightQos2 -= ofQos2;
            if (!closed) {
                stats.addInFlight(-1);
            }
            if (outcome == PublishOutcome.ACCEPTED && acknowledges) {
                counters.publishesAcknowledged.increment();
                stats.acknowledged(loop.nanoTime() - sentNanos);
            }
            tell(next, outcome);
            sendWaiting();
        });
    }

    /** Answers may come while a message is being sent; then the round that sends it goes on. */
    private void sendWaiting() {
        if (sendingWaiting) {
            return;
        }
        sendingWaiting = true;
        while (!waiting.isEmpty() && hasRoomFor(waiting.element().message)) {
            Waiting next = waiting.remove();
            addWaiting(-1, -next.octets());
            send(next);
        }
        sendingWaiting = false;
    }

    private void refuse(Waiting refused) {
        (refused.message.qos() == Qos.AT_MOST_ONCE ? counters.upstreamDropped : counters.upstreamCongested).increment();
        tell(refused, PublishOutcome.CONGESTION);
    }

    private void tell(Waiting done, PublishOutcome outcome) {
        Reactions.run(loop, () -> done.listener.onPublished(outcome));
    }

    /** The broker is there; what waited is sent. */
    public void onConnected(BrokerOffer offer) {
        window = Math.min(limits.maxInFlight, offer.sendMaximum());
        windowQos2 = offer.sendMaximumQos2();
        sendWaiting();
    }

    /** The broker is away; what is under way is sent again by the connection when it is back. */
    public void onDisconnected() {
        window = 0;
        if (!limits.keepsQos0) {
            refuseWaitingQos0();
        }
    }

    private void refuseWaitingQos0() {
        List<Waiting> refused = waiting.stream()
                .filter(candidate -> candidate.message.qos() == Qos.AT_MOST_ONCE)
                .toList();
        waiting.removeIf(candidate -> candidate.message.qos() == Qos.AT_MOST_ONCE);
        for (Waiting candidate : refused) {
            addWaiting(-1, -candidate.octets());
        }
        refused.forEach(this::refuse);
    }

    /** Whether nothing is under way, and nothing waits that could be sent now. */
    public boolean isIdle() {
        return window == 0 || (inFlight == 0 && waiting.isEmpty());
    }

    /** Takes nothing more, and refuses what waits. */
    public void close() {
        if (!closed) {
            closed = true;
            stats.addInFlight(-inFlight);
        }
        for (Waiting refused = waiting.poll(); refused != null; refused = waiting.poll()) {
            addWaiting(-1, -refused.octets());
            refuse(refused);
        }
    }
}
