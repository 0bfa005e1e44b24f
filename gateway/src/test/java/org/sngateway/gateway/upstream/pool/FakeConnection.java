// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import static java.util.stream.Collectors.joining;
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
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
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
    record FilterPacket(
            boolean subscribes,
            List<TopicFilter> filters,
            @Nullable RetainHandling retained,
            CompletableFuture<List<FilterAnswer>> answer) {}

    /** Makes connections and remembers them: lanes by their number, and the one for retained messages. */
    static final class Factory implements BrokerConnection.Factory {
        private static final String RETAINED = PoolFixture.NAME + "-retained";

        final Map<Integer, FakeConnection> made = new HashMap<>();

        /** Whether lanes go on with what the broker kept for an earlier run. */
        boolean resumes;

        @Nullable
        FakeConnection retained;

        @Override
        public BrokerConnection create(Spec spec, OwnerLoop loop, Listener listener) {
            FakeConnection connection = new FakeConnection(spec, loop, listener);
            assertThat(spec.identity()).isEqualTo(new Identity.OfGateway());
            assertThat(spec.beginsSession())
                    .isEqualTo(!resumes || spec.clientId().equals(RETAINED));
            assertThat(spec.will()).isNull();
            assertThat(spec.keepsSession()).isEqualTo(!spec.clientId().equals(RETAINED));
            if (spec.clientId().equals(RETAINED)) {
                assertThat(retained).as("the retained lane").isNull();
                retained = connection;
            } else {
                int number = Integer.parseInt(spec.clientId().substring(PoolFixture.NAME.length() + 1));
                assertThat(made.put(number, connection))
                        .as("connection %s", number)
                        .isNull();
            }
            return connection;
        }
    }

    private final Spec spec;
    final OwnerLoop loop;
    final Listener listener;
    final Deque<Sent> sent = new ArrayDeque<>();
    final List<UpstreamMessage> everSent = new ArrayList<>();
    final Deque<FilterPacket> packets = new ArrayDeque<>();
    /** Every SUBSCRIBE as {@code +filter,filter}, every UNSUBSCRIBE as {@code -filter,filter}. */
    final List<String> everAsked = new ArrayList<>();
    /** The same with what the broker answered, to be shown when a test fails. */
    final List<String> history = new ArrayList<>();
    /** What the broker has subscribed for this connection. */
    final Set<TopicFilter> subscribed = new LinkedHashSet<>();

    boolean opened;
    boolean connected;

    @Nullable
    End closed;
    /** Whether the session survives the next loss of the connection. */
    boolean sessionKept = true;

    boolean retainAvailable = true;
    boolean sharedSubscriptions = true;
    /** When set, every message is answered with it while it is being sent. */
    @Nullable
    PublishOutcome answerAtOnce;

    private int sendMaximum;
    private boolean everConnected;

    private FakeConnection(Spec spec, OwnerLoop loop, Listener listener) {
        this.spec = spec;
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
    public CompletionStage<List<FilterAnswer>> subscribe(List<FilterRequest> filters) {
        RetainHandling retained = spec.keepsSession() ? RetainHandling.DO_NOT_SEND : RetainHandling.SEND;
        assertThat(filters).allSatisfy(filter -> {
            assertThat(filter.qos()).isEqualTo(Qos.EXACTLY_ONCE);
            assertThat(filter.retained()).isEqualTo(retained);
        });
        return packet(retained, filters.stream().map(FilterRequest::filter).toList());
    }

    @Override
    public CompletionStage<Boolean> unsubscribe(List<TopicFilter> filters) {
        // No answer stands for success.
        return packet(null, filters).thenApply(List::isEmpty);
    }

    private CompletableFuture<List<FilterAnswer>> packet(@Nullable RetainHandling retained, List<TopicFilter> filters) {
        loop.assertOwner();
        assertThat(connected).as("connected when subscribing").isTrue();
        assertThat(packets).as("open packets").hasSizeLessThan(LaneFilters.MAX_OPEN_PACKETS);
        assertThat(filters).doesNotHaveDuplicates().hasSizeBetween(1, PoolFixture.MAX_FILTERS_PER_PACKET);
        FilterPacket packet = new FilterPacket(retained != null, filters, retained, new CompletableFuture<>());
        packets.add(packet);
        String asked = (packet.subscribes ? "+" : "-")
                + filters.stream().map(TopicFilter::value).collect(joining(","));
        everAsked.add(asked);
        history.add(asked);
        return packet.answer;
    }

    @Override
    public void changeWill(@Nullable UpstreamMessage will) {
        throw new AssertionError("the gateway's own connections have no will");
    }

    @Override
    public CompletionStage<Void> close(End end) {
        assertThat(closed).as("closed before").isNull();
        closed = end;
        return CompletableFuture.completedFuture(null);
    }

    // ---- what the broker does

    void connect(int newSendMaximum) {
        connect(newSendMaximum, newSendMaximum);
    }

    void connect(int newSendMaximum, int newSendMaximumQos2) {
        assertThat(opened && closed == null).as("open").isTrue();
        connected = true;
        sendMaximum = newSendMaximum;
        boolean sessionPresent = (everConnected || !spec.beginsSession()) && sessionKept && spec.keepsSession();
        if (!sessionPresent) {
            subscribed.clear();
        }
        everConnected = true;
        history.add("CONNECT " + sessionPresent);
        listener.onConnected(new BrokerOffer(
                sessionPresent,
                newSendMaximum,
                newSendMaximumQos2,
                Qos.EXACTLY_ONCE,
                retainAvailable,
                sharedSubscriptions));
    }

    /** The connection is lost; open SUBSCRIBEs and UNSUBSCRIBEs did not reach the broker. */
    void disconnect() {
        connected = false;
        history.add("DISCONNECT");
        listener.onDisconnected(new Disconnection(Disconnection.Cause.LOST, "test"));
        while (!packets.isEmpty()) {
            failAnswer();
        }
    }

    /** As {@link #disconnect}, but the open packets are answered before the loss is told, and the broker has done what they say. */
    void disconnectAfterPackets() {
        connected = false;
        history.add("DISCONNECT");
        List<FilterPacket> lost = new ArrayList<>(packets);
        packets.clear();
        for (FilterPacket packet : lost) {
            packet.filters.forEach(filter -> {
                if (packet.subscribes) {
                    subscribed.add(filter);
                } else {
                    subscribed.remove(filter);
                }
            });
            packet.answer.complete(lostAnswer(packet));
        }
        listener.onDisconnected(new Disconnection(Disconnection.Cause.LOST, "test"));
        assertThat(packets).as("packets without a connection").isEmpty();
    }

    private static List<FilterAnswer> lostAnswer(FilterPacket packet) {
        return Collections.nCopies(packet.filters.size(), new FilterAnswer.Refused(PublishOutcome.CONGESTION));
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
        history.add("=" + packet.filters.stream().map(TopicFilter::value).collect(joining(","))
                + (packet.subscribes ? answers : ""));
        packet.answer.complete(packet.subscribes ? answers : List.of());
    }

    /** Loses the answer to the oldest SUBSCRIBE or UNSUBSCRIBE. */
    void failAnswer() {
        FilterPacket packet = packets.remove();
        packet.answer.complete(lostAnswer(packet));
    }

    /** Answers what is asked until nothing is; what is sent at the end of a turn of the loop has to be waited for. */
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
        return deliver(topic, "x", qos, false);
    }

    AtomicInteger deliver(String topic, String data, Qos qos, boolean retained) {
        return deliver(topic, data, qos, retained, BrokerMessage.NO_EXPIRY);
    }

    AtomicInteger deliver(String topic, String data, Qos qos, boolean retained, long expirySeconds) {
        AtomicInteger acknowledged = new AtomicInteger();
        listener.onMessage(new BrokerMessage(
                topic, Payload.utf8(data), qos, retained, expirySeconds, acknowledged::incrementAndGet));
        return acknowledged;
    }
}
