// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.Upstream;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * All devices over a few shared broker connections. A shard publishes on the lane of its own loop, so a device's order is kept and
 * no message changes thread; a filter may live on any lane.
 */
public final class PooledUpstream implements Upstream {
    /** How long closing waits for the broker's acknowledgements. */
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(5);

    private final List<OwnerLoop> loops;
    private final BrokerConnection.Factory connections;
    private final UpstreamConfig config;
    private final GatewayCounters counters;
    private final List<Lane> shardLanes = new ArrayList<>();
    private final FilterTable filters;

    /** One lane for each of {@code loops}, the shards' loops in their order. */
    public PooledUpstream(
            List<? extends OwnerLoop> loops,
            BrokerConnection.Factory connections,
            UpstreamConfig config,
            GatewayCounters counters) {
        this.loops = List.copyOf(loops);
        this.connections = connections;
        this.config = config;
        this.counters = counters;
        for (int i = 0; i < loops.size(); i++) {
            shardLanes.add(newLane(i));
        }
        filters = new FilterTable(this.loops.get(0), shardLanes, Math.max(config.maxLanes(), loops.size()), number -> {
            Lane lane = newLane(number);
            lane.loop().execute(lane::open);
            return lane;
        });
    }

    private Lane newLane(int number) {
        OwnerLoop loop = loops.get(number % loops.size());
        return new Lane(number, loop, connections, counters, config.maxInFlight(), config.maxQueued());
    }

    @Override
    public void open() {
        shardLanes.forEach(lane -> lane.loop().execute(lane::open));
    }

    @Override
    public Uplink uplink(int shard) {
        return new LaneUplink(shard, shardLanes.get(shard));
    }

    @Override
    public CompletionStage<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loops.get(0).execute(() -> {
            CompletableFuture<?>[] lanes =
                    filters.close().stream().map(PooledUpstream::close).toArray(CompletableFuture[]::new);
            var unused = CompletableFuture.allOf(lanes).whenComplete((done, failure) -> closed.complete(null));
        });
        return closed;
    }

    private static CompletableFuture<Void> close(Lane lane) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        lane.loop().execute(() -> lane.close(DRAIN_PATIENCE).whenComplete((done, failure) -> closed.complete(null)));
        return closed;
    }

    private final class LaneUplink implements Uplink {
        private final int shard;
        private final Lane lane;

        LaneUplink(int shard, Lane lane) {
            this.shard = shard;
            this.lane = lane;
        }

        @Override
        public void publish(UpstreamMessage message, PublishListener listener) {
            lane.publish(message, listener);
        }

        @Override
        public void subscribe(Subscriber subscriber, TopicFilter filter, SubscribeListener listener) {
            loops.get(0).execute(() -> filters.subscribe(subscriber, filter, shard, listener));
        }

        @Override
        public void unsubscribe(Subscriber subscriber, TopicFilter filter) {
            loops.get(0).execute(() -> filters.unsubscribe(subscriber, filter));
        }

        @Override
        public boolean isConnected() {
            return lane.isConnected();
        }
    }
}
