// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

import java.net.InetSocketAddress;
import org.eclipse.californium.scandium.dtls.Connection;
import org.jspecify.annotations.Nullable;
import org.sngateway.transport.DeviceAddress;

/**
 * What a port remembers of one connection. Written where the connection is computed, which is one thread at a time; the address, once
 * set, is read by any thread.
 */
final class Peer {
    private final DtlsPort port;
    private final Connection connection;
    private boolean underWay = true;
    private boolean failureCounted;
    private boolean dropCounted;
    private volatile DeviceAddress.@Nullable Dtls address;

    Peer(DtlsPort port, Connection connection) {
        this.port = port;
        this.connection = connection;
    }

    /** What {@link #attach} attached; null for a connection whose handshake has not been begun. */
    static @Nullable Peer of(Connection connection) {
        return connection.getFilterData() instanceof Peer peer ? peer : null;
    }

    void attach() {
        connection.setFilterData(this);
    }

    DtlsPort port() {
        return port;
    }

    /** Where it was heard last; null when it has gone. */
    @Nullable
    InetSocketAddress remote() {
        return connection.getPeerAddress();
    }

    /** Null until the handshake is done. */
    DeviceAddress.@Nullable Dtls address() {
        return address;
    }

    void establishedAs(DeviceAddress.Dtls established) {
        address = established;
    }

    /** Whether its handshake was under way until now; it no longer is. */
    boolean endHandshake() {
        boolean was = underWay;
        underWay = false;
        return was;
    }

    /** Whether the reason why its handshake fails has yet to be counted; it counts as counted from now on. */
    boolean countsFailure() {
        boolean first = !failureCounted;
        failureCounted = true;
        return first;
    }

    /** The record that is computed now is dropped, and was counted. */
    void onDropCounted() {
        dropCounted = true;
    }

    /** Whether the record that is dropped now was counted. */
    boolean takeDropCounted() {
        boolean was = dropCounted;
        dropCounted = false;
        return was;
    }
}
