// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is on its way to the broker, over all connections. May be used from any thread. */
public final class PublishStatsRegistry {
    private final List<PublishStats> all = new CopyOnWriteArrayList<>();

    PublishStatsRegistry() {}

    /**
     * Enters the connections of one loop for as long as the gateway runs.
     *
     * @param name as it stands in metrics, such as {@code lane-0}; those of several loops that share a name are shown as one
     */
    public PublishStats register(String name) {
        PublishStats stats = new PublishStats(name);
        all.add(stats);
        return stats;
    }

    /** One for each name, sorted by it. */
    public Collection<PublishStats.Snapshot> list() {
        TreeMap<String, PublishStats.Snapshot> byName = new TreeMap<>();
        for (PublishStats stats : all) {
            PublishStats.Snapshot snapshot = stats.snapshot();
            byName.merge(snapshot.name(), snapshot, PublishStats.Snapshot::plus);
        }
        return byName.values();
    }
}
