// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.session.Session;
import org.sngateway.transport.DeviceAddress;

/**
 * Which session a client id has, and so which shard owns it: the shard where the session was created. After a restart also whose
 * sessions' addresses were known, since nobody knows yet on which shard their frames will arrive. Shared by all shards; reading takes
 * no lock.
 */
public final class ClientDirectory {
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    /** The owners of restored sessions that are where they were before the restart. */
    private final ConcurrentHashMap<DeviceAddress, Shard> restored = new ConcurrentHashMap<>();

    private final AtomicInteger count = new AtomicInteger();
    private final int limit;

    /** @param limit how many sessions there may be */
    public ClientDirectory(int limit) {
        this.limit = limit;
    }

    @Nullable
    Session find(String clientId) {
        return sessions.get(clientId);
    }

    void forEach(Consumer<Session> action) {
        sessions.values().forEach(action);
    }

    boolean isFull() {
        return count.get() >= limit;
    }

    /** Enters a new session; returns the one that another shard has entered first, or {@code session} itself. */
    Session enter(Session session) {
        Session first = sessions.putIfAbsent(session.clientId(), session);
        if (first == null) {
            count.incrementAndGet();
            session.onEntered();
            return session;
        }
        return first;
    }

    void remove(Session session) {
        if (sessions.remove(session.clientId(), session)) {
            count.decrementAndGet();
            session.onRemoved();
        }
    }

    void enterAddress(DeviceAddress address, Shard owner) {
        restored.put(address, owner);
    }

    /** The shard with the restored session of this address; null when there is none, or it is somewhere else by now. */
    @Nullable
    Shard findAddress(DeviceAddress address) {
        return restored.get(address);
    }

    void removeAddress(DeviceAddress address, Shard owner) {
        restored.remove(address, owner);
    }

    /** How many sessions there are, kept ones of devices that are not connected included. */
    public int size() {
        return count.get();
    }
}
