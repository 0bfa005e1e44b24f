// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * A broker at the end of one connection, which does what the test says, and nothing before. Insists on what {@link BrokerConnection}
 * asks of its user. Everything here is to be called on the connection's loop.
 */
final class FakeConnection implements BrokerConnection {
    /** A message the broker has not acknowledged. */
    record Sent(UpstreamMessage message, PublishListener listener) {}

    /** A SUBSCRIBE or UNSUBSCRIBE the broker has not answered. */
    record FilterPacket(boolean subscribes, List<TopicFilter> filters, CompletableFuture<List<FilterAnswer>> answer) {}

    /** Makes connections and remembers them by their number. */
    static final class Factory implements BrokerConnection.Factory {
        final Map<Integer, FakeConnection> made = new HashMap<>();

        @Override
        public BrokerConnection create(int number, OwnerLoop loop, Listener listener) {
            FakeConnection connection = new FakeConnection(loop, listener);
            assertThat(made.put(number, connection)).as("connection %s", number).isNull();
            return connection;
        }
    }

    final OwnerLoop loop;
    final Listener listener;
    final Deque<Sent> sent = new ArrayDeque<>();
    final List<UpstreamMessage> everSent = new ArrayList<>();
    final Deque<FilterPacket> packets = new ArrayDeque<>();
    /** What the broker has subscribed for this connection. */
    final Set<TopicFilter> subscribed = new LinkedHashSet<>();

    boolean opened;
    boolean connected;
    boolean closed;
    /** When set, every message is answered with it while it is being sent. */
    @Nullable
    PublishOutcome answerAtOnce;

    private int sendMaximum;

    private FakeConnection(OwnerLoop loop, Listener listener) {
        this.loop = loop;
        this.listener = listener;
    }

    // ---- what the lane does

    @Override
    public void open() {
        loop.assertOwner();
        assertThat(opened).as("opened before").isFalse();
        opened = true;
    }

    @Override
    public void publish(UpstreamMessage message, PublishListener published) {
        loop.assertOwner();
        assertThat(connected).as("connected when publishing").isTrue();
        assertThat(sent).as("unacknowledged messages").hasSizeLessThan(sendMaximum);
        everSent.add(message);
        if (answerAtOnce != null) {
            published.onPublished(answerAtOnce);
        } else {
            sent.add(new Sent(message, published));
        }
    }

    @Override
    public CompletionStage<List<FilterAnswer>> subscribe(List<TopicFilter> filters, Qos qos) {
        assertThat(qos).isEqualTo(Qos.EXACTLY_ONCE);
        return packet(true, filters);
    }

    @Override
    public CompletionStage<Void> unsubscribe(List<TopicFilter> filters) {
        return packet(false, filters).thenApply(answers -> null);
    }

    private CompletableFuture<List<FilterAnswer>> packet(boolean subscribes, List<TopicFilter> filters) {
        loop.assertOwner();
        assertThat(connected).as("connected when subscribing").isTrue();
        assertThat(packets).as("open packets").hasSizeLessThan(Lane.MAX_OPEN_PACKETS);
        assertThat(filters).doesNotHaveDuplicates().hasSizeBetween(1, Lane.MAX_FILTERS_PER_PACKET);
        FilterPacket packet = new FilterPacket(subscribes, filters, new CompletableFuture<>());
        packets.add(packet);
        return packet.answer;
    }

    @Override
    public CompletionStage<Void> close() {
        assertThat(closed).as("closed before").isFalse();
        closed = true;
        return CompletableFuture.completedFuture(null);
    }

    // ---- what the broker does

    void connect(int newSendMaximum) {
        assertThat(opened && !closed).as("open").isTrue();
        connected = true;
        sendMaximum = newSendMaximum;
        listener.onConnected(newSendMaximum);
    }

    void disconnect() {
        connected = false;
        listener.onDisconnected("test");
    }

    /** Answers the oldest message. */
    void acknowledge(PublishOutcome outcome) {
        sent.remove().listener.onPublished(outcome);
    }

    /** Answers the oldest SUBSCRIBE or UNSUBSCRIBE; grants all. */
    void answer() {
        FilterPacket packet = packets.element();
        answer(Collections.nCopies(packet.filters.size(), new FilterAnswer.Granted(Qos.AT_LEAST_ONCE)));
    }

    void answer(List<FilterAnswer> answers) {
        FilterPacket packet = packets.remove();
        for (int i = 0; i < packet.filters.size(); i++) {
            if (!packet.subscribes) {
                subscribed.remove(packet.filters.get(i));
            } else if (answers.get(i) instanceof FilterAnswer.Granted) {
                subscribed.add(packet.filters.get(i));
            }
        }
        packet.answer.complete(answers);
    }

    /** Loses the answer to the oldest SUBSCRIBE or UNSUBSCRIBE. */
    void failAnswer() {
        packets.remove().answer.completeExceptionally(new IllegalStateException("no answer"));
    }

    /** Answers what is asked until nothing is. */
    void answerAll() {
        while (!packets.isEmpty()) {
            answer();
        }
    }

    /** Sends a message; returns how often it has been acknowledged. */
    AtomicInteger deliver(String topic) {
        return deliver(topic, Qos.AT_LEAST_ONCE);
    }

    AtomicInteger deliver(String topic, Qos qos) {
        AtomicInteger acknowledged = new AtomicInteger();
        listener.onMessage(topic, Payload.utf8("x"), qos, false, acknowledged::incrementAndGet);
        return acknowledged;
    }
}
