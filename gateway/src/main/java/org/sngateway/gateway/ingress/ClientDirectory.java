// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.session.Session;

/**
 * Which session a client id has, and so which shard owns it: the shard where the session was created. Shared by all shards;
 * reading takes no lock.
 */
public final class ClientDirectory {
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
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
            return session;
        }
        return first;
    }

    void remove(Session session) {
        if (sessions.remove(session.clientId(), session)) {
            count.decrementAndGet();
        }
    }

    /** How many sessions there are, kept ones of devices that are not connected included. */
    public int size() {
        return count.get();
    }
}
