// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.sngateway.gateway.config.Network;

/**
 * Networks of one kind, IPv4 or IPv6. Two networks are either apart or one is within the other, so those that are not within another one,
 * in the order of their addresses, are searched by halves.
 */
final class NetworkSet {
    private final long[] first;
    private final long[] second;
    private final int[] bits;

    private NetworkSet(List<Network> networks) {
        List<Network> outer = new ArrayList<>();
        networks.stream()
                .sorted(Comparator.comparing(
                                (Network network) -> network.address().getAddress(), NetworkSet::compare)
                        .thenComparingInt(Network::prefixBits))
                .forEach(network -> {
                    Network last = outer.isEmpty() ? null : outer.get(outer.size() - 1);
                    if (last == null || !isWithin(network, last)) {
                        outer.add(network);
                    }
                });
        first = outer.stream()
                .mapToLong(network -> Octets.first(network.address().getAddress()))
                .toArray();
        second = outer.stream()
                .mapToLong(network -> Octets.second(network.address().getAddress()))
                .toArray();
        bits = outer.stream().mapToInt(Network::prefixBits).toArray();
    }

    /** Those of {@code networks} that are IPv4, or those that are IPv6. */
    static NetworkSet of(List<Network> networks, boolean ipv4) {
        return new NetworkSet(networks.stream()
                .filter(network -> network.address() instanceof Inet4Address == ipv4)
                .toList());
    }

    private static int compare(byte[] a, byte[] b) {
        int order = Long.compareUnsigned(Octets.first(a), Octets.first(b));
        return order != 0 ? order : Long.compareUnsigned(Octets.second(a), Octets.second(b));
    }

    private static boolean isWithin(Network network, Network outer) {
        byte[] address = network.address().getAddress();
        byte[] outerAddress = outer.address().getAddress();
        return outer.prefixBits() <= network.prefixBits()
                && beginAlike(
                        Octets.first(address),
                        Octets.second(address),
                        Octets.first(outerAddress),
                        Octets.second(outerAddress),
                        outer.prefixBits());
    }

    private static boolean beginAlike(long aFirst, long aSecond, long bFirst, long bSecond, int bits) {
        if (bits <= Long.SIZE) {
            return bits == 0 || (aFirst ^ bFirst) >>> (Long.SIZE - bits) == 0;
        }
        return aFirst == bFirst && (aSecond ^ bSecond) >>> (2 * Long.SIZE - bits) == 0;
    }

    /** Whether an address of this kind is in one of the networks. */
    boolean contains(long addressFirst, long addressSecond) {
        int low = 0;
        int high = first.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(first[middle], addressFirst);
            if (order == 0) {
                order = Long.compareUnsigned(second[middle], addressSecond);
            }
            if (order <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high >= 0 && beginAlike(addressFirst, addressSecond, first[high], second[high], bits[high]);
    }
}
