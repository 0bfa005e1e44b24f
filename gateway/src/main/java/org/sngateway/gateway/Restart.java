// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.gateway.store.StoredDevice;
import org.sngateway.gateway.upstream.Upstream;

/** Brings back what the store has kept, before the broker is connected and devices are heard. */
final class Restart {
    private static final Logger log = LoggerFactory.getLogger(Restart.class);

    private Restart() {}

    /**
     * Gives each shard its part of the sessions, and each filter its lane. Waits until that is done.
     *
     * @throws IOException when the store cannot be read
     */
    static void restore(Store store, Upstream upstream, List<Shard> shards) throws IOException {
        List<List<StoredDevice>> parts = new ArrayList<>();
        shards.forEach(shard -> parts.add(new ArrayList<>()));
        Map<TopicFilter, Integer> placements = new HashMap<>();
        int[] sessions = {0};
        store.load(device -> parts.get(sessions[0]++ % parts.size()).add(device), placement -> {
            if (TopicFilter.isValid(placement.filter())) {
                placements.put(new TopicFilter(placement.filter()), placement.lane());
            }
        });
        upstream.restore(placements);
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            Shard shard = shards.get(i);
            List<StoredDevice> part = parts.get(i);
            done.add(CompletableFuture.runAsync(() -> part.forEach(shard::restore), shard.loop()));
        }
        done.forEach(CompletableFuture::join);
        shards.forEach(shard -> store.watch(shard.loop(), state -> {
            if (state == StoreStatus.State.OK) {
                shard.onStoreWorks();
            }
        }));
        if (sessions[0] > 0) {
            log.atInfo()
                    .addKeyValue("sessions", sessions[0])
                    .addKeyValue("filters", placements.size())
                    .log("sessions restored");
        }
    }
}
