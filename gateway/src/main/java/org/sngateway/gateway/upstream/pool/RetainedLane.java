// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerConnection.FilterAnswer;
import org.sngateway.gateway.upstream.BrokerConnection.FilterRequest;
import org.sngateway.gateway.upstream.BrokerConnection.RetainHandling;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.pool.Custody.Entrusted;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The connection on which retained messages are fetched for the devices that have just subscribed, and for them alone: it subscribes
 * their filter, passes on what comes with RETAIN, drops the rest, and when nothing retained has come for a while unsubscribes. One such
 * time is a {@link Round}.
 *
 * <p>Requests for the same filter share a round as long as its SUBSCRIBE has not been sent. Rounds whose filters overlap are held one
 * after the other, in the order they were asked for, so that it is known whom a message is for. The connection is opened when it is
 * first needed; a round that it is lost in is held again.
 */
final class RetainedLane implements BrokerConnection.Listener {
    /** Requests beyond this number are not served. */
    static final int MAX_WAITING_REQUESTS = 100_000;

    /** A round that the broker has so often no room for is given up. */
    private static final int MAX_CONGESTED = 3;

    private enum RoundState {
        /** Waits for its SUBSCRIBE to be sent, or for another round to end. */
        WAITING,
        SUBSCRIBING,
        LISTENING,
        /** Waits for its UNSUBSCRIBE to be sent, or for the answer. */
        ENDING
    }

    private static final class Round {
        private final TopicFilter filter;
        private final List<RetainedRequest> requests = new ArrayList<>(1);
        private RoundState state = RoundState.WAITING;
        private long lastMessageNanos;
        private int congested;

        Round(TopicFilter filter) {
            this.filter = filter;
        }
    }

    private final String clientId;
    private final OwnerLoop loop;
    private final BrokerConnection.Factory connections;
    private final int maxFiltersPerPacket;
    private final Duration quietTime;
    private final GatewayCounters counters;

    /** The rounds that may be held now: no two overlap. */
    private final FilterTrie<Round> current = new FilterTrie<>();
    /** Of these, those to be subscribed. */
    private final Deque<Round> ready = new ArrayDeque<>();
    /** Those that listen, the one that heard something last at the end. */
    private final Set<Round> listening = new LinkedHashSet<>();
    /** Those to be unsubscribed. */
    private final Deque<Round> ending = new ArrayDeque<>();
    /** Those whose packet is under way. */
    private final Set<Round> open = new LinkedHashSet<>();

    /** The rounds that overlap a current or an earlier one, in the order they were asked for. */
    private final Set<Round> blocked = new LinkedHashSet<>();

    private FilterTrie<Boolean> blockedFilters = new FilterTrie<>();

    /** The rounds whose SUBSCRIBE has not been sent. */
    private final Map<TopicFilter, Round> joinable = new HashMap<>();

    private int waitingRequests;
    private int openPackets;
    private int epoch;
    private boolean sendPosted;
    private boolean connected;
    private boolean closed;
    private @Nullable BrokerConnection connection;
    private @Nullable ConnectionStatus status;
    private final OwnerLoop.ReusableTimer quiet;
    private final AtomicInteger untaken = new AtomicInteger();

    /** @param clientId of its connection */
    RetainedLane(
            String clientId,
            OwnerLoop loop,
            BrokerConnection.Factory connections,
            int maxFiltersPerPacket,
            Duration quietTime,
            GatewayCounters counters) {
        this.clientId = clientId;
        this.loop = loop;
        this.connections = connections;
        this.maxFiltersPerPacket = maxFiltersPerPacket;
        this.quietTime = quietTime;
        this.counters = counters;
        this.quiet = loop.timer(this::endQuietRounds);
    }

    OwnerLoop loop() {
        return loop;
    }

    // ---- requests

    /** Fetches the retained messages of the request's filter; its device is told when there are no more. */
    void ask(RetainedRequest request) {
        loop.assertOwner();
        if (closed || waitingRequests >= MAX_WAITING_REQUESTS) {
            counters.retainedNotAsked.increment();
            tellEnd(List.of(request));
            return;
        }
        waitingRequests++;
        Round round = joinable.get(request.filter());
        if (round == null) {
            round = new Round(request.filter());
            joinable.put(round.filter, round);
            if (isFree(round)) {
                makeCurrent(round);
            } else {
                block(round);
            }
        }
        round.requests.add(request);
        if (connection == null) {
            open();
        }
        sendSoon();
    }

    private void open() {
        status = counters.connections.register("lane-retained");
        connection = connections.create(
                new BrokerConnection.Spec(clientId, new BrokerConnection.Identity.OfGateway(), true, false, null),
                loop,
                this);
        connection.open();
    }

    private boolean isFree(Round round) {
        return !current.overlaps(round.filter) && !blockedFilters.overlaps(round.filter);
    }

    private void makeCurrent(Round round) {
        current.put(round.filter, round);
        ready.add(round);
    }

    private void block(Round round) {
        blocked.add(round);
        blockedFilters.put(round.filter, true);
    }

    /** After rounds have ended: what waited for them, and for nothing else, is next. */
    private void unblock() {
        if (blocked.isEmpty()) {
            return;
        }
        List<Round> candidates = new ArrayList<>(blocked);
        blocked.clear();
        blockedFilters = new FilterTrie<>();
        for (Round candidate : candidates) {
            if (isFree(candidate)) {
                makeCurrent(candidate);
            } else {
                block(candidate);
            }
        }
    }

    // ---- packets

    private void sendSoon() {
        if (connected && !sendPosted) {
            sendPosted = true;
            loop.execute(() -> {
                sendPosted = false;
                send();
            });
        }
    }

    private void send() {
        BrokerConnection to = connection;
        while (to != null
                && connected
                && openPackets < LaneFilters.MAX_OPEN_PACKETS
                && !(ready.isEmpty() && ending.isEmpty())) {
            boolean unsubscribes = !ending.isEmpty();
            List<Round> batch = nextBatch(unsubscribes ? ending : ready);
            openPackets++;
            open.addAll(batch);
            if (unsubscribes) {
                unsubscribe(to, batch);
            } else {
                subscribe(to, batch);
            }
        }
    }

    private List<Round> nextBatch(Deque<Round> from) {
        List<Round> batch = new ArrayList<>();
        while (!from.isEmpty() && batch.size() < maxFiltersPerPacket) {
            batch.add(from.remove());
        }
        return batch;
    }

    private void subscribe(BrokerConnection to, List<Round> batch) {
        List<FilterRequest> requests = new ArrayList<>(batch.size());
        for (Round round : batch) {
            if (joinable.remove(round.filter, round)) {
                waitingRequests -= round.requests.size();
            }
            round.state = RoundState.SUBSCRIBING;
            requests.add(new FilterRequest(round.filter, Qos.EXACTLY_ONCE, RetainHandling.SEND));
        }
        int asked = epoch;
        to.subscribe(requests).whenComplete((answers, failure) -> {
            if (asked != epoch) {
                return;
            }
            openPackets--;
            for (int i = 0; i < batch.size(); i++) {
                onAnswer(
                        batch.get(i),
                        failure == null ? answers.get(i) : new FilterAnswer.Refused(PublishOutcome.CONGESTION));
            }
            unblock();
            sendSoon();
        });
    }

    private void onAnswer(Round round, FilterAnswer answer) {
        if (answer instanceof FilterAnswer.Granted) {
            open.remove(round);
            round.state = RoundState.LISTENING;
            heard(round);
            if (!quiet.isArmed()) {
                quiet.armAt(loop.deadlineAfter(quietTime));
            }
        } else if (answer instanceof FilterAnswer.Refused no && no.outcome() != PublishOutcome.CONGESTION) {
            counters.retainedNotAsked.add(round.requests.size());
            open.remove(round);
            end(round);
        } else if (++round.congested < MAX_CONGESTED) {
            // Most likely the connection is about to be lost.
            open.remove(round);
            round.state = RoundState.WAITING;
            ready.add(round);
        } else {
            counters.retainedNotAsked.add(round.requests.size());
            open.remove(round);
            round.state = RoundState.ENDING;
            ending.add(round);
        }
    }

    private void unsubscribe(BrokerConnection from, List<Round> batch) {
        int asked = epoch;
        from.unsubscribe(batch.stream().map(round -> round.filter).toList()).whenComplete((done, failure) -> {
            if (asked != epoch) {
                return;
            }
            openPackets--;
            for (Round round : batch) {
                open.remove(round);
                end(round);
            }
            unblock();
            sendSoon();
        });
    }

    /** Tells the devices that there is no more. */
    private void end(Round round) {
        current.remove(round.filter);
        tellEnd(round.requests);
    }

    private void tellEnd(List<RetainedRequest> requests) {
        FanOut<RetainedRequest> told = new FanOut<>(
                loop,
                request -> Reactions.run(
                        request.loop(), () -> request.subscription().device().onRetainedEnd(request)));
        requests.forEach(request -> told.to(request.loop(), request));
        told.post();
    }

    // ---- quiet time

    private void heard(Round round) {
        round.lastMessageNanos = loop.nanoTime();
        listening.remove(round);
        listening.add(round);
    }

    private void endQuietRounds() {
        while (!listening.isEmpty()) {
            Round first = listening.iterator().next();
            long endNanos = first.lastMessageNanos + quietTime.toNanos();
            if (endNanos - loop.nanoTime() > 0) {
                quiet.armAt(endNanos);
                break;
            }
            listening.remove(first);
            first.state = RoundState.ENDING;
            ending.add(first);
        }
        sendSoon();
    }

    // ---- what the broker sends

    @Override
    public void onMessage(BrokerMessage message) {
        loop.assertOwner();
        if (!message.retained() || message.payload().isEmpty()) {
            message.acknowledge().run();
            return;
        }
        counters.publishesDown.increment();
        if (message.qos() == Qos.AT_MOST_ONCE && untaken.get() >= Lane.MAX_UNTAKEN) {
            counters.downlinkDropped.increment();
            message.acknowledge().run();
            return;
        }
        untaken.incrementAndGet();
        Custody custody = new Custody(() -> {
            untaken.decrementAndGet();
            message.acknowledge().run();
        });
        current.match(message.topic(), round -> {
            if (round.state != RoundState.WAITING) {
                deliver(message, round, custody);
            }
            if (round.state == RoundState.LISTENING) {
                heard(round);
            }
        });
        custody.taken();
    }

    private void deliver(BrokerMessage message, Round round, Custody custody) {
        FanOut<Entrusted<RetainedRequest>> fan = new FanOut<>(loop, each -> {
            PooledDevice device = each.to().subscription().device();
            Lane.hand(device.loop(), each.taken(), () -> device.onRetained(message, each.to(), each.taken()));
        });
        round.requests.forEach(request -> fan.to(request.loop(), custody.entrustTo(request)));
        fan.post();
    }

    // ---- connection events

    @Override
    public void onConnected(BrokerOffer offer) {
        loop.assertOwner();
        connected = true;
        epoch++;
        if (status != null) {
            status.connected(loop.nanoTime());
        }
        if (offer.retainAvailable()) {
            sendSoon();
        } else {
            endAll();
        }
    }

    /** What has been subscribed is subscribed again. */
    @Override
    public void onDisconnected(Disconnection disconnection) {
        loop.assertOwner();
        connected = false;
        epoch++;
        if (status != null) {
            status.disconnected(loop.nanoTime(), disconnection.reason());
        }
        openPackets = 0;
        quiet.cancel();
        List<Round> lost = new ArrayList<>(listening);
        for (Round round : open) {
            if (round.state == RoundState.SUBSCRIBING) {
                lost.add(round);
            } else {
                end(round);
            }
        }
        ending.forEach(this::end);
        listening.clear();
        ending.clear();
        open.clear();
        for (Round round : lost) {
            round.state = RoundState.WAITING;
            ready.addFirst(round);
        }
        unblock();
    }

    private void endAll() {
        current.forEach(round -> tellEnd(round.requests));
        current.clear();
        ready.clear();
        blocked.forEach(round -> tellEnd(round.requests));
        blocked.clear();
        blockedFilters = new FilterTrie<>();
        joinable.clear();
        waitingRequests = 0;
    }

    /** Disconnects, for good. */
    CompletionStage<Void> close() {
        loop.assertOwner();
        if (closed || connection == null) {
            closed = true;
            return CompletableFuture.completedFuture(null);
        }
        closed = true;
        quiet.cancel();
        return connection.close(BrokerConnection.End.END_SESSION);
    }
}
