// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many datagrams the kernel has dropped at the sockets bound to one address, mostly because their receive buffer was full: the last
 * column of Linux's {@code /proc/net/udp} and {@code udp6}. May be used from any thread; each call reads the file.
 */
final class KernelDrops {
    /** The answer where the operating system does not tell. */
    static final long UNKNOWN = -1;

    private static final Path PROC_NET = Path.of("/proc/net");

    private final Path table;
    private final String localAddress;

    KernelDrops(InetSocketAddress bound) {
        this(PROC_NET, bound);
    }

    KernelDrops(Path procNet, InetSocketAddress bound) {
        table = procNet.resolve(bound.getAddress() instanceof Inet6Address ? "udp6" : "udp");
        localAddress = hex(bound);
    }

    /** The sum over all sockets bound to exactly this address, or {@link #UNKNOWN}. */
    long read() {
        boolean found = false;
        long drops = 0;
        try (BufferedReader lines = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains(localAddress)) {
                    drops += Long.parseLong(line.substring(line.stripTrailing().lastIndexOf(' ') + 1)
                            .strip());
                    found = true;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return UNKNOWN;
        }
        return found ? drops : UNKNOWN;
    }

    /** As the table has it, after the line's number and before the peer: words of 32 bits in the machine's own order of octets. */
    private static String hex(InetSocketAddress address) {
        ByteBuffer words = ByteBuffer.wrap(address.getAddress().getAddress()).order(ByteOrder.nativeOrder());
        StringBuilder text = new StringBuilder(": ");
        while (words.hasRemaining()) {
            text.append(String.format("%08X", words.getInt()));
        }
        return text.append(String.format(":%04X ", address.getPort())).toString();
    }
}
