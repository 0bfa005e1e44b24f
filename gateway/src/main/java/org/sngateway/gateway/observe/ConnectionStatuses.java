// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The connections to the broker that the gateway needs all of to be ready; those of single devices are not among them. May be used from
 * any thread.
 */
public final class ConnectionStatuses {
    private final ConcurrentSkipListMap<String, ConnectionStatus> statuses = new ConcurrentSkipListMap<>();

    ConnectionStatuses() {}

    /**
     * Enters a connection for as long as the gateway runs.
     *
     * @param name as it stands in metrics and health, such as {@code lane-0}
     * @throws IllegalArgumentException when there is one of that name
     */
    public ConnectionStatus register(String name) {
        ConnectionStatus status = new ConnectionStatus(name);
        if (statuses.putIfAbsent(name, status) != null) {
            throw new IllegalArgumentException("name is " + name + ", which another connection has");
        }
        return status;
    }

    /** All connections by name. */
    public List<ConnectionStatus.Snapshot> list() {
        return statuses.values().stream().map(ConnectionStatus::snapshot).toList();
    }
}
