// SPDX-License-Identifier: Apache-2.0
/**
 * What DTLS costs over loopback: handshakes and messages a second.
 * <p>Touches: {@code transport.dtls}, {@code transport.udp}, {@code transport.loop}, {@code codec}.
 * <p>Threading: a loop for the listener, one for the nodes, and the thread that measures.
 */
@NullMarked
package org.sngateway.benchmarks.dtls;

import org.jspecify.annotations.NullMarked;
