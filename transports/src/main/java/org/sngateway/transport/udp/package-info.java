// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT-SN over UDP: {@link org.sngateway.transport.udp.UdpTransport}. One socket per shard on the same port; handlers are thin
 * adaptors over {@code SnCodec}.
 * <p>Touches: {@code sn-codec}, {@code transport}, {@code transport.loop} and Netty's datagram channels; {@code /proc/net} for the
 * kernel's own counters.
 * <p>Threading: a {@link org.sngateway.transport.udp.UdpPort} is confined to its shard's loop; counters may be read from any thread.
 */
@NullMarked
package org.sngateway.transport.udp;

import org.jspecify.annotations.NullMarked;
