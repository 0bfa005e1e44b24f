// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelDropsTest {
    private static final String HEADER =
            "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops             \n";

    @TempDir
    Path procNet;

    private static String row(String local, long drops) {
        return " 1234: " + local + " 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 16384 2"
                + " 0000000000000000 " + drops + "         \n";
    }

    /** The table holds words in the machine's order. */
    private static String word(String littleEndian, String bigEndian) {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? littleEndian : bigEndian;
    }

    @BeforeEach
    void writeTables() throws IOException {
        String loopback = word("0100007F", "7F000001");
        Files.writeString(
                procNet.resolve("udp"),
                HEADER
                        + row(loopback + ":075C", 7)
                        + row(loopback + ":075D", 100)
                        + row("00000000:075C", 1000)
                        + row(loopback + ":075C", 35));
        String loopback6 = "00000000" + "00000000" + "00000000" + word("01000000", "00000001");
        Files.writeString(
                procNet.resolve("udp6"), HEADER + row(loopback6 + ":075C", 3) + row("0".repeat(32) + ":075C", 4));
    }

    private long drops(String host, int port) {
        return new KernelDrops(procNet, new InetSocketAddress(host, port)).read();
    }

    @Test
    void shouldAddUpSocketsOfOneAddress() {
        assertThat(drops("127.0.0.1", 1884)).isEqualTo(42);
        assertThat(drops("127.0.0.1", 1885)).isEqualTo(100);
        assertThat(drops("0.0.0.0", 1884)).isEqualTo(1000);
    }

    @Test
    void shouldReadIpv6Table() {
        assertThat(drops("::1", 1884)).isEqualTo(3);
        assertThat(drops("::", 1884)).isEqualTo(4);
    }

    @Test
    void shouldSayUnknownWhenAddressOrTableIsMissing() throws IOException {
        assertThat(drops("127.0.0.1", 1)).isEqualTo(KernelDrops.UNKNOWN);
        Files.delete(procNet.resolve("udp"));
        assertThat(drops("127.0.0.1", 1884)).isEqualTo(KernelDrops.UNKNOWN);
    }
}
