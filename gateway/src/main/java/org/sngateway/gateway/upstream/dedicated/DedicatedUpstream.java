// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.SessionKeeper;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.Upstream;
import org.sngateway.gateway.upstream.status.StatusTopic;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Every device over a broker connection of its own, on its shard's loop, with the device's client id, clean session flag and will. The
 * broker keeps the sessions.
 */
public final class DedicatedUpstream implements Upstream {
    private final List<OwnerLoop> loops;
    private final List<DedicatedUplink> uplinks = new ArrayList<>();

    /** @param loops the shards' loops in their order */
    public DedicatedUpstream(
            List<? extends OwnerLoop> loops,
            BrokerConnection.Factory connections,
            DedicatedSettings settings,
            GatewayCounters counters) {
        this.loops = List.copyOf(loops);
        List<String> ownClientIds = IntStream.range(0, loops.size())
                .mapToObj(shard -> settings.name() + "-" + shard)
                .toList();
        DedicatedUplink.Shared shared = new DedicatedUplink.Shared(
                connections,
                settings,
                Stream.concat(ownClientIds.stream(), Stream.of(StatusTopic.clientId(settings.name())))
                        .collect(Collectors.toUnmodifiableSet()),
                new QueueBudget(settings.maxQueuedOctets()),
                new ClosingConnections(),
                (double) settings.connectsPerSecond() / loops.size(),
                counters);
        for (int i = 0; i < loops.size(); i++) {
            uplinks.add(new DedicatedUplink(i, ownClientIds.get(i), this.loops.get(i), shared));
        }
    }

    /** Nothing lives here: the broker keeps the sessions. */
    @Override
    public void restore(Map<TopicFilter, Integer> placements) {}

    @Override
    public void open() {
        for (int i = 0; i < loops.size(); i++) {
            loops.get(i).execute(uplinks.get(i)::open);
        }
    }

    @Override
    public Uplink uplink(int shard) {
        return uplinks.get(shard);
    }

    @Override
    public SessionKeeper sessionKeeper() {
        return SessionKeeper.BROKER;
    }

    @Override
    public CompletionStage<Void> close() {
        CompletableFuture<?>[] closed = new CompletableFuture<?>[loops.size()];
        for (int i = 0; i < loops.size(); i++) {
            CompletableFuture<Void> one = new CompletableFuture<>();
            DedicatedUplink uplink = uplinks.get(i);
            loops.get(i).execute(() -> uplink.close().whenComplete((done, failure) -> one.complete(null)));
            closed[i] = one;
        }
        return CompletableFuture.allOf(closed);
    }
}
