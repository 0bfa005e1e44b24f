// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

/** Where a node is in its life. */
enum NodeState {
    /** Not started. */
    IDLE,
    /** Waits for its time to connect, at first or again. */
    WAITING,
    /** CONNECT is out. */
    CONNECTING,
    /** REGISTER is out. */
    REGISTERING,
    /** SUBSCRIBE is out. */
    SUBSCRIBING,
    /** May publish. */
    READY,
    /** DISCONNECT is out. */
    DISCONNECTING,
    /** Done. */
    CLOSED
}
