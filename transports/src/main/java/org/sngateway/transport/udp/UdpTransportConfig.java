// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import java.net.InetSocketAddress;

/**
 * What a UDP listener is opened with.
 *
 * @param listener the listener's number: its position in the configuration, from 0
 * @param bind the address to bind: {@code 0.0.0.0} serves IPv4, {@code ::} serves IPv6 and IPv4; port 0 takes any free port
 * @param receiveBufferOctets the size to ask the operating system for, per socket, 1 or more; it absorbs bursts
 * @param maxFrameOctets the largest frame sent or received, {@value #MIN_FRAME_OCTETS}..{@value #MAX_FRAME_OCTETS}
 */
public record UdpTransportConfig(int listener, InetSocketAddress bind, int receiveBufferOctets, int maxFrameOctets) {
    /** The shortest MQTT-SN frame, MQTT-SN 1.2 §5.2. */
    public static final int MIN_FRAME_OCTETS = 2;
    /** The most that a UDP datagram carries over IPv4. */
    public static final int MAX_FRAME_OCTETS = 65_507;

    public UdpTransportConfig {
        range("listener", listener, 0, Integer.MAX_VALUE);
        range("receiveBufferOctets", receiveBufferOctets, 1, Integer.MAX_VALUE);
        range("maxFrameOctets", maxFrameOctets, MIN_FRAME_OCTETS, MAX_FRAME_OCTETS);
    }

    private static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is " + min + ".." + max);
        }
    }
}
