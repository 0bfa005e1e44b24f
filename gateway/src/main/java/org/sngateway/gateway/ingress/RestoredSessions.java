// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.ListenerConfig;
import org.sngateway.gateway.session.StoredAddress;
import org.sngateway.gateway.store.StoredDevice;
import org.sngateway.transport.DeviceAddress;

/**
 * What the store has kept, shared out among the shards. Filled by one thread.
 *
 * <p>An address that the store has for two devices is nobody's: a crash fell between the one's coming and the record of the other's
 * leaving, and a message must not be taken for another device's.
 */
public final class RestoredSessions {
    private final List<ListenerConfig> listeners;
    private final List<Located> devices = new ArrayList<>();
    private final Set<DeviceAddress> known = new HashSet<>();
    private final Set<DeviceAddress> ambiguous = new HashSet<>();

    private record Located(StoredDevice device, @Nullable DeviceAddress address) {}

    public RestoredSessions(List<ListenerConfig> listeners) {
        this.listeners = listeners;
    }

    public void add(StoredDevice device) {
        DeviceAddress address = StoredAddress.read(device.session().address(), listeners);
        devices.add(new Located(device, address));
        if (address != null && !known.add(address)) {
            ambiguous.add(address);
        }
    }

    public int size() {
        return devices.size();
    }

    /** Gives each shard its part, on its loop; completes when all have it. */
    public CompletableFuture<Void> restore(List<Shard> shards) {
        CompletableFuture<?>[] parts = new CompletableFuture<?>[shards.size()];
        for (int i = 0; i < parts.length; i++) {
            int first = i;
            parts[i] = CompletableFuture.runAsync(
                    () -> restore(shards.get(first), first, shards.size()),
                    shards.get(i).loop());
        }
        return CompletableFuture.allOf(parts);
    }

    private void restore(Shard shard, int first, int step) {
        for (int i = first; i < devices.size(); i += step) {
            Located located = devices.get(i);
            DeviceAddress address = located.address;
            shard.restore(located.device, address == null || ambiguous.contains(address) ? null : address);
        }
    }
}
