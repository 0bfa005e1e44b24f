// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.sngateway.codec.message.MessageType;

/**
 * Wireshark's decoder as a second judge: it knows MQTT-SN from other people's reading of the specification. It reads what passes one UDP
 * port of the loopback interface, while it passes.
 */
final class Tshark implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String SEPARATOR = "|";
    private static final String PACKET = "\\d+\\|.*";

    private final ChildProcess process;

    private Tshark(ChildProcess process) {
        this.process = process;
    }

    /**
     * What it says of one datagram.
     *
     * @param types the MsgType octets, the encapsulation's before the one of the message in it; none when this is not MQTT-SN
     * @param complaints such as "Malformed Packet"; nothing when all is well
     * @param octets the datagram in hex
     */
    record Verdict(int sourcePort, List<Integer> types, String complaints, String octets) {
        private static Verdict of(String line) {
            String[] fields = line.split("\\|", -1);
            return new Verdict(
                    Integer.parseInt(fields[0]),
                    Stream.of(fields[1].split(","))
                            .filter(type -> !type.isEmpty())
                            .map(Integer::decode)
                            .toList(),
                    fields[2],
                    fields[3]);
        }

        boolean isOf(MessageType type) {
            return !types.isEmpty() && types.get(0) == type.code();
        }
    }

    /**
     * Starts it and waits until it sees datagrams. The test is skipped where this user may not capture, and where it is not installed,
     * except in CI, which installs it.
     */
    static Tshark start(NetworkInterface loopback, InetSocketAddress gateway) throws IOException, InterruptedException {
        int port = gateway.getPort();
        ChildProcess process;
        try {
            process = ChildProcess.start(List.of(
                    "tshark",
                    "-n", // no names for addresses
                    "-l", // each line at once
                    "-i",
                    loopback.getName(),
                    "-f",
                    "udp port " + port,
                    "-d",
                    "udp.port==" + port + ",mqttsn",
                    "-T",
                    "fields",
                    "-E",
                    "separator=" + SEPARATOR,
                    "-e",
                    "udp.srcport",
                    "-e",
                    "mqttsn.msg.type",
                    "-e",
                    "_ws.expert.message",
                    "-e",
                    "udp.payload"));
        } catch (IOException missing) {
            // In CI the tool is there, and its absence is a failure.
            if (System.getenv("CI") != null) {
                throw missing;
            }
            assumeTrue(false, "tshark is not installed");
            throw missing;
        }
        Tshark tshark = new Tshark(process);
        tshark.awaitCapture(gateway);
        return tshark;
    }

    /** Nothing it says tells reliably when the capture has begun; that it sees something does. */
    private void awaitCapture(InetSocketAddress gateway) throws IOException, InterruptedException {
        try (DatagramSocket probe = new DatagramSocket()) {
            probe.connect(gateway);
            long deadline = System.nanoTime() + START.toNanos();
            while (System.nanoTime() - deadline < 0) {
                probe.send(new DatagramPacket(new byte[1], 1));
                if (process.findLine(line -> line.matches(PACKET), PROBE_INTERVAL)
                        .isPresent()) {
                    return;
                }
                if (!process.isAlive()) {
                    String reason = String.join(" ", process.output());
                    close();
                    assumeTrue(false, "tshark may not capture here: " + reason);
                }
            }
        }
        close();
        throw new AssertionError("tshark sees nothing: " + process.output());
    }

    /** Waits for the first verdict that fits, among those that have not been waited for. */
    Verdict awaitVerdict(Predicate<Verdict> wanted) throws InterruptedException {
        return Verdict.of(process.awaitLine(line -> line.matches(PACKET) && wanted.test(Verdict.of(line)), PATIENCE));
    }

    /** All verdicts up to the last one that was waited for. */
    List<Verdict> verdicts() {
        return process.output().stream()
                .filter(line -> line.matches(PACKET))
                .map(Verdict::of)
                .toList();
    }

    @Override
    public void close() {
        process.close();
    }
}
