// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.bool;
import static org.sngateway.gateway.config.ScalarTypes.duration;
import static org.sngateway.gateway.config.ScalarTypes.integer;
import static org.sngateway.gateway.config.ScalarTypes.multicastAddress;
import static org.sngateway.gateway.config.ScalarTypes.orOff;
import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.ValueType.listOfDistinct;
import static org.sngateway.gateway.config.ValueType.oneOrListOf;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code discovery}: how devices find the gateway, MQTT-SN 1.2 §6.1.
 *
 * @param advertiseInterval from one ADVERTISE to the next, 1 s..18 h in whole seconds; null for none. 15 min by default when there
 *     are groups
 * @param groups key {@code multicast}: the multicast addresses and ports on which UDP listeners can be found, none for none
 * @param interfaces names of the network interfaces to use for them; none for all that are up and support multicast, loopback apart
 * @param hopLimit how many networks a multicast datagram may cross, 1..255
 * @param gwInfoToGroup key {@code gwinfo-multicast}: whether SEARCHGW is answered to everyone, too
 * @param radius how many hops ADVERTISE goes in networks that count them, 0..255; 0 is all of them
 */
public record DiscoveryConfig(
        @Nullable Duration advertiseInterval,
        List<InetSocketAddress> groups,
        List<String> interfaces,
        int hopLimit,
        boolean gwInfoToGroup,
        int radius) {
    private static final Optional<Duration> USUAL_INTERVAL = Optional.of(Duration.ofMinutes(15));

    public DiscoveryConfig {
        groups = List.copyOf(groups);
        interfaces = List.copyOf(interfaces);
    }

    static DiscoveryConfig read(Section in) {
        List<InetSocketAddress> groups = in.value("multicast", oneOrListOf(multicastAddress()), List.of());
        Optional<Duration> interval = in.value(
                "advertise-interval",
                orOff(duration("1s", "18h")),
                groups.isEmpty() ? Optional.empty() : USUAL_INTERVAL);
        return new DiscoveryConfig(
                interval.orElse(null),
                groups,
                in.value(
                        "interfaces",
                        listOfDistinct(text(
                                "a name of 1 to 64 characters, as the operating system shows it",
                                DiscoveryConfig::isInterfaceName)),
                        List.of()),
                in.value("hop-limit", integer(1, 255), 1),
                in.value("gwinfo-multicast", bool(), false),
                in.value("radius", integer(0, 255), 0));
    }

    /** Finds what the listeners cannot do. */
    void check(Section root, List<ListenerConfig> listeners) {
        boolean onlyUdp = listeners.stream().allMatch(ListenerConfig.Udp.class::isInstance);
        if (onlyUdp && advertiseInterval != null && groups.isEmpty()) {
            root.problem(
                    "discovery",
                    "has an advertise-interval, but UDP listeners have nowhere to send ADVERTISE to",
                    "multicast with a group, or advertise-interval: off");
        }
        for (InetSocketAddress group : groups) {
            if (listeners.stream().noneMatch(listener -> serves(listener, group.getAddress()))) {
                String kind = isIpv4(group.getAddress()) ? "IPv4" : "IPv6";
                root.problem(
                        "discovery",
                        "has an " + kind + " group, but no listener is bound to an " + kind + " address",
                        "groups of the listeners' kind; a listener bound to [::] serves both");
            }
        }
    }

    private static boolean serves(ListenerConfig listener, InetAddress group) {
        if (!(listener instanceof ListenerConfig.Udp udp)) {
            return false;
        }
        InetAddress bound = udp.bind().getAddress();
        return isIpv4(bound) == isIpv4(group) || (bound.isAnyLocalAddress() && !isIpv4(bound));
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    private static boolean isInterfaceName(String text) {
        return !text.isBlank() && text.length() <= 64 && ScalarTypes.isPrintable(text);
    }
}
