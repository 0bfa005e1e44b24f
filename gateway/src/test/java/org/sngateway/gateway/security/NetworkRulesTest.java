// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.gateway.config.Network;
import org.sngateway.gateway.config.NetworksConfig;

class NetworkRulesTest {
    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, true",
        "10.9.2.3, false", // denied within allowed
        "10.9.200.7, false",
        "10.255.255.255, true",
        "11.0.0.0, false",
        "9.255.255.255, false",
        "192.0.2.7, true", // a single address
        "192.0.2.8, false",
        "fd00::1, true",
        "fdff::1, false",
        "fd00:0:0:5::1, false", // denied within allowed
        "::1, false",
        "2001:db8::ff, true", // longer than 64 bits
        "2001:db8::1ff, false",
    })
    void shouldAdmitWhatIsAllowedAndNotDenied(String source, boolean admitted) throws UnknownHostException {
        NetworkRules rules = rules(
                "10.0.0.0/8 192.0.2.7/32 fd00::/16 2001:db8::/120 10.128.0.0/9",
                "10.9.0.0/16 fd00:0:0:5::/64 172.16.0.0/12");

        assertThat(rules.admits(InetAddress.getByName(source))).isEqualTo(admitted);
    }

    @Test
    void shouldAdmitAllWhereNothingIsSaid() throws UnknownHostException {
        NetworkRules rules = rules("", "");

        assertThat(rules.admitAll()).isTrue();
        assertThat(rules.admits(InetAddress.getByName("203.0.113.9"))).isTrue();
    }

    @Test
    void shouldAdmitAllButWhatIsDenied() throws UnknownHostException {
        NetworkRules rules = rules("", "0.0.0.0/0");

        assertThat(rules.admits(InetAddress.getByName("203.0.113.9"))).isFalse();
        assertThat(rules.admits(InetAddress.getByName("2001:db8::1"))).isTrue();
        assertThat(rules("", "::/0").admits(InetAddress.getByName("203.0.113.9")))
                .as("IPv4 is not IPv6")
                .isTrue();
    }

    @Test
    void shouldKnowIpv4InsideOfIpv6() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xFF;
        mapped[11] = (byte) 0xFF;
        mapped[12] = 10;
        mapped[15] = 1;
        InetAddress inside = Inet6Address.getByAddress(null, mapped, 0);

        assertThat(rules("10.0.0.0/8", "").admits(inside)).isTrue();
        assertThat(rules("", "10.0.0.0/8").admits(inside)).isFalse();
    }

    /** Against looking at each network, for many of them. */
    @Test
    void shouldFindWhatLookingAtEachNetworkFinds() throws UnknownHostException {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            List<Network> networks = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                int bits = random.nextInt(33);
                int address = random.nextInt() & (bits == 0 ? 0 : -1 << (32 - bits)) & 0xFF_0F_00_03;
                networks.add(new Network(address(address), bits));
            }
            NetworkRules rules = new NetworkRules(new NetworksConfig(networks, List.of()));
            for (int i = 0; i < 50; i++) {
                int candidate =
                        networks.get(random.nextInt(30)).address().hashCode() ^ (random.nextInt() & 0x03_0F_00_03);
                boolean inOne = networks.stream()
                        .anyMatch(network -> network.prefixBits() == 0
                                || (candidate ^ network.address().hashCode()) >>> (32 - network.prefixBits()) == 0);
                assertThat(rules.admits(address(candidate)))
                        .as("%s in %s", address(candidate), networks)
                        .isEqualTo(inOne);
            }
        }
    }

    /** An IPv4 address is its own hash code. */
    private static InetAddress address(int bits) throws UnknownHostException {
        return InetAddress.getByAddress(
                new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits});
    }

    private static NetworkRules rules(String allow, String deny) throws UnknownHostException {
        return new NetworkRules(new NetworksConfig(networks(allow), networks(deny)));
    }

    private static List<Network> networks(String text) throws UnknownHostException {
        List<Network> networks = new ArrayList<>();
        for (String one : text.isEmpty() ? new String[0] : text.split(" ", -1)) {
            String[] parts = one.split("/", 2);
            networks.add(new Network(InetAddress.getByName(parts[0]), Integer.parseInt(parts[1])));
        }
        return networks;
    }
}
