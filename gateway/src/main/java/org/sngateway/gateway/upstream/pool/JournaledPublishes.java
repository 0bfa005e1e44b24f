// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.store.JournalEntry;
import org.sngateway.gateway.store.JournalListener;
import org.sngateway.gateway.store.WriteFailure;
import org.sngateway.gateway.store.WriteListener;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.PublishQueue;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The messages of one lane on their way to the broker, with the journal behind it. While the broker answers in time a message touches no
 * disk. When it is away or late, the message is written to the journal, and its device told as soon as that is durable.
 *
 * <p>Two states. <i>Direct</i>: messages go to the broker as they come; those it has not acknowledged in time, or when the connection is
 * lost, are added to the journal, too, in their order. <i>Behind</i>: the journal has messages that have not been handed over; new ones
 * are added to its end, and it is read and sent from its beginning while the broker is there. When all has been read: direct.
 */
final class JournaledPublishes {
    /** A broker that takes longer to acknowledge is late. */
    static final Duration LATE = Duration.ofSeconds(2);

    /** How many messages of the journal are on their way at once. */
    static final int MAX_READ_AHEAD = 1_000;

    private static final int READ_ENTRIES = 500;
    private static final long READ_OCTETS = 1 << 20;
    private static final int DELETE_BATCH = 256;
    private static final Duration DELETE_DELAY = Duration.ofMillis(100);
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** A message that went to the broker as it came, and that the broker has not acknowledged. */
    private static final class UnderWay {
        private final String clientId;
        private final UpstreamMessage message;
        private final long sinceNanos;
        /** Whom to tell; null when told. */
        private @Nullable PublishListener listener;
        /** In the journal, or on its way there; 0 when it is not. */
        private long seq;

        private boolean done;

        UnderWay(String clientId, UpstreamMessage message, PublishListener listener, long sinceNanos) {
            this.clientId = clientId;
            this.message = message;
            this.listener = listener;
            this.sinceNanos = sinceNanos;
        }

        @Nullable
        PublishListener takeListener() {
            PublishListener taken = listener;
            listener = null;
            return taken;
        }
    }

    private final int lane;
    private final OwnerLoop loop;
    private final PublishQueue queue;
    private final Journal journal;
    private final GatewayCounters counters;
    private final OwnerLoop.ReusableTimer lateTimer;

    private final Deque<UnderWay> underWay = new ArrayDeque<>();
    private final List<Long> acknowledged = new ArrayList<>();
    private boolean deletePlanned;

    private boolean connected;
    private boolean closed;
    private boolean behind = true;
    /** All entries of this lane up to here have been handed over. */
    private long handedSeq;

    private boolean reading;
    /** Something was added to the journal that the read under way may not see. */
    private boolean addedSinceRead;
    /** From the journal, handed over and not acknowledged. */
    private int readAhead;
    /** All that earlier runs left has been handed over, and some of it is not acknowledged. */
    private boolean awaitingEarlierRuns;

    JournaledPublishes(int lane, OwnerLoop loop, PublishQueue queue, Journal journal, GatewayCounters counters) {
        this.lane = lane;
        this.loop = loop;
        this.queue = queue;
        this.journal = journal;
        this.counters = counters;
        this.handedSeq = lane == 0 ? 0 : journal.lastOfEarlierRuns();
        this.lateTimer = loop.timer(this::checkForLate);
        if (journal.areEarlierRunsSent()) {
            handedSeq = journal.lastOfEarlierRuns();
            behind = false;
        }
    }

    // ---- publishing

    void publish(String clientId, UpstreamMessage message, PublishListener listener) {
        if (message.qos() == Qos.AT_MOST_ONCE) {
            queue.publish(message, listener);
        } else if (behind || !connected) {
            behind = true;
            append(clientId, message, listener);
        } else {
            publishDirectly(clientId, message, listener);
        }
    }

    private void publishDirectly(String clientId, UpstreamMessage message, PublishListener listener) {
        UnderWay one = new UnderWay(clientId, message, listener, loop.nanoTime());
        underWay.add(one);
        queue.publish(message, outcome -> onOutcome(one, outcome));
        if (!underWay.isEmpty() && !lateTimer.isArmed()) {
            lateTimer.armAt(loop.nanoTime() + CHECK_INTERVAL.toNanos());
        }
    }

    private void onOutcome(UnderWay one, PublishOutcome outcome) {
        one.done = true;
        while (!underWay.isEmpty() && underWay.element().done) {
            underWay.remove();
        }
        if (one.seq == 0) {
            tell(one.takeListener(), outcome);
        } else if (outcome == PublishOutcome.CONGESTION) {
            retry(one.message, one.seq);
            tell(one.takeListener(), PublishOutcome.ACCEPTED);
        } else {
            end(one.seq, outcome);
            tell(one.takeListener(), outcome);
        }
    }

    private void tell(@Nullable PublishListener listener, PublishOutcome outcome) {
        if (listener != null) {
            Reactions.run(loop, () -> listener.onPublished(outcome));
        }
    }

    // ---- into the journal

    /** A message that is not handed over before the journal is read. */
    private void append(String clientId, UpstreamMessage message, PublishListener listener) {
        addedSinceRead = true;
        long seq = journal.append(lane, clientId, message, loop, new WriteListener() {
            @Override
            public void onDurable() {
                counters.journalled.increment();
                tell(listener, PublishOutcome.ACCEPTED);
                read();
            }

            @Override
            public void onFailed(WriteFailure reason) {
                refuse(listener);
            }
        });
        if (seq == 0) {
            refuse(listener);
        }
    }

    private void refuse(PublishListener listener) {
        counters.upstreamCongested.increment();
        tell(listener, PublishOutcome.CONGESTION);
    }

    private void checkForLate() {
        long now = loop.nanoTime();
        for (UnderWay one : underWay) {
            if (now - one.sinceNanos < LATE.toNanos()) {
                break;
            }
            spill(one);
        }
        if (!underWay.isEmpty() && connected) {
            lateTimer.armAt(now + CHECK_INTERVAL.toNanos());
        }
    }

    /** Adds a message that has been handed over, so that its device need not wait. */
    private void spill(UnderWay one) {
        if (one.done || one.seq != 0) {
            return;
        }
        long seq = journal.append(lane, one.clientId, one.message, loop, new WriteListener() {
            @Override
            public void onDurable() {
                counters.journalled.increment();
                tell(one.takeListener(), PublishOutcome.ACCEPTED);
            }

            /** The broker may still take it. */
            @Override
            public void onFailed(WriteFailure reason) {
                one.seq = 0;
            }
        });
        if (seq != 0) {
            one.seq = seq;
            handedSeq = Math.max(handedSeq, seq);
        }
    }

    // ---- out of the journal

    private void read() {
        if (!connected || !behind || reading || awaitingEarlierRuns || readAhead >= MAX_READ_AHEAD) {
            return;
        }
        boolean earlierRuns = !journal.areEarlierRunsSent();
        if (earlierRuns && lane != 0) {
            reading = true;
            journal.whenEarlierRunsAreSent(() -> loop.execute(() -> {
                reading = false;
                read();
            }));
            return;
        }
        reading = true;
        addedSinceRead = false;
        int lanes = earlierRuns ? JournalEntry.ALL_LANES : lane;
        journal.read(lanes, handedSeq, READ_ENTRIES, READ_OCTETS, loop, new JournalListener() {
            @Override
            public void onEntries(List<JournalEntry> entries) {
                reading = false;
                hand(entries, earlierRuns);
            }

            @Override
            public void onFailed(WriteFailure reason) {
                reading = false;
                loop.after(RETRY, JournaledPublishes.this::read);
            }
        });
    }

    private void hand(List<JournalEntry> entries, boolean earlierRuns) {
        if (!connected) {
            return; // read again when it is
        }
        boolean complete = entries.isEmpty();
        for (JournalEntry entry : entries) {
            if (earlierRuns && entry.seq() > journal.lastOfEarlierRuns()) {
                complete = true;
                break;
            }
            handedSeq = entry.seq();
            readAhead++;
            UpstreamMessage message = new UpstreamMessage(entry.topic(), entry.payload(), entry.qos(), entry.retain());
            queue.publishWithoutBound(message, outcome -> onReplayed(message, entry.seq(), outcome));
        }
        if (!complete) {
            read();
        } else if (earlierRuns) {
            handedSeq = journal.lastOfEarlierRuns();
            awaitingEarlierRuns = true;
            finishEarlierRuns();
            read();
        } else if (addedSinceRead) {
            read();
        } else {
            behind = false;
        }
    }

    /** Handed over is not enough: on another connection what follows could overtake it. */
    private void finishEarlierRuns() {
        if (awaitingEarlierRuns && readAhead == 0) {
            awaitingEarlierRuns = false;
            journal.earlierRunsAreSent();
        }
    }

    private void onReplayed(UpstreamMessage message, long seq, PublishOutcome outcome) {
        if (outcome != PublishOutcome.CONGESTION) {
            readAhead--;
            end(seq, outcome);
            finishEarlierRuns();
            read();
        } else if (!closed) {
            loop.after(RETRY, () -> queue.publishWithoutBound(message, again -> onReplayed(message, seq, again)));
        }
    }

    /** The device has been told, so it is not given up; a broker that has no room for it may have it later. */
    private void retry(UpstreamMessage message, long seq) {
        if (closed) {
            return;
        }
        loop.after(
                RETRY,
                () -> queue.publishWithoutBound(message, outcome -> {
                    if (outcome == PublishOutcome.CONGESTION) {
                        retry(message, seq);
                    } else {
                        end(seq, outcome);
                    }
                }));
    }

    private void end(long seq, PublishOutcome outcome) {
        if (outcome == PublishOutcome.REFUSED) {
            counters.journalRefused.increment();
        }
        acknowledged.add(seq);
        if (acknowledged.size() >= DELETE_BATCH) {
            deleteAcknowledged();
        } else if (!deletePlanned) {
            deletePlanned = true;
            loop.after(DELETE_DELAY, () -> {
                deletePlanned = false;
                deleteAcknowledged();
            });
        }
    }

    private void deleteAcknowledged() {
        if (!acknowledged.isEmpty()) {
            journal.delete(acknowledged);
            acknowledged.clear();
        }
    }

    // ---- the connection

    void onConnected() {
        connected = true;
        read();
        checkForLate();
    }

    /** What is under way is sent again by the connection when it is back; until then the journal has it. */
    void onDisconnected() {
        connected = false;
        behind = true;
        underWay.forEach(this::spill);
    }

    /** Nothing more is sent; what the broker has acknowledged need not be kept. */
    void close() {
        connected = false;
        closed = true;
        deleteAcknowledged();
    }
}
