// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Which devices have a connection that is being closed: their next one waits for that, on whichever shard it is, since the broker might
 * otherwise open a session first and end it then. For any thread.
 */
final class ClosingConnections {
    private final ConcurrentMap<String, CompletionStage<Void>> closings = new ConcurrentHashMap<>();

    /** @param closed never fails */
    void add(String clientId, CompletionStage<Void> closed) {
        closings.put(clientId, closed);
        var unused = closed.thenRun(() -> closings.remove(clientId, closed));
    }

    /** The end of the device's last connection, or null when there is nothing to wait for. */
    @Nullable
    CompletionStage<Void> of(String clientId) {
        return closings.get(clientId);
    }
}
