// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.net.InetSocketAddress;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.framing.Framing;

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

    /**
     * {@code type: serial}.
     *
     * @param port the port's name, as a rule a path
     * @param maxFrameOctets the largest frame to accept or send, 32..65000; with an XBee module at most 255
     * @param sendQueueOctets how much may wait to be sent, 1 KiB..1 MiB
     */
    record Serial(String port, LineSettings line, Framing framing, int maxFrameOctets, int sendQueueOctets)
            implements ListenerConfig {}
}
