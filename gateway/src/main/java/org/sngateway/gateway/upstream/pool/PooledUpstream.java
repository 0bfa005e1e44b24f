// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.SessionKeeper;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.Upstream;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.Clocks;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * All devices over a few shared broker connections. A shard publishes on the lane of its own loop, so a device's order is kept and
 * no message changes thread; a filter may live on any lane.
 */
public final class PooledUpstream implements Upstream {
    /** How long closing waits for the broker's acknowledgements. */
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(5);

    private static final Duration AGE_CHECK = Duration.ofMinutes(1);

    private final List<OwnerLoop> loops;
    private final BrokerConnection.Factory connections;
    private final UpstreamConfig config;
    private final String name;
    private final GatewayCounters counters;
    private final @Nullable Store store;
    private final @Nullable Journal journal;
    private final List<Lane> shardLanes = new ArrayList<>();
    private final FilterTable filters;
    private final @Nullable Duration journalMaxAge;
    private final RetainedLane retained;

    /** Without a store: nothing survives a restart. */
    public PooledUpstream(
            List<? extends OwnerLoop> loops,
            BrokerConnection.Factory connections,
            UpstreamConfig config,
            String name,
            GatewayCounters counters) {
        this(loops, connections, config, name, counters, null, Clocks.wall(), null);
    }

    /**
     * One lane for each of {@code loops}, the shards' loops in their order.
     *
     * @param name what the client ids of the connections begin with; distinguishes this gateway from others at the broker
     * @param store where what must survive a restart goes; null when nothing must
     * @param journalMaxAge after which messages are given up that wait for the broker; null for never
     */
    public PooledUpstream(
            List<? extends OwnerLoop> loops,
            BrokerConnection.Factory connections,
            UpstreamConfig config,
            String name,
            GatewayCounters counters,
            @Nullable Store store,
            InstantSource wallClock,
            @Nullable Duration journalMaxAge) {
        this.loops = List.copyOf(loops);
        this.connections = connections;
        this.config = config;
        this.name = name;
        this.counters = counters;
        this.store = store;
        this.journalMaxAge = journalMaxAge;
        this.journal = store == null ? null : new Journal(store, wallClock);
        for (int i = 0; i < loops.size(); i++) {
            shardLanes.add(newLane(i));
        }
        filters = new FilterTable(
                this.loops.get(0), shardLanes, Math.max(config.maxLanes(), loops.size()), this::newLane, store);
        retained = new RetainedLane(
                name + "-retained",
                this.loops.get(0),
                connections,
                config.maxFiltersPerSubscribe(),
                config.retainedQuietTime(),
                counters);
    }

    private Lane newLane(int number) {
        OwnerLoop loop = loops.get(number % loops.size());
        return new Lane(
                number,
                name + "-" + number,
                loop,
                connections,
                config,
                counters,
                store != null,
                journal,
                this::onRefused);
    }

    @Override
    public void open() {
        loops.get(0).execute(filters::open);
        Journal kept = journal;
        Duration maxAge = journalMaxAge;
        if (kept != null && maxAge != null) {
            loops.get(0).execute(() -> giveUpOld(kept, maxAge));
        }
    }

    private void giveUpOld(Journal kept, Duration maxAge) {
        kept.deleteOlderThan(maxAge.toMillis());
        loops.get(0).after(AGE_CHECK, () -> giveUpOld(kept, maxAge));
    }

    @Override
    public void restore(Map<TopicFilter, Integer> placements) {
        loops.get(0).execute(() -> placements.forEach(filters::restore));
    }

    @Override
    public Uplink uplink(int shard) {
        return new LaneUplink(shardLanes.get(shard));
    }

    @Override
    public CompletionStage<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loops.get(0).execute(() -> {
            CompletableFuture<?>[] lanes = Stream.concat(
                            filters.close().stream().map(PooledUpstream::close),
                            Stream.of(retained.close().toCompletableFuture()))
                    .toArray(CompletableFuture[]::new);
            var unused = CompletableFuture.allOf(lanes).whenComplete((done, failure) -> closed.complete(null));
        });
        return closed;
    }

    private static CompletableFuture<Void> close(Lane lane) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        lane.loop().execute(() -> lane.close(DRAIN_PATIENCE).whenComplete((done, failure) -> closed.complete(null)));
        return closed;
    }

    @Override
    public SessionKeeper sessionKeeper() {
        return SessionKeeper.GATEWAY;
    }

    void subscribe(PooledSubscription subscription) {
        loops.get(0).execute(() -> filters.subscribe(subscription, loops.indexOf(subscription.loop())));
    }

    void resume(PooledSubscription subscription) {
        loops.get(0).execute(() -> filters.resume(subscription, loops.indexOf(subscription.loop())));
    }

    void unsubscribe(PooledSubscription subscription) {
        loops.get(0).execute(() -> filters.unsubscribe(subscription));
    }

    private void onRefused(List<PooledSubscription> refused) {
        loops.get(0).execute(() -> filters.onRefused(refused));
    }

    void askRetained(RetainedRequest request) {
        retained.loop().execute(() -> retained.ask(request));
    }

    private final class LaneUplink implements Uplink {
        private final Lane lane;

        LaneUplink(Lane lane) {
            this.lane = lane;
        }

        @Override
        public DeviceUplink forDevice(Subscriber device) {
            return new PooledDevice(device, lane, PooledUpstream.this, counters);
        }

        @Override
        public void publishWithoutSession(UpstreamMessage message) {
            lane.publish("", message, outcome -> {});
        }

        @Override
        public boolean isConnected() {
            return lane.isConnected();
        }
    }
}
