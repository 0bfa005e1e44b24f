// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptureFileTest {
    private static InetSocketAddress address(String text) {
        return AdminClient.address(text).orElseThrow();
    }

    /** The bodies of all blocks of a type, whose lengths at both ends are checked. */
    private static List<ByteBuffer> blocks(byte[] file, int type) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<ByteBuffer> found = new ArrayList<>();
        while (in.hasRemaining()) {
            int start = in.position();
            int itsType = in.getInt();
            int length = in.getInt();
            assertThat(length % 4).isZero();
            assertThat(in.getInt(start + length - 4)).isEqualTo(length);
            if (itsType == type) {
                found.add(in.slice(start + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN));
            }
            in.position(start + length);
        }
        return found;
    }

    @Test
    void shouldWriteAnInterfaceForEachListenerBeforeItsPackets() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (CaptureFile capture = new CaptureFile(file, "sn-gateway")) {
            for (String listener : List.of("udp:127.0.0.1:1884", "serial:/dev/ttyÜ", "udp:127.0.0.1:1884")) {
                capture.write(
                        Instant.ofEpochSecond(1_700_000_000L, 123_456_000),
                        listener.startsWith("serial"),
                        listener,
                        address("127.0.0.1:4000"),
                        address("127.0.0.1:1884"),
                        new byte[] {2, 0x18, 7},
                        "pump 1");
            }
        }

        List<ByteBuffer> packets = blocks(file.toByteArray(), 6);
        assertThat(blocks(file.toByteArray(), 0x0A0D0D0A)).hasSize(1);
        assertThat(blocks(file.toByteArray(), 1))
                .hasSize(2)
                .allSatisfy(one -> assertThat(one.getShort(0)).isEqualTo((short) 101));
        assertThat(packets).extracting(one -> one.getInt(0)).containsExactly(0, 1, 0);
        ByteBuffer first = packets.get(0);
        assertThat(((long) first.getInt(4) << 32) | (first.getInt(8) & 0xffffffffL))
                .isEqualTo(1_700_000_000_123_456L);
        assertThat(first.getInt(12)).isEqualTo(first.getInt(16)).isEqualTo(31);
        assertThat(StandardCharsets.UTF_8
                        .decode(first.slice(20 + 32, first.limit() - 52))
                        .toString())
                .contains("pump 1");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:4000, 127.0.0.1:1884, 28",
        "[::1]:4000, [::1]:1884, 48",
        "127.0.0.1:4000, [2001:db8::1]:1884, 48"
    })
    void shouldMakePacketsWithRightLengthsAndChecksums(String source, String destination, int headers) {
        for (int octets : new int[] {0, 1, 2, 3, 300, 65_507}) {
            byte[] data = new byte[octets];
            java.util.Arrays.fill(data, (byte) 0xa5);
            byte[] packet = UdpPacket.of(address(source), address(destination), data);

            assertThat(packet).hasSize(headers + octets).endsWith(data);
            ByteBuffer in = ByteBuffer.wrap(packet);
            boolean isIpv4 = headers == 28;
            int udp = headers - 8;
            assertThat(in.getShort(isIpv4 ? 2 : 4) & 0xffff).isEqualTo(isIpv4 ? packet.length : octets + 8);
            assertThat(in.getShort(udp + 4) & 0xffff).isEqualTo(octets + 8);
            if (isIpv4) {
                assertThat(sum(packet, 0, 20, 0)).isEqualTo(0xffff);
            }
            int addresses = isIpv4 ? 12 : 8;
            assertThat(sum(packet, addresses, packet.length, 17 + octets + 8)).isEqualTo(0xffff);
        }
    }

    /** RFC 1071; of octets with a right checksum among them it is all ones. */
    private static int sum(byte[] octets, int from, int to, int start) {
        long sum = start;
        for (int i = from; i < to; i += 2) {
            sum += (octets[i] & 0xff) << 8 | (i + 1 < to ? octets[i + 1] & 0xff : 0);
        }
        while (sum > 0xffff) {
            sum = (sum >> 16) + (sum & 0xffff);
        }
        return (int) sum;
    }

    @Test
    void shouldCutWhatIsTooLongForAPacket() {
        assertThat(UdpPacket.of(address("127.0.0.1:1"), address("127.0.0.1:2"), new byte[70_000]))
                .hasSize(65_535);
    }

    @Test
    void shouldFindTheAddressThatTalksToAPeer() {
        LocalAddresses local = new LocalAddresses();

        assertThat(local.towards(address("127.0.0.1:4000"), address("0.0.0.0:1884")))
                .isEqualTo(address("127.0.0.1:1884"));
        assertThat(local.towards(address("192.0.2.1:4000"), address("192.0.2.9:1884")))
                .isEqualTo(address("192.0.2.9:1884"));
    }
}
