// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Payload;

/** Addresses as text that survives the process. */
final class DeviceAddressTest {
    private static DeviceAddress udp(String host) throws Exception {
        return new DeviceAddress.Udp(1, new InetSocketAddress(InetAddress.getByName(host), 5000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8::17", "::1"})
    void shouldReadWhatItWrites(String host) throws Exception {
        DeviceAddress address = udp(host);
        DeviceAddress node = new DeviceAddress.Forwarded(address, Payload.hex("00ff17"));
        DeviceAddress behindTwo = new DeviceAddress.Forwarded(node, Payload.hex("01"));

        assertThat(DeviceAddress.parse(1, String.valueOf(address.text()))).isEqualTo(address);
        assertThat(DeviceAddress.parse(1, String.valueOf(node.text()))).isEqualTo(node);
        assertThat(DeviceAddress.parse(1, String.valueOf(behindTwo.text()))).isEqualTo(behindTwo);
        assertThat(DeviceAddress.parse(2, String.valueOf(behindTwo.text())))
                .extracting(read -> read == null ? -1 : read.listener())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/ttyUSB0", "COM3", "/dev/[a]/b] at c", "x", "udp:192.0.2.1:5000"})
    void shouldReadWhatItWritesOfASerialLine(String line) {
        for (String hex : new String[] {"", "1234", "0013a20040c1d2e3"}) {
            DeviceAddress address = new DeviceAddress.Serial(1, line, Payload.hex(hex));
            DeviceAddress node = new DeviceAddress.Forwarded(address, Payload.hex("00ff17"));

            assertThat(DeviceAddress.parse(1, String.valueOf(address.text()))).isEqualTo(address);
            assertThat(DeviceAddress.parse(1, String.valueOf(node.text()))).isEqualTo(node);
        }
    }

    @Test
    void shouldBeReadable() throws Exception {
        assertThat(udp("192.0.2.1").text()).isEqualTo("udp:192.0.2.1:5000");
        assertThat(new DeviceAddress.Forwarded(udp("2001:db8::17"), Payload.hex("0a")).text())
                .isEqualTo("udp:[2001:db8::17]:5000/0a");
        DeviceAddress node = new DeviceAddress.Serial(0, "/dev/ttyS1", Payload.hex("1234"));
        assertThat(node.text()).isEqualTo("serial:[/dev/ttyS1]1234");
        assertThat(new DeviceAddress.Forwarded(node, Payload.hex("0a")).text()).isEqualTo("serial:[/dev/ttyS1]1234/0a");
    }

    @Test
    void shouldNameTheNetworkOfALinkLocalAddress() throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        byte[] octets = InetAddress.getByName("fe80::1").getAddress();
        DeviceAddress here = new DeviceAddress.Udp(
                0, new InetSocketAddress(Inet6Address.getByAddress(null, octets, loopback.getIndex()), 5000));
        DeviceAddress nowhere =
                new DeviceAddress.Udp(0, new InetSocketAddress(Inet6Address.getByAddress(null, octets, 999_999), 5000));

        assertThat(here.text()).isEqualTo("udp:[fe80::1%" + loopback.getName() + "]:5000");
        DeviceAddress.Udp read =
                (DeviceAddress.Udp) Objects.requireNonNull(DeviceAddress.parse(0, String.valueOf(here.text())));
        assertThat(read).isEqualTo(here);
        assertThat(((Inet6Address) read.remote().getAddress()).getScopeId()).isEqualTo(loopback.getIndex());
        assertThat(nowhere.text()).isNull();
        assertThat(new DeviceAddress.Forwarded(nowhere, Payload.hex("01")).text())
                .isNull();
        assertThat(DeviceAddress.parse(0, "udp:[fe80::1%gone0]:5000")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "udp",
                "udp:",
                "udp:5000",
                "udp::5000",
                "udp:host.example:5000",
                "udp:192.0.2.1:",
                "udp:192.0.2.1:65536",
                "udp:192.0.2.1:-1",
                "udp:192.0.2.1:x",
                "udp:192.0.2.1%lo:5000",
                "udp:192.0.2.1:5000/",
                "udp:192.0.2.1:5000/0",
                "udp:192.0.2.1:5000/0x",
                "dtls:192.0.2.1:5000",
                "serial:",
                "serial:[",
                "serial:[]",
                "serial:[x",
                "serial:x]",
                "serial:[x]12",
                "serial:[x]123456",
                "serial:[x]1",
                "serial:[x]/",
                "serial:[x]/0x",
                "serial:[x]1234/"
            })
    void shouldNotReadWhatIsNoAddress(String text) {
        assertThat(DeviceAddress.parse(0, text)).isNull();
    }
}
