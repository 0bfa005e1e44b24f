// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import org.sngateway.codec.message.SnMessage;

/** Where a node's messages go: towards the gateway, without a promise that they arrive. */
@FunctionalInterface
public interface NodeSink {
    void send(SnMessage message);
}
