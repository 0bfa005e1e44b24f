// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.ListenerConfig;
import org.sngateway.gateway.ingress.RestoredSessions;
import org.sngateway.gateway.ingress.Shard;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.gateway.store.StoredPlacement;
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
    static void restore(Store store, Upstream upstream, List<Shard> shards, List<ListenerConfig> listeners)
            throws IOException {
        RestoredSessions sessions = new RestoredSessions(listeners);
        store.load(sessions::add, placements -> upstream.restore(lanes(placements)));
        sessions.restore(shards).join();
        shards.forEach(shard -> store.watch(shard.loop(), state -> {
            if (state == StoreStatus.State.OK) {
                shard.onStoreWorks();
            }
        }));
        if (sessions.size() > 0) {
            log.atInfo().addKeyValue("sessions", sessions.size()).log("sessions restored");
        }
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
}
