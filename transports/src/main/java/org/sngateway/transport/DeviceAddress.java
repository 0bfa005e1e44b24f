// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.Payload;

/** Where a device is: the listener it talks to and its place there. A value; the key under which a session is found. */
public sealed interface DeviceAddress {
    /** The number of the listener the device talks to: its position in the configuration, from 0. */
    int listener();

    /** How many octets of a frame the way to this address takes away from the message, 0 or more. */
    default int overheadOctets() {
        return 0;
    }

    /** The address without its listener, as text for {@link #parse}; null when it would mean nothing to another process. */
    @Nullable
    String text();

    /** The address at a listener that {@link #text} was of; null when it is not of such an address, or of one that is no longer there. */
    static @Nullable DeviceAddress parse(int listener, String text) {
        return AddressText.parse(listener, text);
    }

    /** An IP address and port. */
    record Udp(int listener, InetSocketAddress remote) implements DeviceAddress {
        @Override
        public @Nullable String text() {
            return AddressText.ofUdp(remote);
        }

        @Override
        public String toString() {
            return "udp:" + NetUtil.toSocketAddressString(remote);
        }
    }

    /**
     * A device on a serial line.
     *
     * @param line the port, as it is configured
     * @param node which of the nodes behind the radio module that the line leads to, 8 octets or 2; none where the line leads to the
     *     device itself
     */
    record Serial(int listener, String line, Payload node) implements DeviceAddress {
        @Override
        public String toString() {
            return "serial:" + line + (node.isEmpty() ? "" : "/" + node.toHex());
        }
    }

    /**
     * A node behind a forwarder, MQTT-SN 1.2 §5.5.
     *
     * @param forwarder where the forwarder is
     * @param nodeId the wireless node id, 1..252 octets
     */
    record Forwarded(DeviceAddress forwarder, Payload nodeId) implements DeviceAddress {
        @Override
        public int listener() {
            return forwarder.listener();
        }

        @Override
        public int overheadOctets() {
            return forwarder.overheadOctets() + ForwarderEncapsulation.HEADER_OCTETS + nodeId.length();
        }

        @Override
        public @Nullable String text() {
            return AddressText.ofForwarded(forwarder.text(), nodeId);
        }

        @Override
        public String toString() {
            return forwarder + "/" + nodeId.toHex();
        }
    }
}
