// SPDX-License-Identifier: Apache-2.0
/**
 * DTLS 1.2 (RFC 6347) around UDP: yields the peer's verified identity with its address, and with a connection id (RFC 9146) an address
 * that stays the same when the peer's IP address or port changes. The only room that imports Scandium.
 * <p>Touches: {@code transport}, {@code transport.udp}, {@code codec}.
 * <p>Threading: each port has a connector of its own on the port's loop. Records of established connections are decrypted and
 * encrypted on that loop; handshakes are computed by a few worker threads of the listener, which hand what they have to say to the loop.
 */
@NullMarked
package org.sngateway.transport.dtls;

import org.jspecify.annotations.NullMarked;
