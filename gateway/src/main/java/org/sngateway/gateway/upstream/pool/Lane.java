// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.PublishQueue;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.gateway.upstream.pool.Custody.Entrusted;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One shared broker connection: what the devices of its shard publish goes up on it, and what the filters that live on it bring comes
 * down.
 */
final class Lane implements BrokerConnection.Listener {
    /** Beyond it QoS 0 messages are dropped: the broker is not slowed down by what other loops have not taken of them. */
    static final int MAX_UNTAKEN = 10_000;

    /** Of take-overs by another client, one in so many is logged: two gateways of one name take each other's place for ever. */
    private static final int WARN_EVERY = 10;

    private static final Logger log = LoggerFactory.getLogger(Lane.class);

    private final int number;
    private final String clientId;
    private final OwnerLoop loop;
    private final BrokerConnection connection;
    private final GatewayCounters counters;
    private final ConnectionStatus status;
    private final PublishQueue publishes;
    /** Null without a journal. */
    private final @Nullable JournaledPublishes journaled;

    private final LaneFilters filters;
    /** Messages that have not been taken by all loops they are for. */
    private final AtomicInteger untaken = new AtomicInteger();

    private boolean connected;
    private int takeOvers;
    /** Set on the loop; read by whoever takes a message. */
    private volatile boolean closing;

    /** Nothing is taken any more: the broker could not be told. */
    private boolean ended;

    private OwnerLoop.@Nullable Timer patienceEnd;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /**
     * @param clientId of its connection
     * @param resumes whether the broker may have kept a session from before a restart
     * @param journal null when there is none
     * @param onRefused told on this lane's loop who has been refused a filter and is no subscriber any more
     */
    Lane(
            int number,
            String clientId,
            OwnerLoop loop,
            BrokerConnection.Factory connections,
            UpstreamConfig config,
            GatewayCounters counters,
            boolean resumes,
            @Nullable Journal journal,
            Consumer<List<PooledSubscription>> onRefused) {
        this.number = number;
        this.clientId = clientId;
        this.loop = loop;
        this.counters = counters;
        this.status = counters.connections.register("lane-" + number);
        this.connection = connections.create(
                new BrokerConnection.Spec(clientId, new BrokerConnection.Identity.OfGateway(), !resumes, true, null),
                loop,
                this);
        PublishQueue.Limits limits = new PublishQueue.Limits(
                config.maxInFlight(), config.maxQueued(), config.maxQueuedOctets(), config.keepsQos0());
        this.publishes =
                new PublishQueue(loop, connection, limits, counters, counters.publishStats.register("lane-" + number));
        this.journaled = journal == null ? null : new JournaledPublishes(number, loop, publishes, journal, counters);
        this.filters = new LaneFilters(number, loop, connection, config.maxFiltersPerSubscribe(), counters, onRefused);
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
        return connected && !closing;
    }

    // ---- publishing

    /** @param clientId of the device that publishes it; empty for none */
    void publish(String clientId, UpstreamMessage message, PublishListener listener) {
        loop.assertOwner();
        if (closing) {
            listener.onPublished(PublishOutcome.CONGESTION);
            return;
        }
        PublishListener told = outcome -> {
            listener.onPublished(outcome);
            disconnectWhenDrained();
        };
        if (journaled == null) {
            publishes.publish(message, told);
        } else {
            journaled.publish(clientId, message, told);
        }
    }

    // ---- filters

    /** Messages go to {@code subscription} from now on, too; it is told what the broker grants. */
    void join(PooledSubscription subscription) {
        loop.assertOwner();
        filters.join(subscription);
    }

    void restore(TopicFilter filter) {
        loop.assertOwner();
        filters.restore(filter);
    }

    void resume(PooledSubscription subscription) {
        loop.assertOwner();
        filters.resume(subscription);
    }

    void endUnwanted() {
        loop.assertOwner();
        filters.endUnwanted();
    }

    void leave(PooledSubscription subscription) {
        loop.assertOwner();
        filters.leave(subscription);
    }

    @Override
    public void onMessage(BrokerMessage message) {
        loop.assertOwner();
        if (ended) {
            return; // not acknowledged, so the broker keeps it
        }
        if (message.retained()) {
            // A broker of MQTT 3.1.1 sends them unasked; whoever is to have them gets them by the retained lane.
            message.acknowledge().run();
            return;
        }
        counters.publishesDown.increment();
        if (message.qos() == Qos.AT_MOST_ONCE && untaken.get() >= MAX_UNTAKEN) {
            counters.downlinkDropped.increment();
            message.acknowledge().run();
            return;
        }
        untaken.incrementAndGet();
        Custody custody = new Custody(() -> {
            message.acknowledge().run();
            untaken.decrementAndGet();
            if (closing) {
                loop.execute(this::disconnectWhenDrained);
            }
        });
        int[] matches = {0};
        filters.match(message.topic(), filter -> {
            matches[0]++;
            if (filter.isShared()) {
                Runnable taken = custody.entrustTo(filter).taken();
                deliverToOne(filter.filter(), message, taken, new HashSet<>(2));
            } else {
                deliver(filter, message, custody);
            }
        });
        if (matches[0] == 0) {
            counters.downlinkUnmatched.increment();
        }
        custody.taken();
    }

    /** Offers the message to every subscriber, each on its own loop; those that live here at once. */
    private void deliver(LaneFilter filter, BrokerMessage message, Custody custody) {
        FanOut<Entrusted<PooledSubscription>> fan = new FanOut<>(loop, each -> {
            PooledDevice device = each.to().device();
            hand(device.loop(), each.taken(), () -> device.onCopy(message, each.to(), each.taken()));
        });
        filter.subscribers().forEach(subscription -> fan.to(subscription.loop(), custody.entrustTo(subscription)));
        fan.post();
    }

    /** Gives the message to the member whose turn it is; to the next when that one has just left. */
    private void deliverToOne(TopicFilter filter, BrokerMessage message, Runnable taken, Set<PooledSubscription> gone) {
        PooledSubscription chosen = filters.nextMember(filter, gone);
        if (chosen == null) {
            counters.sharedUndelivered.increment();
            taken.run();
            return;
        }
        FanOut<PooledSubscription> fan = new FanOut<>(
                loop,
                member -> hand(member.loop(), taken, () -> {
                    if (!member.device().takesShared(message, member, taken)) {
                        gone.add(member);
                        loop.execute(() -> deliverToOne(filter, message, taken, gone));
                    }
                }));
        fan.to(chosen.loop(), chosen);
        fan.post();
    }

    /** Whatever a subscriber does, the others get the message, and the broker its acknowledgement: else it soon sends no more. */
    static void hand(OwnerLoop loop, Runnable taken, Runnable delivery) {
        try {
            delivery.run();
        } catch (RuntimeException | Error failure) {
            taken.run();
            Reactions.run(loop, () -> {
                throw failure;
            });
        }
    }

    // ---- connection events

    @Override
    public void onConnected(BrokerOffer offer) {
        loop.assertOwner();
        connected = true;
        status.connected(loop.nanoTime());
        log.atInfo()
                .addKeyValue("lane", number)
                .addKeyValue("send-maximum", offer.sendMaximum())
                .addKeyValue("session", offer.sessionPresent() ? "kept" : "new")
                .log("connected to the broker");
        filters.onConnected(offer);
        publishes.onConnected(offer);
        if (journaled != null) {
            journaled.onConnected();
        }
        disconnectWhenDrained();
    }

    @Override
    public void onDisconnected(Disconnection disconnection) {
        loop.assertOwner();
        connected = false;
        status.disconnected(loop.nanoTime(), disconnection.reason());
        if (disconnection.cause() == Disconnection.Cause.TAKEN_OVER && takeOvers++ % WARN_EVERY == 0) {
            log.atWarn()
                    .addKeyValue("client", clientId)
                    .log("another client has taken over the gateway's connection: each gateway at a broker needs a"
                            + " gateway.name of its own");
        }
        publishes.onDisconnected();
        if (journaled != null) {
            journaled.onDisconnected();
        }
        filters.onDisconnected();
        disconnectWhenDrained();
    }

    // ---- end

    /**
     * Takes nothing more, waits for what the broker has not acknowledged and for what the devices' shards have not taken of it (which it
     * would deliver a second time) while it is connected, but at most for {@code patience}, and disconnects for good.
     */
    CompletionStage<Void> close(Duration patience) {
        loop.assertOwner();
        if (!closing) {
            closing = true;
            filters.close();
            patienceEnd = loop.after(patience, this::disconnect);
            disconnectWhenDrained();
        }
        return closed;
    }

    private void disconnectWhenDrained() {
        if (closing && (!connected || (publishes.isIdle() && untaken.get() == 0))) {
            disconnect();
        }
    }

    /** Once. */
    private void disconnect() {
        if (patienceEnd != null) {
            patienceEnd.cancel();
            patienceEnd = null;
            if (journaled != null) {
                journaled.close();
            }
            publishes.close();
            ended = true;
            // After the acknowledgements that are on their way to the connection through this loop.
            loop.execute(() -> connection
                    .close(BrokerConnection.End.KEEP_SESSION)
                    .whenComplete((done, failure) -> closed.complete(null)));
        }
    }
}
