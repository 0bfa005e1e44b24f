// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

/** IP addresses as numbers. An IPv4 address inside of an IPv6 one ({@code ::ffff:10.0.0.1}) is the IPv4 address. */
final class Octets {
    private static final int IPV4 = 4;
    private static final int MAPPED_IPV4_AT = 12;

    private Octets() {}

    static boolean isIpv4(byte[] address) {
        return address.length == IPV4
                || (number(address, 0) == 0
                        && address[8] == 0
                        && address[9] == 0
                        && address[10] == (byte) 0xFF
                        && address[11] == (byte) 0xFF);
    }

    /** The first 64 bits; of an IPv4 address its 32, and then 0. */
    static long first(byte[] address) {
        if (!isIpv4(address)) {
            return number(address, 0);
        }
        return ipv4(address) << Integer.SIZE;
    }

    /** The other 64 bits; 0 of an IPv4 address. */
    static long second(byte[] address) {
        return isIpv4(address) ? 0 : number(address, Long.BYTES);
    }

    /** The 32 bits of an IPv4 address. */
    static long ipv4(byte[] address) {
        int at = address.length == IPV4 ? 0 : MAPPED_IPV4_AT;
        long bits = 0;
        for (int i = at; i < at + IPV4; i++) {
            bits = bits << Byte.SIZE | (address[i] & 0xFF);
        }
        return bits;
    }

    private static long number(byte[] address, int at) {
        long bits = 0;
        for (int i = at; i < at + Long.BYTES; i++) {
            bits = bits << Byte.SIZE | (address[i] & 0xFF);
        }
        return bits;
    }
}
