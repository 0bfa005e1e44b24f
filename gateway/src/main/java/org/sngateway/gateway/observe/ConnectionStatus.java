// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

/**
 * How one connection to the broker is doing. Written by the loop of the connection, read from any thread: each event replaces one
 * immutable snapshot, so neither side waits for the other.
 */
public final class ConnectionStatus {
    /** What a connection is at. */
    public enum State {
        /** The first attempt to connect is not decided. */
        CONNECTING,
        CONNECTED,
        /** Lost, or could not be made; it is tried again. */
        DISCONNECTED
    }

    /**
     * A connection at one moment.
     *
     * @param name distinguishes it from the gateway's others
     * @param sinceNanos when it came into its state, on the loops' clock; 0 while it is {@link State#CONNECTING}
     * @param reason why it was lost, or why the last attempt failed; empty while nothing of the kind has happened
     * @param connects how often the broker has accepted it
     * @param disconnects how often it was lost after that
     * @param failedAttempts attempts to connect that failed
     */
    public record Snapshot(
            String name,
            State state,
            long sinceNanos,
            String reason,
            long connects,
            long disconnects,
            long failedAttempts) {}

    private volatile Snapshot snapshot;

    ConnectionStatus(String name) {
        snapshot = new Snapshot(name, State.CONNECTING, 0, "", 0, 0, 0);
    }

    /**
     * The broker has accepted the connection. Always by the same thread.
     *
     * @param nowNanos on the loops' clock
     */
    public void connected(long nowNanos) {
        Snapshot was = snapshot;
        snapshot = new Snapshot(
                was.name, State.CONNECTED, nowNanos, was.reason, was.connects + 1, was.disconnects, was.failedAttempts);
    }

    /**
     * The connection was lost, or one more attempt to make it has failed. Always by the same thread.
     *
     * @param nowNanos on the loops' clock
     * @param reason for a person; must not hold secrets, since it is shown
     */
    public void disconnected(long nowNanos, String reason) {
        Snapshot was = snapshot;
        boolean lost = was.state == State.CONNECTED;
        snapshot = new Snapshot(
                was.name,
                State.DISCONNECTED,
                was.state == State.DISCONNECTED ? was.sinceNanos : nowNanos,
                reason,
                was.connects,
                was.disconnects + (lost ? 1 : 0),
                was.failedAttempts + (lost ? 0 : 1));
    }

    public Snapshot snapshot() {
        return snapshot;
    }
}
