// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sngateway.benchmarks.store.KeptSessions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures how soon a gateway process is back with what its store has kept. Exit code 0 when every device that was tried got its message, 1
 * otherwise, 2 for a wrong command line.
 */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Fills a store with sleeping devices, starts bin/sn-gateway on it, and measures how soon it serves them.",
        footer = {
            "",
            "Times are from the start of the process: until it says \"ready\", and until the first device that wakes with PINGREQ has its",
            "message; CPU is the processor time that the gateway had used when it was ready. SN_GATEWAY_OPTS: options for its Java",
            "virtual machine."
        })
public final class RestartBenchmark implements Callable<Integer> {
    private static final Path HOME = Path.of(System.getProperty("sn.home", "."));
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Duration WAKE_LIMIT = Duration.ofSeconds(30);
    private static final int SINK_RECEIVE_MAXIMUM = 65_535;
    private static final double MEBI = 1024.0 * 1024.0;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "A directory on the disk to measure; that of temporary files unless given.")
    private @Nullable Path parent;

    @Option(names = "--sessions", defaultValue = "100000", description = "Devices; default ${DEFAULT-VALUE}.")
    private int sessions;

    @Option(
            names = "--messages",
            defaultValue = "100000",
            description = "Messages of QoS 1 that wait for them; default ${DEFAULT-VALUE}.")
    private int messages;

    @Option(
            names = "--topic-ids",
            defaultValue = "3",
            description = "Topic ids of each device; default ${DEFAULT-VALUE}.")
    private int topicIds;

    @Option(
            names = "--payload",
            paramLabel = "OCTETS",
            defaultValue = "64",
            description = "Payload of each message; default ${DEFAULT-VALUE}.")
    private int payloadOctets;

    @Option(names = "--rounds", defaultValue = "3", description = "Starts on one store; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--wakes",
            paramLabel = "DEVICES",
            defaultValue = "100",
            description = "Devices that fetch their message in each round; default ${DEFAULT-VALUE}.")
    private int wakes;

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs the benchmark and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new RestartBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, LoadFailure, InterruptedException {
        require(sessions >= 1 && sessions <= 1_000_000, "--sessions: 1..1000000");
        require(messages >= 0 && messages <= 10_000_000, "--messages: 0..10000000");
        require(topicIds >= 1 && topicIds <= 1_000, "--topic-ids: 1..1000");
        require(payloadOctets >= 8 && payloadOctets <= 1_000, "--payload: 8..1000");
        require(rounds >= 1 && rounds <= 100, "--rounds: 1..100");
        require(
                wakes >= 1 && (long) wakes * rounds <= Math.min(sessions, messages),
                "--wakes: 1 or more, over all rounds no more than devices with a message");
        Path directory = parent != null
                ? Files.createTempDirectory(parent, "restart-benchmark")
                : Files.createTempDirectory("restart-benchmark");
        try {
            Path store = directory.resolve("store");
            long fillNanos = LoadClock.nanos();
            KeptSessions.fill(store, sessions, messages, topicIds, payloadOctets);
            print(
                    "%,d sessions with %d topic ids each and %,d messages: %.0f MiB, written in %.1f s",
                    sessions, topicIds, messages, octets(store) / MEBI, seconds(LoadClock.nanos() - fillNanos));
            print("%-6s %8s %8s %14s %9s %9s %9s", "", "ready", "CPU", "first message", "heap", "resident", "load");
            print("%-6s %8s %8s %14s %9s %9s %9s", "round", "s", "s", "s", "MiB", "MiB", "average");
            int served = 0;
            for (int round = 0; round < rounds; round++) {
                served += measure(store, round);
            }
            if (served < wakes * rounds) {
                print("%,d of %,d devices did not get their message", wakes * rounds - served, wakes * rounds);
                return 1;
            }
            return 0;
        } finally {
            delete(directory);
        }
    }

    /** Starts the gateway, has some devices fetch their messages, and stops it; says how many got theirs. */
    private int measure(Path store, int round) throws IOException, LoadFailure, InterruptedException {
        double loadAverage = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        String command = GatewayChild.quoted(HOME.resolve("bin/sn-gateway").toString()) + " run --config {config}";
        List<String> lines = List.of(
                "store: { directory: \"" + store + "\", max-size: 64GiB }",
                "sessions: { max: " + (sessions + 1_000) + " }");
        try (LoadLoop sinkLoop = LoadLoop.start("restart-sink")) {
            CountingSink sink = CountingSink.open(sinkLoop, 0, SINK_RECEIVE_MAXIMUM);
            try (GatewayChild gateway = GatewayChild.start(command, "pooled", sink.port(), lines, START_LIMIT)) {
                double cpuSeconds = gateway.process().orElseThrow().cpuSeconds().orElse(Double.NaN);
                int served = wake(gateway, round * wakes);
                long firstNanos = LoadClock.nanos();
                for (int i = 1; i < wakes; i++) {
                    served += wake(gateway, round * wakes + i);
                }
                ProcessProbe process = gateway.process().orElseThrow();
                OptionalLong heap = process.collectGarbage() ? process.heapUsedOctets() : OptionalLong.empty();
                print(
                        "%-6d %8.2f %8.2f %14.2f %9s %9s %9.1f",
                        round + 1,
                        seconds(gateway.readyNanos() - gateway.startNanos()),
                        cpuSeconds,
                        seconds(firstNanos - gateway.startNanos()),
                        mebioctets(heap),
                        mebioctets(process.rssOctets()),
                        loadAverage);
                return served;
            }
        }
    }

    /** Devices far from each other, no one twice: 1 when this one got its own message. */
    private int wake(GatewayChild gateway, int number) throws IOException, LoadFailure {
        int device = (int) ((long) number * Math.min(sessions, messages) / ((long) wakes * rounds));
        OptionalLong message = WakingDevice.fetch(gateway.address(), KeptSessions.clientId(device), WAKE_LIMIT);
        return message.isPresent() && message.getAsLong() == device ? 1 : 0;
    }

    private void require(boolean holds, String allowed) {
        if (!holds && spec != null) {
            throw new ParameterException(spec.commandLine(), "Invalid value for " + allowed);
        }
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private static String mebioctets(OptionalLong octets) {
        return octets.isPresent() ? String.format(Locale.ROOT, "%.0f", octets.getAsLong() / MEBI) : "-";
    }

    private static long octets(Path directory) throws IOException {
        long octets = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                octets += Files.size(file);
            }
        }
        return octets;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
