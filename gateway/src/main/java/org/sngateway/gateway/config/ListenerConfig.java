// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.net.InetSocketAddress;

/** One entry of {@code listeners}: a way for devices to reach the gateway. */
public sealed interface ListenerConfig {
    /**
     * {@code type: udp}.
     *
     * @param bind local address and port; port 0 for any free one
     * @param receiveBufferOctets the receive buffer to ask the operating system for, each socket, 64 KiB..256 MiB
     * @param maxFrameOctets the largest frame to accept or send, 64..65507
     */
    record Udp(InetSocketAddress bind, int receiveBufferOctets, int maxFrameOctets) implements ListenerConfig {}
}
