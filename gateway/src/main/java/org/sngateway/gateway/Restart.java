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
import org.sngateway.gateway.store.StoredPlacement;
import org.sngateway.gateway.upstream.Upstream;

/**
 * Brings back what the store has kept, before the broker is connected and devices are heard. Sessions go to their shards in batches, so that the
 * shards are at work while the store is read, and what was read need not stay.
 */
final class Restart {
    private static final Logger log = LoggerFactory.getLogger(Restart.class);

    private static final int BATCH = 500;

    private final List<Shard> shards;
    private final List<List<StoredDevice>> batches = new ArrayList<>();
    private final List<CompletableFuture<Void>> posted = new ArrayList<>();
    private int sessions;

    private Restart(List<Shard> shards) {
        this.shards = shards;
        shards.forEach(shard -> batches.add(new ArrayList<>(BATCH)));
    }

    /**
     * Gives each shard its part of the sessions, and each filter its lane. Waits until that is done.
     *
     * @throws IOException when the store cannot be read
     */
    static void restore(Store store, Upstream upstream, List<Shard> shards) throws IOException {
        Restart restart = new Restart(shards);
        store.load(restart::add, placements -> upstream.restore(lanes(placements)));
        restart.finish();
        shards.forEach(shard -> store.watch(shard.loop(), state -> {
            if (state == StoreStatus.State.OK) {
                shard.onStoreWorks();
            }
        }));
    }

    private static Map<TopicFilter, Integer> lanes(List<StoredPlacement> placements) {
        Map<TopicFilter, Integer> lanes = new HashMap<>(2 * placements.size());
        for (StoredPlacement placement : placements) {
            if (TopicFilter.isValid(placement.filter())) {
                lanes.put(new TopicFilter(placement.filter()), placement.lane());
            }
        }
        return lanes;
    }

    private void add(StoredDevice device) {
        int number = sessions++ % shards.size();
        batches.get(number).add(device);
        if (batches.get(number).size() == BATCH) {
            post(number);
        }
    }

    private void post(int number) {
        Shard shard = shards.get(number);
        List<StoredDevice> batch = batches.set(number, new ArrayList<>(BATCH));
        posted.add(CompletableFuture.runAsync(() -> batch.forEach(shard::restore), shard.loop()));
    }

    private void finish() {
        for (int number = 0; number < shards.size(); number++) {
            post(number);
        }
        posted.forEach(CompletableFuture::join);
        if (sessions > 0) {
            log.atInfo().addKeyValue("sessions", sessions).log("sessions restored");
        }
    }
}
