// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupLinkTest {
    private static final InetSocketAddress IPV4 = group("225.1.1.1");
    private static final InetSocketAddress IPV6 = group("ff1e:feed:caca:dead::1");

    private static final List<LocalInterface> MACHINE = List.of(
            up("lo", true, false, "127.0.0.1", "::1"),
            up("eth0", false, true, "192.0.2.1", "2001:db8::1", "fe80::1"),
            up("wlan0", false, true, "198.51.100.1"),
            up("veth0", false, true, "fe80::2"),
            up("tun0", false, false, "203.0.113.1"));

    private static InetSocketAddress group(String literal) {
        return new InetSocketAddress(Loopback.address(literal), 1883);
    }

    private static LocalInterface up(String name, boolean loopback, boolean multicast, String... addresses) {
        List<InetAddress> own = Arrays.stream(addresses).map(Loopback::address).toList();
        return new LocalInterface(Loopback.device(), name, loopback, multicast, own);
    }

    private static List<String> select(MulticastConfig config, String bound) {
        return GroupLink.select(config, Loopback.address(bound), MACHINE).stream()
                .map(GroupLink::toString)
                .toList();
    }

    private static MulticastConfig config(List<String> interfaces, InetSocketAddress... groups) {
        return new MulticastConfig(List.of(groups), interfaces, 1);
    }

    @Test
    void shouldUseEveryInterfaceWithMulticastButLoopbackByDefault() {
        assertThat(select(config(List.of(), IPV4), "0.0.0.0"))
                .containsExactly("225.1.1.1:1883 on eth0", "225.1.1.1:1883 on wlan0");
        assertThat(select(config(List.of(), IPV6), "::"))
                .containsExactly("[ff1e:feed:caca:dead::1]:1883 on eth0", "[ff1e:feed:caca:dead::1]:1883 on veth0");
    }

    @Test
    void shouldUseNamedInterfacesOnlyWhateverTheySayOfThemselves() {
        assertThat(select(config(List.of("lo", "tun0", "eth9"), IPV4), "0.0.0.0"))
                .containsExactly("225.1.1.1:1883 on lo", "225.1.1.1:1883 on tun0");
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0,     eth0 wlan0, ''",
        "::,          eth0 wlan0, eth0 veth0",
        "192.0.2.1,   eth0,       ''",
        "2001:db8::1, '',         eth0",
        "192.0.2.99,  '',         ''",
        "127.0.0.1,   '',         ''"
    })
    void shouldUseInterfacesThatListenerIsReachedThrough(String bound, String ipv4, String ipv6) {
        List<GroupLink> links = GroupLink.select(config(List.of(), IPV4, IPV6), Loopback.address(bound), MACHINE);

        assertThat(names(links, true)).isEqualTo(ipv4);
        assertThat(names(links, false)).isEqualTo(ipv6);
    }

    private static String names(List<GroupLink> links, boolean ipv4) {
        return String.join(
                " ",
                links.stream()
                        .filter(link -> link.isIpv4() == ipv4)
                        .map(link -> link.via().name())
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({"ff01::1, true", "ff02::1, true", "ff05::1, false", "ff1e::1, false"})
    void shouldTellInterfacesApartForGroupsThatStayInTheirNetwork(String literal, boolean scoped) {
        LocalInterface lo = MACHINE.get(0);
        GroupAddress local = new GroupLink(group(literal), lo).local();
        InetAddress bound = local.toSocketAddress().getAddress();

        assertThat(local).isEqualTo(new GroupAddress(group(literal), scoped ? lo.index() : 0));
        assertThat(((Inet6Address) bound).getScopeId()).isEqualTo(scoped ? lo.index() : 0);
        assertThat(local.toSocketAddress()).isEqualTo(group(literal));
    }

    @Test
    void shouldRefuseGroupThatIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(List.of(), new InetSocketAddress(Loopback.address("192.0.2.1"), 1883)))
                .withMessageContaining("192.0.2.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(List.of(), new InetSocketAddress(Loopback.address("225.1.1.1"), 0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(List.of(), InetSocketAddress.createUnresolved("gateways.invalid", 1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MulticastConfig(List.of(IPV4), List.of(), 0))
                .withMessage("hopLimit is 0, allowed is 1..255");
    }
}
