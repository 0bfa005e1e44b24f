// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerConnection.FilterRequest;
import org.sngateway.gateway.upstream.BrokerConnection.RetainHandling;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One device's SUBSCRIBEs and UNSUBSCRIBEs over one connection: in the order they are asked for, as many filters in one packet as are
 * asked for while the packets before are under way. After a connection was lost everything is subscribed again, whatever the broker
 * says of the session: one that has crashed has it as it was saved last.
 */
final class FilterOrders {
    /** The MQTT client takes ten open SUBSCRIBE and UNSUBSCRIBE packets. */
    static final int MAX_OPEN_PACKETS = 8;

    /** A device waits for an answer before it asks again, and may repeat itself. */
    static final int MAX_WAITING = 200;

    /** The retained messages have come this long after the answer. */
    static final Duration RETAINED_PATIENCE = Duration.ofSeconds(10);

    private static final FilterAnswer CONGESTED = new FilterAnswer.Refused(PublishOutcome.CONGESTION);

    /** What the device has subscribed, across its connections; the broker may have lost some of it. */
    static final class Held {
        private final Map<TopicFilter, Subscribed> filters = new LinkedHashMap<>(4);
        private final Set<TopicFilter> lost = new HashSet<>(1);

        void clear() {
            filters.clear();
            lost.clear();
        }
    }

    /** What the broker has granted. */
    private static final class Subscribed {
        private final Qos qos;
        private final long grantedNanos;
        /** Whether it has been subscribed again since the device has had the retained messages. */
        private boolean repeated;

        Subscribed(Qos qos, long grantedNanos) {
            this.qos = qos;
            this.grantedNanos = grantedNanos;
        }
    }

    /**
     * @param request null to unsubscribe
     * @param answer of a SUBSCRIBE
     * @param done of an UNSUBSCRIBE
     */
    private record Order(
            TopicFilter filter, @Nullable FilterRequest request, Consumer<FilterAnswer> answer, Runnable done) {
        boolean subscribes() {
            return request != null;
        }
    }

    private final OwnerLoop loop;
    private final BrokerConnection connection;
    private final Held held;
    private final int maxFiltersPerPacket;
    private final Deque<Order> waiting = new ArrayDeque<>(1);
    /** What the device has asked for and is not answered. */
    private final List<TopicFilter> asking = new ArrayList<>(1);

    private boolean everConnected;
    private int openPackets;
    private boolean connected;

    FilterOrders(OwnerLoop loop, BrokerConnection connection, Held held, int maxFiltersPerPacket) {
        this.maxFiltersPerPacket = maxFiltersPerPacket;
        this.loop = loop;
        this.connection = connection;
        this.held = held;
    }

    void subscribe(TopicFilter filter, Qos qos, SubscribeListener listener) {
        if (!connected || waiting.size() >= MAX_WAITING) {
            listener.onRefused(PublishOutcome.CONGESTION);
            return;
        }
        asking.add(filter);
        order(new FilterRequest(filter, qos, RetainHandling.SEND), answer -> {
            asking.remove(filter);
            if (answer instanceof FilterAnswer.Granted granted) {
                held.filters.put(filter, new Subscribed(qos, loop.nanoTime()));
                held.lost.remove(filter);
                listener.onGranted(granted.qos());
            } else {
                PublishOutcome outcome = ((FilterAnswer.Refused) answer).outcome();
                if (outcome == PublishOutcome.REFUSED) {
                    forget(filter);
                }
                listener.onRefused(outcome);
            }
        });
    }

    private void order(FilterRequest request, Consumer<FilterAnswer> answer) {
        waiting.add(new Order(request.filter(), request, answer, () -> {}));
        sendWaiting();
    }

    /** Waits for the broker when it is away. Beyond what may wait nobody is answered: the device repeats itself. */
    void unsubscribe(TopicFilter filter, Runnable done) {
        forget(filter);
        if (waiting.size() < MAX_WAITING) {
            waiting.add(new Order(filter, null, answer -> {}, done));
            sendWaiting();
        }
    }

    private void forget(TopicFilter filter) {
        held.filters.remove(filter);
        held.lost.remove(filter);
    }

    private void sendWaiting() {
        while (connected && openPackets < MAX_OPEN_PACKETS && !waiting.isEmpty()) {
            List<Order> batch = nextBatch();
            openPackets++;
            if (batch.get(0).subscribes()) {
                var unused = connection.subscribe(requests(batch)).whenComplete((answers, failure) -> {
                    for (int i = 0; i < batch.size(); i++) {
                        answer(batch.get(i), failure == null ? answers.get(i) : CONGESTED);
                    }
                    packetDone();
                });
            } else {
                var unused = connection.unsubscribe(filters(batch)).whenComplete((answered, failure) -> {
                    onUnsubscribed(batch, failure == null && answered);
                    packetDone();
                });
            }
        }
    }

    private static List<FilterRequest> requests(List<Order> batch) {
        return batch.stream().map(Order::request).filter(Objects::nonNull).toList();
    }

    private static List<TopicFilter> filters(List<Order> batch) {
        return batch.stream().map(Order::filter).toList();
    }

    private void answer(Order order, FilterAnswer answer) {
        Reactions.run(loop, () -> order.answer().accept(answer));
    }

    private void onUnsubscribed(List<Order> batch, boolean answered) {
        if (answered) {
            batch.forEach(order -> Reactions.run(loop, order.done()));
        } else if (!connected) {
            for (int i = batch.size() - 1; i >= 0; i--) {
                waiting.addFirst(batch.get(i));
            }
        }
    }

    private void packetDone() {
        openPackets--;
        sendWaiting();
    }

    /** The next orders of one kind; a filter stands in a packet only once. */
    private List<Order> nextBatch() {
        List<Order> batch = new ArrayList<>(1);
        boolean subscribes = waiting.element().subscribes();
        Set<TopicFilter> taken = new HashSet<>();
        while (!waiting.isEmpty()
                && batch.size() < maxFiltersPerPacket
                && waiting.element().subscribes() == subscribes
                && taken.add(waiting.element().filter())) {
            batch.add(waiting.remove());
        }
        return batch;
    }

    /**
     * Whether the device has had the retained message on {@code topic}: the broker, of MQTT 3.1.1, sends it because filters are
     * subscribed again. Those that were granted just before the connection was lost are given the benefit of the doubt.
     */
    boolean hasHadRetained(String topic) {
        if (asking.stream().anyMatch(filter -> filter.matches(topic))) {
            return false;
        }
        boolean repeated = false;
        for (Map.Entry<TopicFilter, Subscribed> each : held.filters.entrySet()) {
            if (each.getKey().matches(topic)) {
                if (!each.getValue().repeated) {
                    return false;
                }
                repeated = true;
            }
        }
        return repeated;
    }

    /** @param sessionPresent whether the broker says that it still knows what was subscribed */
    void onConnected(boolean sessionPresent) {
        connected = true;
        if (everConnected || !sessionPresent) {
            held.lost.addAll(held.filters.keySet());
        }
        everConnected = true;
        for (TopicFilter filter : List.copyOf(held.lost)) {
            restore(filter);
        }
        sendWaiting();
    }

    /** As it was asked for; the device has had the retained messages. */
    private void restore(TopicFilter filter) {
        Subscribed subscribed = held.filters.get(filter);
        if (subscribed == null) {
            return;
        }
        subscribed.repeated |= loop.nanoTime() - subscribed.grantedNanos > RETAINED_PATIENCE.toNanos();
        order(new FilterRequest(filter, subscribed.qos, RetainHandling.DO_NOT_SEND), answer -> {
            if (answer instanceof FilterAnswer.Granted) {
                held.lost.remove(filter);
            } else if (((FilterAnswer.Refused) answer).outcome() == PublishOutcome.REFUSED) {
                forget(filter);
            }
        });
    }

    /** What waits to be subscribed is refused, so that the device asks again; what waits to be unsubscribed stays. */
    void onDisconnected() {
        connected = false;
        List<Order> orders = List.copyOf(waiting);
        waiting.clear();
        for (Order order : orders) {
            if (order.subscribes()) {
                answer(order, CONGESTED);
            } else {
                waiting.add(order);
            }
        }
    }
}
