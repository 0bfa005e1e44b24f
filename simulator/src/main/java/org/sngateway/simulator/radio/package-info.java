// SPDX-License-Identifier: Apache-2.0
/**
 * The air between nodes and gateway: {@link org.sngateway.simulator.radio.RadioNetwork} lays loss, duplication, reordering, delay, bursts,
 * a bandwidth and blackouts over any other network, in both directions and for each node by itself.
 * <p>Touches: {@code sn-codec}, {@code simulator.node}, {@code simulator.time} and Netty's event loops.
 * <p>Threading: what belongs to a node is confined to its loop; the counts may be read from any thread.
 */
@NullMarked
package org.sngateway.simulator.radio;

import org.jspecify.annotations.NullMarked;
