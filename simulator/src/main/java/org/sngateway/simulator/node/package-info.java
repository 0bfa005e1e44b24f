// SPDX-License-Identifier: Apache-2.0
/**
 * Fake devices: {@link org.sngateway.simulator.node.Node} is the MQTT-SN 1.2 device as a state machine without I/O,
 * {@link org.sngateway.simulator.node.NodeFleet} runs many on a few shared event loops, over a
 * {@link org.sngateway.simulator.node.NodeNetwork}.
 * <p>Touches: {@code sn-codec}, {@code simulator.time} and, in the fleet and its networks only, Netty.
 * <p>Threading: a node, its workload and what it tells its listener belong to one event loop; the fleet may be called from
 * any thread.
 */
@NullMarked
package org.sngateway.simulator.node;

import org.jspecify.annotations.NullMarked;
