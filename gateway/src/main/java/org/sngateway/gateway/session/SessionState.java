// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

/** A device as the gateway sees it, MQTT-SN 1.2 §6.14. */
public enum SessionState {
    /** Not connected: never was, or said goodbye. Not supervised. */
    DISCONNECTED,
    /** Has sent CONNECT, and is asked for its will (§6.3) or waits for the broker. Ours: the specification has no name for it. */
    CONNECTING,
    /** Connected and supervised by its keep-alive. */
    ACTIVE,
    /** Sleeps, and is supervised by its sleep duration; what comes for it is buffered. */
    ASLEEP,
    /** Has woken to collect what was buffered. */
    AWAKE,
    /** Has not been heard of in time, or did not answer. */
    LOST;

    /** Whether the device has a connection: it is supervised, and may publish and subscribe. */
    public boolean isConnected() {
        return this == ACTIVE || isSleeping();
    }

    /** Asleep or awake. */
    public boolean isSleeping() {
        return this == ASLEEP || this == AWAKE;
    }
}
