// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.security.AdmissionRules;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.upstream.SessionKeeper;
import org.sngateway.transport.loop.Clocks;

/**
 * What all sessions of a shard share. Each shard has settings of its own, confined to its loop: another configuration comes into effect
 * between two turns of it, so that a message is handled with one configuration from its beginning to its end.
 */
public final class SessionSettings {
    private GatewayConfig config;
    private AdmissionRules rules;

    private final GatewayCounters counters;
    private final BufferBudget budget;
    private final SessionKeeper keeper;
    private final @Nullable Store store;
    private final InstantSource wallClock;

    /**
     * @param store where what must survive a restart goes; null when nothing must
     * @param wallClock for times that a restart must not lose
     */
    public SessionSettings(
            GatewayConfig config,
            GatewayCounters counters,
            BufferBudget budget,
            SessionKeeper keeper,
            @Nullable Store store,
            InstantSource wallClock) {
        this(config, new AdmissionRules(config.admission()), counters, budget, keeper, store, wallClock);
    }

    /** Without a store. */
    public SessionSettings(GatewayConfig config, GatewayCounters counters, BufferBudget budget, SessionKeeper keeper) {
        this(config, counters, budget, keeper, null, Clocks.wall());
    }

    private SessionSettings(
            GatewayConfig config,
            AdmissionRules rules,
            GatewayCounters counters,
            BufferBudget budget,
            SessionKeeper keeper,
            @Nullable Store store,
            InstantSource wallClock) {
        this.config = config;
        this.rules = rules;
        this.counters = counters;
        this.budget = budget;
        this.keeper = keeper;
        this.store = store;
        this.wallClock = wallClock;
    }

    /** The same for another shard. */
    public SessionSettings copy() {
        return new SessionSettings(config, rules, counters, budget, keeper, store, wallClock);
    }

    /** From now on this is the configuration, and what follows from it. */
    public void use(GatewayConfig newConfig, AdmissionRules newRules) {
        config = newConfig;
        rules = newRules;
    }

    /** The configuration now. */
    public GatewayConfig config() {
        return config;
    }

    /** Who may do what now. */
    public AdmissionRules rules() {
        return rules;
    }

    public GatewayCounters counters() {
        return counters;
    }

    public BufferBudget budget() {
        return budget;
    }

    public SessionKeeper keeper() {
        return keeper;
    }

    public @Nullable Store store() {
        return store;
    }

    public InstantSource wallClock() {
        return wallClock;
    }
}
