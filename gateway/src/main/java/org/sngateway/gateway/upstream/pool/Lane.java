// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One shared broker connection and what the gateway knows about it: how many messages are unacknowledged, which wait, which
 * filters live on it and for whom.
 *
 * <p>Publishing keeps its own window, the smaller of the configured one and the broker's receive maximum, and a bounded queue
 * behind it; the MQTT client's queue, which has no bound, is never used. SUBSCRIBE and UNSUBSCRIBE are sent in the order they were
 * asked for, as many filters in one packet as were asked for while the packets before were under way.
 */
final class Lane implements BrokerConnection.Listener {
    /** The MQTT client takes ten open SUBSCRIBE and UNSUBSCRIBE packets. */
    static final int MAX_OPEN_PACKETS = 8;

    static final int MAX_FILTERS_PER_PACKET = 200;

    /** Beyond it filters are not subscribed; each that is subscribed may have to be unsubscribed, which is never refused. */
    static final int MAX_WAITING_FILTERS = 100_000;

    /** Beyond it QoS 0 messages are dropped: the broker is not slowed down by what other loops have not taken of them. */
    static final int MAX_UNTAKEN = 10_000;

    /**
     * What filters are subscribed with at the broker: the highest QoS the gateway delivers, whatever each device asked for, so that
     * a device that asks for more later needs no second SUBSCRIBE and no device is sent retained messages again because of it.
     */
    private static final Qos SUBSCRIBED_QOS = Qos.EXACTLY_ONCE;

    private static final FilterAnswer FAILED = new FilterAnswer.Refused(PublishOutcome.CONGESTION);

    private static final Logger log = LoggerFactory.getLogger(Lane.class);

    private enum State {
        /** The first attempt to connect is not decided: filters may wait for it. */
        CONNECTING,
        CONNECTED,
        DISCONNECTED
    }

    private record Waiting(UpstreamMessage message, PublishListener listener) {}

    /** A filter to subscribe, with who waits for the answer, or, with none, to unsubscribe. */
    private record FilterOrder(TopicFilter filter, @Nullable Consumer<FilterAnswer> answer) {
        boolean subscribes() {
            return answer != null;
        }

        void answer(FilterAnswer given) {
            if (answer != null) {
                answer.accept(given);
            }
        }
    }

    private final int number;
    private final OwnerLoop loop;
    private final BrokerConnection connection;
    private final GatewayCounters counters;
    private final int maxInFlight;
    private final int maxQueued;

    private final Map<String, FilterSubscribers> exactFilters = new HashMap<>();
    private final FilterTrie<FilterSubscribers> wildcardFilters = new FilterTrie<>();
    private final Deque<FilterOrder> filterOrders = new ArrayDeque<>();
    private int openFilterPackets;
    /** Messages that have not been taken by all loops they are for. */
    private final AtomicInteger untaken = new AtomicInteger();

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int inFlight;
    private boolean sendingWaiting;

    private State state = State.CONNECTING;
    /** Of this connection. */
    private int window;

    private boolean closing;
    private OwnerLoop.@Nullable Timer patienceEnd;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    Lane(
            int number,
            OwnerLoop loop,
            BrokerConnection.Factory connections,
            GatewayCounters counters,
            int maxInFlight,
            int maxQueued) {
        this.number = number;
        this.loop = loop;
        this.counters = counters;
        this.maxInFlight = maxInFlight;
        this.maxQueued = maxQueued;
        this.connection = connections.create(number, loop, this);
    }

    OwnerLoop loop() {
        return loop;
    }

    void open() {
        loop.assertOwner();
        if (!closing) {
            connection.open();
        }
    }

    /** Whether it takes messages. */
    boolean isConnected() {
        return state == State.CONNECTED && !closing;
    }

    // ---- publishing

    void publish(UpstreamMessage message, PublishListener listener) {
        loop.assertOwner();
        if (!isConnected()) {
            refuse(message, listener);
        } else if (inFlight < window && waiting.isEmpty()) {
            send(message, listener);
        } else if (waiting.size() < maxQueued) {
            waiting.add(new Waiting(message, listener));
        } else {
            refuse(message, listener);
        }
    }

    private void send(UpstreamMessage message, PublishListener listener) {
        inFlight++;
        counters.publishesUp.increment();
        connection.publish(message, outcome -> {
            inFlight--;
            if (outcome == PublishOutcome.ACCEPTED && message.qos() != Qos.AT_MOST_ONCE) {
                counters.publishesAcknowledged.increment();
            }
            tell(listener, outcome);
            sendWaiting();
        });
    }

    /** Answers may come while a message is being sent; then the round that sends it goes on. */
    private void sendWaiting() {
        if (sendingWaiting) {
            return;
        }
        sendingWaiting = true;
        while (state == State.CONNECTED && inFlight < window && !waiting.isEmpty()) {
            Waiting next = waiting.remove();
            send(next.message, next.listener);
        }
        sendingWaiting = false;
        disconnectWhenDrained();
    }

    private void refuse(UpstreamMessage message, PublishListener listener) {
        (message.qos() == Qos.AT_MOST_ONCE ? counters.upstreamDropped : counters.upstreamCongested).increment();
        tell(listener, PublishOutcome.CONGESTION);
    }

    private void tell(PublishListener listener, PublishOutcome outcome) {
        Reactions.run(loop, () -> listener.onPublished(outcome));
    }

    // ---- filters

    /**
     * Asks the broker for a filter.
     *
     * @param answer called on this lane's loop
     */
    void subscribe(TopicFilter filter, Consumer<FilterAnswer> answer) {
        loop.assertOwner();
        if (state == State.DISCONNECTED || closing || filterOrders.size() >= MAX_WAITING_FILTERS) {
            answer.accept(FAILED);
        } else {
            filterOrders.add(new FilterOrder(filter, answer));
            sendFilterOrders();
        }
    }

    /** Messages for {@code filter} go to {@code subscriber}, too, from now on. */
    void addSubscriber(Subscriber subscriber, TopicFilter filter) {
        loop.assertOwner();
        FilterSubscribers subscribers = find(filter);
        if (subscribers == null) {
            subscribers = new FilterSubscribers(filter);
            if (filter.hasWildcard()) {
                wildcardFilters.put(filter, subscribers);
            } else {
                exactFilters.put(filter.value(), subscribers);
            }
        }
        subscribers.add(subscriber);
    }

    void removeSubscriber(Subscriber subscriber, TopicFilter filter) {
        loop.assertOwner();
        FilterSubscribers subscribers = find(filter);
        if (subscribers == null) {
            return;
        }
        subscribers.remove(subscriber);
        if (subscribers.isEmpty()) {
            if (filter.hasWildcard()) {
                wildcardFilters.remove(filter);
            } else {
                exactFilters.remove(filter.value());
            }
        }
    }

    /** Ends the filter at the broker. */
    void unsubscribe(TopicFilter filter) {
        loop.assertOwner();
        filterOrders.add(new FilterOrder(filter, null));
        sendFilterOrders();
    }

    private @Nullable FilterSubscribers find(TopicFilter filter) {
        return filter.hasWildcard() ? wildcardFilters.get(filter) : exactFilters.get(filter.value());
    }

    private void sendFilterOrders() {
        while (state == State.CONNECTED && openFilterPackets < MAX_OPEN_PACKETS && !filterOrders.isEmpty()) {
            List<FilterOrder> batch = nextBatch();
            openFilterPackets++;
            List<TopicFilter> filters = batch.stream().map(FilterOrder::filter).toList();
            if (batch.get(0).subscribes()) {
                connection.subscribe(filters, SUBSCRIBED_QOS).whenComplete((answers, failure) -> {
                    for (int i = 0; i < batch.size(); i++) {
                        batch.get(i).answer(failure == null ? answers.get(i) : FAILED);
                    }
                    packetDone();
                });
            } else {
                connection.unsubscribe(filters).whenComplete((done, failure) -> packetDone());
            }
        }
    }

    /** The next orders of one kind; a filter stands in a packet only once. */
    private List<FilterOrder> nextBatch() {
        List<FilterOrder> batch = new ArrayList<>();
        boolean subscribes = filterOrders.element().subscribes();
        Set<TopicFilter> taken = new HashSet<>();
        while (!filterOrders.isEmpty()
                && batch.size() < MAX_FILTERS_PER_PACKET
                && filterOrders.element().subscribes() == subscribes
                && taken.add(filterOrders.element().filter)) {
            batch.add(filterOrders.remove());
        }
        return batch;
    }

    private void packetDone() {
        openFilterPackets--;
        sendFilterOrders();
    }

    // ---- connection events

    @Override
    public void onConnected(int sendMaximum) {
        loop.assertOwner();
        state = State.CONNECTED;
        window = Math.min(maxInFlight, sendMaximum);
        log.atInfo().addKeyValue("lane", number).addKeyValue("window", window).log("connected to the broker");
        sendFilterOrders();
        sendWaiting();
    }

    @Override
    public void onDisconnected(String reason) {
        loop.assertOwner();
        state = State.DISCONNECTED;
        for (Waiting refused = waiting.poll(); refused != null; refused = waiting.poll()) {
            refuse(refused.message, refused.listener);
        }
        refuseSubscribes();
        disconnectWhenDrained();
    }

    /** What waits to be subscribed is refused, so that the device asks again; what waits to be unsubscribed stays. */
    private void refuseSubscribes() {
        List<FilterOrder> orders = new ArrayList<>(filterOrders);
        filterOrders.clear();
        for (FilterOrder order : orders) {
            if (order.subscribes()) {
                order.answer(FAILED);
            } else {
                filterOrders.add(order);
            }
        }
    }

    @Override
    public void onMessage(String topic, Payload payload, Qos qos, boolean retained, Runnable acknowledge) {
        loop.assertOwner();
        counters.publishesDown.increment();
        if (qos == Qos.AT_MOST_ONCE && untaken.get() >= MAX_UNTAKEN) {
            counters.downlinkDropped.increment();
            acknowledge.run();
            return;
        }
        untaken.incrementAndGet();
        Custody custody = new Custody(() -> {
            untaken.decrementAndGet();
            acknowledge.run();
        });
        FilterSubscribers exact = exactFilters.get(topic);
        if (exact != null) {
            // No other filter of this lane overlaps it.
            exact.deliver(new Delivery(topic, payload, qos, retained, exact.filter()), loop, custody);
        } else {
            int[] matches = {0};
            wildcardFilters.match(topic, subscribers -> {
                matches[0]++;
                subscribers.deliver(new Delivery(topic, payload, qos, retained, subscribers.filter()), loop, custody);
            });
            if (matches[0] == 0) {
                counters.downlinkUnmatched.increment();
            }
        }
        custody.taken();
    }

    // ---- end

    /**
     * Takes nothing more, waits for what the broker has not acknowledged while it is connected, but at most for {@code patience},
     * and disconnects for good.
     */
    CompletionStage<Void> close(Duration patience) {
        loop.assertOwner();
        if (!closing) {
            closing = true;
            refuseSubscribes();
            patienceEnd = loop.after(patience, this::disconnect);
            disconnectWhenDrained();
        }
        return closed;
    }

    private void disconnectWhenDrained() {
        if (closing && (state != State.CONNECTED || (inFlight == 0 && waiting.isEmpty()))) {
            disconnect();
        }
    }

    /** Once. */
    private void disconnect() {
        if (patienceEnd != null) {
            patienceEnd.cancel();
            patienceEnd = null;
            connection.close().whenComplete((done, failure) -> closed.complete(null));
        }
    }
}
