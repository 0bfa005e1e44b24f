// SPDX-License-Identifier: Apache-2.0
/**
 * Nodes that speak DTLS: {@link org.sngateway.simulator.dtls.DtlsNetwork}.
 * <p>Touches: {@code transports} for DTLS, {@code sn-codec}, {@code simulator.node}.
 * <p>Threading: what belongs to one node is for its loop; handshakes are computed by a thread of the network.
 */
@NullMarked
package org.sngateway.simulator.dtls;

import org.jspecify.annotations.NullMarked;
