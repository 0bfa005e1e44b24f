// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;

/**
 * Addresses as text: {@code udp:192.0.2.1:5000}, {@code udp:[fe80::1%eth0]:5000}, {@code serial:[/dev/ttyUSB0]} and, of a node that a radio
 * module reaches, {@code serial:[/dev/ttyUSB0]0013a20040c1d2e3}; for a node behind a forwarder {@code /} and its wireless node id in hex
 * after that. Network interfaces go by their names, since their numbers change with a reboot.
 */
final class AddressText {
    private static final String UDP = "udp:";
    private static final String SERIAL = "serial:[";
    private static final char SERIAL_END = ']';
    private static final Set<Integer> NODE_OCTETS = Set.of(0, 2, 8);
    private static final int MAX_PORT = 65_535;
    private static final int MAX_NODE_ID_OCTETS = 252;

    private AddressText() {}

    static @Nullable String ofUdp(InetSocketAddress remote) {
        InetAddress host = remote.getAddress();
        if (!(host instanceof Inet6Address scoped) || scoped.getScopeId() == 0) {
            return UDP + NetUtil.toSocketAddressString(remote);
        }
        String network = nameOf(scoped.getScopeId());
        return network == null
                ? null
                : UDP + "[" + NetUtil.toAddressString(host) + "%" + network + "]:" + remote.getPort();
    }

    static String ofSerial(String line, Payload node) {
        return SERIAL + line + SERIAL_END + node.toHex();
    }

    static @Nullable String ofForwarded(@Nullable String forwarder, Payload nodeId) {
        return forwarder == null ? null : forwarder + "/" + nodeId.toHex();
    }

    static @Nullable DeviceAddress parse(int listener, String text) {
        // The name of a serial line may have slashes in it, and brackets; what comes after it has none.
        int named = text.startsWith(SERIAL) ? text.lastIndexOf(SERIAL_END) + 1 : 0;
        String[] parts = text.substring(named).split("/", -1);
        DeviceAddress address = text.startsWith(SERIAL)
                ? parseSerial(listener, text.substring(0, named), parts[0])
                : parseUdp(listener, parts[0]);
        for (int i = 1; address != null && i < parts.length; i++) {
            Payload nodeId = parseNodeId(parts[i]);
            if (nodeId == null) {
                return null;
            }
            address = new DeviceAddress.Forwarded(address, nodeId);
        }
        return address;
    }

    private static @Nullable Payload parseNodeId(String hex) {
        if (hex.isEmpty() || hex.length() > 2 * MAX_NODE_ID_OCTETS) {
            return null;
        }
        try {
            return Payload.hex(hex);
        } catch (IllegalArgumentException notHex) {
            return null;
        }
    }

    private static @Nullable DeviceAddress parseSerial(int listener, String line, String hex) {
        if (line.length() <= SERIAL.length() + 1) {
            return null;
        }
        Payload node = hex.isEmpty() ? Payload.EMPTY : parseNodeId(hex);
        return node == null || !NODE_OCTETS.contains(node.length())
                ? null
                : new DeviceAddress.Serial(listener, line.substring(SERIAL.length(), line.length() - 1), node);
    }

    private static @Nullable DeviceAddress parseUdp(int listener, String text) {
        int colon = text.lastIndexOf(':');
        if (!text.startsWith(UDP) || colon < UDP.length()) {
            return null;
        }
        String host = text.substring(UDP.length(), colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        InetAddress address = parseHost(host);
        int port = parsePort(text.substring(colon + 1));
        return address == null || port < 0
                ? null
                : new DeviceAddress.Udp(listener, new InetSocketAddress(address, port));
    }

    private static int parsePort(String text) {
        try {
            int port = Integer.parseInt(text);
            return port <= MAX_PORT ? port : -1;
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }

    /** Of numbers only: a name would be looked up, perhaps for long. */
    private static @Nullable InetAddress parseHost(String text) {
        int percent = text.indexOf('%');
        byte @Nullable [] octets =
                NetUtil.createByteArrayFromIpAddressString(percent < 0 ? text : text.substring(0, percent));
        if (octets == null) {
            return null;
        }
        try {
            if (percent < 0) {
                return InetAddress.getByAddress(octets);
            }
            NetworkInterface network = NetworkInterface.getByName(text.substring(percent + 1));
            return network == null ? null : Inet6Address.getByAddress(null, octets, network.getIndex());
        } catch (UnknownHostException | SocketException notThere) {
            return null;
        }
    }

    private static @Nullable String nameOf(int index) {
        try {
            NetworkInterface network = NetworkInterface.getByIndex(index);
            return network == null ? null : network.getName();
        } catch (SocketException unknown) {
            return null;
        }
    }
}
