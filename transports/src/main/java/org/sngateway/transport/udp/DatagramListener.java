// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/** Receives datagrams; called on the owner loop it was registered with. */
public interface DatagramListener {
    /**
     * A datagram has arrived at the listener's own address.
     *
     * @param from where it came from
     * @param content its octets, one more than are accepted when it was longer; only valid during the call
     */
    void onDatagram(InetSocketAddress from, ByteBuf content);

    /** The same for a datagram that was sent to a multicast group. Ignored unless overridden. */
    default void onGroupDatagram(InetSocketAddress from, ByteBuf content) {}
}
