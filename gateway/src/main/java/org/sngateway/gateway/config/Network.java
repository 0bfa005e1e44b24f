// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sngateway.gateway.config.Scalar.BadValueException;

/**
 * The addresses that begin with the same bits, as {@code 10.0.0.0/8} or {@code fd00::/8}.
 *
 * @param address the first of them: what follows the prefix is 0
 * @param prefixBits how many bits they share, 0..32 for IPv4, 0..128 for IPv6
 */
public record Network(InetAddress address, int prefixBits) {
    private static final Pattern CIDR = Pattern.compile("(?<address>[^/%]+)(/(?<bits>0|[1-9][0-9]{0,2}))?");
    private static final String ALLOWED = "a network such as \"10.0.0.0/8\" or \"fd00::/8\", or one address";

    static Scalar<Network> type() {
        return new Scalar<>(ALLOWED, Network::parse);
    }

    private static Network parse(String text) throws BadValueException {
        Matcher parts = CIDR.matcher(text);
        if (!parts.matches()) {
            throw BadValueException.of(text, "is not a network");
        }
        String literal = String.valueOf(parts.group("address"));
        if (!NetUtil.isValidIpV4Address(literal) && !NetUtil.isValidIpV6Address(literal)) {
            throw BadValueException.of(text, "does not begin with an IP address");
        }
        InetAddress address = literal(literal);
        byte[] octets = address.getAddress();
        int allBits = octets.length * Byte.SIZE;
        int bits = parts.group("bits") == null ? allBits : Integer.parseInt(parts.group("bits"));
        if (bits > allBits) {
            throw BadValueException.of(text, "has a prefix of more than " + allBits + " bits");
        }
        if (!Arrays.equals(octets, masked(octets, bits))) {
            throw BadValueException.of(text, "has bits behind its prefix");
        }
        return new Network(address, bits);
    }

    private static InetAddress literal(String literal) throws BadValueException {
        try {
            return InetAddress.getByName(literal); // a literal is not looked up
        } catch (UnknownHostException e) {
            throw BadValueException.of(literal, "is not an IP address");
        }
    }

    private static byte[] masked(byte[] octets, int bits) {
        byte[] masked = octets.clone();
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.max(0, Math.min(Byte.SIZE, bits - i * Byte.SIZE));
            masked[i] &= (byte) (0xFF00 >> kept);
        }
        return masked;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixBits;
    }
}
