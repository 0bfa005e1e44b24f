// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** An IP packet with a UDP datagram in it, as it might have been on the wire: lengths and checksums are right. */
final class UdpPacket {
    private static final int IPV4_HEADER_OCTETS = 20;
    private static final int IPV6_HEADER_OCTETS = 40;
    private static final int IPV6_ADDRESS_OCTETS = 16;
    private static final int UDP_HEADER_OCTETS = 8;
    private static final int UDP = 17;
    private static final int HOPS = 64;
    private static final int MAX_OCTETS = 65_535;
    private static final int IPV4_FIRST_OCTETS = 0x4500; // version, header length, no type of service
    private static final int IPV6_VERSION = 6 << 28;
    private static final int IPV4_CHECKSUM_AT = 10;
    private static final int UDP_CHECKSUM_AT = 6;

    private UdpPacket() {}

    /**
     * The octets of the packet. When the addresses are of both versions it is one of IPv6, and the one of IPv4 is mapped into that.
     *
     * @param data cut where it does not fit a packet
     */
    static byte[] of(InetSocketAddress source, InetSocketAddress destination, byte[] data) {
        byte[] from = octets(source.getAddress());
        byte[] to = octets(destination.getAddress());
        boolean isIpv6 = from.length == IPV6_ADDRESS_OCTETS || to.length == IPV6_ADDRESS_OCTETS;
        int header = isIpv6 ? IPV6_HEADER_OCTETS : IPV4_HEADER_OCTETS;
        int length = Math.min(data.length, MAX_OCTETS - IPV4_HEADER_OCTETS - UDP_HEADER_OCTETS);
        int datagram = UDP_HEADER_OCTETS + length;
        ByteBuffer packet = ByteBuffer.allocate(header + datagram);
        if (isIpv6) {
            from = mapped(from);
            to = mapped(to);
            packet.putInt(IPV6_VERSION)
                    .putShort((short) datagram)
                    .put((byte) UDP)
                    .put((byte) HOPS);
            packet.put(from).put(to);
        } else {
            packet.putShort((short) IPV4_FIRST_OCTETS).putShort((short) (header + datagram));
            packet.putInt(0).put((byte) HOPS).put((byte) UDP).putShort((short) 0); // neither id nor fragments
            packet.put(from).put(to);
            packet.putShort(IPV4_CHECKSUM_AT, (short) ~fold(sum(packet.array(), 0, header)));
        }
        packet.putShort((short) source.getPort()).putShort((short) destination.getPort());
        packet.putShort((short) datagram).putShort((short) 0).put(data, 0, length);
        long sum = sum(from, 0, from.length)
                + sum(to, 0, to.length)
                + UDP
                + datagram
                + sum(packet.array(), header, datagram);
        int checksum = ~fold(sum) & 0xffff;
        packet.putShort(header + UDP_CHECKSUM_AT, (short) (checksum == 0 ? 0xffff : checksum)); // 0 stands for none
        return packet.array();
    }

    private static byte[] octets(InetAddress address) {
        return address.getAddress();
    }

    private static byte[] mapped(byte[] address) {
        if (address.length == IPV6_ADDRESS_OCTETS) {
            return address;
        }
        return ByteBuffer.allocate(IPV6_ADDRESS_OCTETS)
                .position(IPV6_ADDRESS_OCTETS - address.length - 2)
                .putShort((short) 0xffff)
                .put(address)
                .array();
    }

    /** Of 16-bit words, RFC 1071. */
    private static long sum(byte[] octets, int offset, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int octet = octets[offset + i] & 0xff;
            sum += i % 2 == 0 ? octet << 8 : octet;
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded >>> 16) + (folded & 0xffff);
        }
        return (int) folded;
    }
}
