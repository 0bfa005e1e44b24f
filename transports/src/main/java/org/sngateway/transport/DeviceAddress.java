// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.text.MessageText;

/** Where a device is: the listener it talks to and its place there. A value; the key under which a session is found. */
public sealed interface DeviceAddress {
    /** The number of the listener the device talks to: its position in the configuration, from 0. */
    int listener();

    /** How many octets of a frame the way to this address takes away from the message, 0 or more. */
    default int overheadOctets() {
        return 0;
    }

    /** The address without its listener, as text for {@link #parse}; null when it would mean nothing to another process. */
    default @Nullable String text() {
        return null;
    }

    /** The address at a listener that {@link #text} was of; null when it is not of such an address, or of one that is no longer there. */
    static @Nullable DeviceAddress parse(int listener, String text) {
        return AddressText.parse(listener, text);
    }

    /** Who has proved to be at this address; null where nobody has to prove anything. */
    default @Nullable String identity() {
        return null;
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
     * A DTLS connection, wherever its peer is at the moment.
     *
     * @param connection the connection's number, never used again while the listener is open
     * @param identity that of the peer's pre-shared key or certificate; null for a peer that has shown none
     */
    record Dtls(int listener, long connection, @Nullable String identity) implements DeviceAddress {
        @Override
        public String toString() {
            return "dtls:" + (identity == null ? "" : MessageText.ofText(identity)) + "#" + connection;
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
        public String text() {
            return AddressText.ofSerial(line, node);
        }

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

        /** The forwarder's: it speaks for its nodes. */
        @Override
        public @Nullable String identity() {
            return forwarder.identity();
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
