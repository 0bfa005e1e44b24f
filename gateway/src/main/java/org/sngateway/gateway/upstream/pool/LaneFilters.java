// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerConnection.FilterRequest;
import org.sngateway.gateway.upstream.BrokerConnection.RetainHandling;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.BrokerTopics;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The filters of one lane: who wants which, and what the broker has to be told. Only the difference between what is wanted and what the
 * broker knows is sent, many filters in one packet, so what comes and goes before it is sent costs nothing.
 *
 * <p>On each connection all of it is said again. A broker that has crashed has the session as it saved it last, without the newest
 * filters and with some that have been ended since, and says that it is present. Filters of a session that is present stay what they
 * were meanwhile: messages come, and nobody is told.
 *
 * <p>Packets are sent in an order in which a filter is ended before another that overlaps it is subscribed. What a subscriber is told,
 * and the messages it gets, are posted to its loop in the order in which they came from the broker.
 */
final class LaneFilters {
    /** The MQTT client takes ten open SUBSCRIBE and UNSUBSCRIBE packets. */
    static final int MAX_OPEN_PACKETS = 8;

    /** Beyond it filters are not subscribed; each that is subscribed may have to be unsubscribed, which is never refused. */
    static final int MAX_WAITING_FILTERS = 100_000;

    /** How long a filter rests that the broker refused to subscribe again; doubled each time. */
    static final Duration FIRST_RETRY = Duration.ofSeconds(10);

    static final Duration LONGEST_RETRY = Duration.ofMinutes(10);

    /** How many of the filters that were ended last are ended once more on the next connection. */
    static final int MAX_ENDED = 1_000;

    /**
     * What filters are subscribed with at the broker: the highest QoS the gateway delivers, whatever each device asked for, so that
     * a device that asks for more later needs no second SUBSCRIBE and the copies of overlapping filters are alike.
     */
    private static final Qos SUBSCRIBED_QOS = Qos.EXACTLY_ONCE;

    private static final FilterAnswer FAILED = new FilterAnswer.Refused(PublishOutcome.CONGESTION);

    private static final Logger log = LoggerFactory.getLogger(LaneFilters.class);

    private enum State {
        /** The first attempt to connect is not decided: filters may wait for it. */
        CONNECTING,
        CONNECTED,
        DISCONNECTED
    }

    private final int lane;
    private final OwnerLoop loop;
    private final BrokerConnection connection;
    private final int maxFiltersPerPacket;
    private final GatewayCounters counters;
    private final Consumer<List<PooledSubscription>> onRefused;

    /** Those with subscribers, by what they match; no two match the same topic. */
    private final Map<String, LaneFilter> exact = new HashMap<>();

    private final FilterTrie<LaneFilter> wildcard = new FilterTrie<>();
    /** Those without subscribers that the broker still has. */
    private final Map<TopicFilter, LaneFilter> leaving = new HashMap<>();
    /** Those with a step to take, in the order in which to take it. */
    private final Set<LaneFilter> pending = new LinkedHashSet<>();
    /** Those the broker owes an answer for, in the order they were sent. */
    private final Set<LaneFilter> open = new LinkedHashSet<>();

    /** What has been ended on this connection, the oldest first. */
    private final Set<TopicFilter> ended = new LinkedHashSet<>();

    private State state = State.CONNECTING;
    private @Nullable BrokerOffer offer;
    private int openPackets;
    /** Of the connection; answers that were asked for on an earlier one are void. */
    private int epoch;

    private boolean sendPosted;
    private boolean closed;

    // for what the broker does not grant again
    private final Set<LaneFilter> refused = new LinkedHashSet<>();
    private final OwnerLoop.ReusableTimer retry;
    private Duration nextRetry = FIRST_RETRY;

    /** @param onRefused told who has been refused and is no subscriber any more */
    LaneFilters(
            int lane,
            OwnerLoop loop,
            BrokerConnection connection,
            int maxFiltersPerPacket,
            GatewayCounters counters,
            Consumer<List<PooledSubscription>> onRefused) {
        this.lane = lane;
        this.loop = loop;
        this.connection = connection;
        this.maxFiltersPerPacket = maxFiltersPerPacket;
        this.counters = counters;
        this.onRefused = onRefused;
        this.retry = loop.timer(this::retryRefused);
    }

    // ---- who wants what

    /** Messages go to {@code subscription} from now on, too; it is told what the broker grants. */
    void join(PooledSubscription subscription) {
        LaneFilter known = find(subscription.filter());
        LaneFilter filter = known == null ? comeBackOrNew(subscription.filter()) : known;
        boolean granted = filter.granted != null
                && (filter.atBroker == LaneFilter.AtBroker.SUBSCRIBED || state == State.DISCONNECTED);
        boolean hopeless = closed || state == State.DISCONNECTED || pending.size() >= MAX_WAITING_FILTERS;
        if (granted || !hopeless) {
            if (granted) {
                filter.subscribers().add(subscription);
            } else {
                filter.addWaiting(subscription);
            }
            index(filter);
            plan(filter);
            tellIfGranted(filter, subscription, granted);
        } else {
            refuse(subscription);
            settle(filter);
        }
    }

    /**
     * After a restart, before the first connection: the broker has this filter, unless it has lost the session. Who wants it joins by
     * {@link #resume}.
     */
    void restore(TopicFilter filter) {
        LaneFilter restored = new LaneFilter(filter);
        restored.atBroker = LaneFilter.AtBroker.SUBSCRIBED;
        restored.granted = SUBSCRIBED_QOS;
        leaving.put(filter, restored);
    }

    /** After a restart, before the first connection: a subscription that was granted. It does not wait for an answer. */
    void resume(PooledSubscription subscription) {
        LaneFilter known = find(subscription.filter());
        LaneFilter filter = known == null ? comeBackOrNew(subscription.filter()) : known;
        if (filter.granted == null) {
            filter.granted = SUBSCRIBED_QOS;
            filter.atBroker = LaneFilter.AtBroker.UNKNOWN;
        }
        filter.subscribers().add(subscription);
        index(filter);
        plan(filter);
        tellIfGranted(filter, subscription, true);
    }

    /** After a restart: everybody is back, and what nobody wants is ended at the broker. */
    void endUnwanted() {
        List.copyOf(leaving.values()).forEach(this::settle);
    }

    private LaneFilter comeBackOrNew(TopicFilter filter) {
        LaneFilter back = leaving.get(filter);
        return back == null ? new LaneFilter(filter) : back;
    }

    private void tellIfGranted(LaneFilter filter, PooledSubscription subscription, boolean granted) {
        Qos qos = filter.granted;
        if (granted && qos != null) {
            FanOut<PooledSubscription> told = granting(qos);
            told.to(subscription.loop(), subscription);
            told.post();
        }
    }

    private void refuse(PooledSubscription subscription) {
        SubscriberSet one = new SubscriberSet();
        one.add(subscription);
        refuse(one, PublishOutcome.CONGESTION);
    }

    void leave(PooledSubscription subscription) {
        LaneFilter filter = find(subscription.filter());
        if (filter != null) {
            filter.remove(subscription);
            settle(filter);
        }
    }

    private @Nullable LaneFilter find(TopicFilter filter) {
        TopicFilter matched = BrokerTopics.matched(filter);
        LaneFilter found = matched.hasWildcard() ? wildcard.get(matched) : exact.get(matched.value());
        return found != null && found.filter().equals(filter) ? found : null;
    }

    private void index(LaneFilter filter) {
        leaving.remove(filter.filter());
        if (filter.matched().hasWildcard()) {
            wildcard.put(filter.matched(), filter);
        } else {
            exact.put(filter.matched().value(), filter);
        }
    }

    private void unindex(LaneFilter filter) {
        if (find(filter.filter()) != filter) {
            return;
        }
        if (filter.matched().hasWildcard()) {
            wildcard.remove(filter.matched());
        } else {
            exact.remove(filter.matched().value());
        }
    }

    // ---- what the broker sends

    /** Calls {@code matched} with each filter that wants a message on {@code topic}; there is at most one. */
    void match(String topic, Consumer<LaneFilter> matched) {
        LaneFilter found = exact.get(topic);
        if (found != null) {
            if (isDue(found, topic)) {
                matched.accept(found);
            }
        } else {
            wildcard.match(topic, filter -> {
                if (isDue(filter, topic)) {
                    matched.accept(filter);
                }
            });
        }
    }

    /** Whether a message that has just come can be due to {@code filter}, rather than to one that had the topic before. */
    private boolean isDue(LaneFilter filter, String topic) {
        return switch (filter.atBroker) {
            case SUBSCRIBED -> true;
            case UNKNOWN -> filter.granted != null;
            // The broker may deliver before it answers.
            case SUBSCRIBING ->
                filter.granted != null
                        || leaving.isEmpty()
                        || leaving.values().stream()
                                .noneMatch(other -> other.matched().matches(topic));
            // What it granted before it may have kept, whatever it says now.
            case REFUSED -> filter.granted != null && filter.doubtful;
            case ABSENT, UNSUBSCRIBING -> false;
        };
    }

    /**
     * Whose turn it is among the members of a shared subscription: those that are awake come first. Null when nobody is left.
     *
     * @param gone who has left, although it may still be a member here
     */
    @Nullable
    PooledSubscription nextMember(TopicFilter shared, Set<PooledSubscription> gone) {
        LaneFilter filter = find(shared);
        return filter == null
                ? null
                : filter.subscribers()
                        .takeTurn(
                                member -> !gone.contains(member),
                                member -> member.device().isAwake());
    }

    // ---- what the broker has to be told

    /** Puts the filter where the order of packets wants it: a SUBSCRIBE after all that has been asked for before. */
    private void plan(LaneFilter filter) {
        if (filter.step() == LaneFilter.Step.SUBSCRIBE) {
            pending.remove(filter);
        }
        keepStep(filter);
    }

    private void keepStep(LaneFilter filter) {
        if (filter.step() == LaneFilter.Step.NONE) {
            pending.remove(filter);
        } else {
            pending.add(filter);
            sendSoon();
        }
    }

    /** After a change of who wants the filter or of what the broker knows. */
    private void settle(LaneFilter filter) {
        if (!filter.isWanted()) {
            unindex(filter);
            refused.remove(filter);
            if (filter.isForgotten()) {
                leaving.remove(filter.filter());
                pending.remove(filter);
                return;
            }
            leaving.put(filter.filter(), filter);
        }
        keepStep(filter);
    }

    /** At the end of this turn of the loop, so that what is asked for in it shares a packet. */
    private void sendSoon() {
        if (state == State.CONNECTED && !sendPosted) {
            sendPosted = true;
            loop.execute(() -> {
                sendPosted = false;
                send();
            });
        }
    }

    private void send() {
        while (state == State.CONNECTED && openPackets < MAX_OPEN_PACKETS) {
            List<LaneFilter> batch = nextBatch();
            if (batch.isEmpty()) {
                return;
            }
            openPackets++;
            open.addAll(batch);
            if (batch.get(0).step() == LaneFilter.Step.SUBSCRIBE) {
                subscribe(batch);
            } else {
                unsubscribe(batch);
            }
        }
    }

    /** The next filters with the same step; none while the first waits for an answer. */
    private List<LaneFilter> nextBatch() {
        List<LaneFilter> batch = new ArrayList<>();
        List<LaneFilter> impossible = new ArrayList<>();
        LaneFilter.Step step = LaneFilter.Step.NONE;
        for (Iterator<LaneFilter> next = pending.iterator(); next.hasNext() && batch.size() < maxFiltersPerPacket; ) {
            LaneFilter filter = next.next();
            boolean fits = batch.isEmpty() || filter.step() == step;
            if (filter.isOpen() || !fits) {
                break;
            }
            next.remove();
            if (filter.step() == LaneFilter.Step.SUBSCRIBE && filter.isShared() && !hasSharedSubscriptions()) {
                impossible.add(filter);
            } else {
                step = filter.step();
                batch.add(filter);
            }
        }
        impossible.forEach(filter -> onAnswer(filter, new FilterAnswer.Refused(PublishOutcome.REFUSED)));
        return batch;
    }

    private boolean hasSharedSubscriptions() {
        return offer != null && offer.sharedSubscriptions();
    }

    private void subscribe(List<LaneFilter> batch) {
        batch.forEach(filter -> {
            filter.doubtful |= filter.atBroker == LaneFilter.AtBroker.UNKNOWN;
            filter.atBroker = LaneFilter.AtBroker.SUBSCRIBING;
        });
        List<FilterRequest> requests = batch.stream()
                .map(filter -> new FilterRequest(filter.filter(), SUBSCRIBED_QOS, RetainHandling.DO_NOT_SEND))
                .toList();
        int asked = epoch;
        connection.subscribe(requests).whenComplete((answers, failure) -> {
            if (asked != epoch) {
                return;
            }
            openPackets--;
            for (int i = 0; i < batch.size(); i++) {
                onAnswer(batch.get(i), failure == null ? answers.get(i) : FAILED);
            }
            sendSoon();
        });
    }

    private void onAnswer(LaneFilter filter, FilterAnswer answer) {
        open.remove(filter);
        if (answer instanceof FilterAnswer.Granted granted) {
            filter.atBroker = LaneFilter.AtBroker.SUBSCRIBED;
            filter.granted = granted.qos();
            filter.doubtful = false;
            filter.endedBefore = false;
            refused.remove(filter);
            ended.remove(filter.filter());
            filter.takeWaiting();
            FanOut<PooledSubscription> told = granting(granted.qos());
            filter.subscribers().forEach(each -> told.to(each.loop(), each));
            told.post();
        } else if (answer instanceof FilterAnswer.Refused no) {
            filter.atBroker = LaneFilter.AtBroker.REFUSED;
            // The connection may be about to be lost; then the broker may have it all the same.
            filter.doubtful |= no.outcome() == PublishOutcome.CONGESTION;
            refuseWaiting(filter, no.outcome());
            if (filter.isWanted()) {
                // Not when the connection may be about to be lost: what waits for it in the session came because of it.
                if (no.outcome() == PublishOutcome.REFUSED) {
                    interrupt(filter);
                }
                rest(filter);
            }
        }
        settle(filter);
    }

    private void unsubscribe(List<LaneFilter> batch) {
        batch.forEach(filter -> {
            filter.atBroker = LaneFilter.AtBroker.UNSUBSCRIBING;
            filter.granted = null;
        });
        int asked = epoch;
        connection.unsubscribe(batch.stream().map(LaneFilter::filter).toList()).whenComplete((done, failure) -> {
            if (asked != epoch) {
                return;
            }
            openPackets--;
            boolean answered = failure == null && done;
            for (LaneFilter filter : batch) {
                open.remove(filter);
                filter.atBroker = answered ? LaneFilter.AtBroker.ABSENT : LaneFilter.AtBroker.UNKNOWN;
                if (answered && !filter.endedBefore) {
                    noteEnded(filter.filter());
                }
                settle(filter);
            }
            sendSoon();
        });
    }

    private void noteEnded(TopicFilter filter) {
        if (ended.add(filter) && ended.size() > MAX_ENDED) {
            Iterator<TopicFilter> oldest = ended.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    // ---- what subscribers are told

    private FanOut<PooledSubscription> granting(Qos qos) {
        boolean hasRetained = offer == null || offer.retainAvailable();
        return telling(subscription -> subscription.device().onGranted(subscription, qos, hasRetained));
    }

    private FanOut<PooledSubscription> telling(Consumer<PooledSubscription> what) {
        return new FanOut<>(loop, subscription -> Reactions.run(subscription.loop(), () -> what.accept(subscription)));
    }

    /** Until a copy comes, or it is granted again, those of a device's other filters rule that overlap it. */
    private void interrupt(LaneFilter filter) {
        FanOut<PooledSubscription> told = interrupting();
        filter.subscribers().forEach(each -> told.to(each.loop(), each));
        told.post();
    }

    private FanOut<PooledSubscription> interrupting() {
        return telling(subscription -> subscription.device().onInterrupted(subscription));
    }

    private void refuseWaiting(LaneFilter filter, PublishOutcome outcome) {
        SubscriberSet waiting = filter.takeWaiting();
        if (waiting != null) {
            waiting.forEach(filter::remove);
            refuse(waiting, outcome);
        }
    }

    private void refuse(SubscriberSet subscriptions, PublishOutcome outcome) {
        List<PooledSubscription> all = new ArrayList<>(1);
        FanOut<PooledSubscription> told =
                telling(subscription -> subscription.device().onRefused(subscription, outcome));
        subscriptions.forEach(each -> {
            all.add(each);
            told.to(each.loop(), each);
        });
        told.post();
        onRefused.accept(all);
    }

    // ---- what the broker does not grant again

    /** Those who have the filter cannot be told; they keep it, and the broker is asked again later. */
    private void rest(LaneFilter filter) {
        counters.resubscribesRefused.increment();
        if (refused.isEmpty()) {
            log.atWarn()
                    .addKeyValue("lane", lane)
                    .addKeyValue("filter", filter.filter().value())
                    .log("the broker does not grant again what it granted before; devices miss messages");
        }
        refused.add(filter);
        if (!retry.isArmed()) {
            retry.armAt(loop.deadlineAfter(nextRetry));
            nextRetry = shorter(nextRetry.multipliedBy(2), LONGEST_RETRY);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void retryRefused() {
        if (state == State.CONNECTED) {
            for (LaneFilter filter : refused) {
                if (filter.atBroker == LaneFilter.AtBroker.REFUSED) {
                    filter.atBroker = filter.doubtful ? LaneFilter.AtBroker.UNKNOWN : LaneFilter.AtBroker.ABSENT;
                    plan(filter);
                }
            }
        }
    }

    // ---- connection events

    void onConnected(BrokerOffer made) {
        state = State.CONNECTED;
        offer = made;
        epoch++;
        nextRetry = FIRST_RETRY;
        retry.cancel();
        if (made.sessionPresent()) {
            retryRefused();
            endAgain();
            confirmAll();
        } else {
            subscribeAllAgain();
        }
        refused.clear();
        ended.clear();
        sendSoon();
    }

    /** The broker may have again what it had been told to end. */
    private void endAgain() {
        for (TopicFilter filter : ended) {
            if (find(filter) == null && !leaving.containsKey(filter)) {
                LaneFilter old = new LaneFilter(filter);
                old.atBroker = LaneFilter.AtBroker.UNKNOWN;
                old.endedBefore = true;
                settle(old);
            }
        }
    }

    /** The broker may have forgotten what it had granted. */
    private void confirmAll() {
        Consumer<LaneFilter> confirm = filter -> {
            if (filter.atBroker == LaneFilter.AtBroker.SUBSCRIBED) {
                filter.atBroker = LaneFilter.AtBroker.UNKNOWN;
                plan(filter);
            }
        };
        exact.values().forEach(confirm);
        wildcard.forEach(confirm);
    }

    private void subscribeAllAgain() {
        leaving.clear();
        pending.clear();
        FanOut<PooledSubscription> told = interrupting();
        Consumer<LaneFilter> again = filter -> {
            filter.atBroker = LaneFilter.AtBroker.ABSENT;
            filter.doubtful = false;
            pending.add(filter);
            if (filter.granted != null) {
                filter.subscribers().forEach(each -> told.to(each.loop(), each));
            }
        };
        exact.values().forEach(again);
        wildcard.forEach(again);
        told.post();
    }

    /** Those who wait are refused, so that their devices ask again; what the broker was not heard of is said again when it is back. */
    void onDisconnected() {
        state = State.DISCONNECTED;
        epoch++;
        openPackets = 0;
        retry.cancel();
        List<LaneFilter> undecided = new ArrayList<>(open);
        undecided.forEach(filter -> filter.atBroker = LaneFilter.AtBroker.UNKNOWN);
        pending.stream().filter(filter -> !open.contains(filter)).forEach(undecided::add);
        open.clear();
        pending.clear();
        for (LaneFilter filter : undecided) {
            refuseWaiting(filter, PublishOutcome.CONGESTION);
            settle(filter);
        }
    }

    /** Subscribes nothing more. */
    void close() {
        closed = true;
        List.copyOf(pending).forEach(filter -> {
            if (!filter.isOpen()) {
                refuseWaiting(filter, PublishOutcome.CONGESTION);
                settle(filter);
            }
        });
    }
}
