// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sngateway.gateway.observe.FrameTrace;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.transport.Transport;
import org.sngateway.transport.dtls.DtlsStats;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * What the pages show. All of it may be read from any thread.
 *
 * @param counters what has happened
 * @param limits what the configuration allows
 * @param store how the store is doing; empty where there is none
 * @param listeners in the order of the configuration
 * @param shards in their order
 * @param frames what passes
 * @param nanoClock the clock of the shards' loops
 */
public record AdminSources(
        GatewayCounters counters,
        Limits limits,
        Supplier<Optional<StoreStatus>> store,
        List<Listener> listeners,
        List<Shard> shards,
        FrameTrace frames,
        LongSupplier nanoClock) {
    public AdminSources {
        listeners = List.copyOf(listeners);
        shards = List.copyOf(shards);
    }

    /**
     * What the configuration allows.
     *
     * @param sessions how many sessions there may be
     * @param bufferOctets what may wait for all devices together
     * @param storeOctets how large the database may become; this and what follows only where there is a store
     * @param pendingOctets what may wait to be written
     * @param journalOctets what the messages in the journal may count
     */
    public record Limits(long sessions, long bufferOctets, long storeOctets, long pendingOctets, long journalOctets) {}

    /**
     * A way for devices to reach the gateway.
     *
     * @param address where it is bound, different for each
     * @param dtls what a DTLS listener counts besides; empty for any other
     */
    public record Listener(String address, Transport transport, Supplier<Optional<DtlsStats>> dtls) {
        /** One without DTLS. */
        public Listener(String address, Transport transport) {
            this(address, transport, Optional::empty);
        }
    }

    /**
     * A thread that devices share.
     *
     * @param name different for each
     * @param failedTasks how many of its tasks have thrown
     */
    public record Shard(String name, OwnerLoop loop, LongSupplier failedTasks) {}
}
