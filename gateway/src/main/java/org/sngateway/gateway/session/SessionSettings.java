// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.upstream.SessionKeeper;
import org.sngateway.transport.loop.Clocks;

/**
 * What all sessions of a gateway share.
 *
 * @param store where what must survive a restart goes; null when nothing must
 * @param wallClock for times that a restart must not lose
 */
public record SessionSettings(
        GatewayConfig config,
        GatewayCounters counters,
        BufferBudget budget,
        SessionKeeper keeper,
        @Nullable Store store,
        InstantSource wallClock) {
    /** Without a store. */
    public SessionSettings(GatewayConfig config, GatewayCounters counters, BufferBudget budget, SessionKeeper keeper) {
        this(config, counters, budget, keeper, null, Clocks.wall());
    }
}
