// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Measures a whole gateway process over loopback: devices in front of it, a counting MQTT server behind it.
 *
 * <p>Unless told of another, it starts {@code bin/sn-gateway} afresh for each scenario. Exit code 0 when every row has a result, 1 when one has
 * not, 2 for a wrong command line.
 */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Load benchmark of a gateway process over loopback.",
        footer = {
            "",
            "Scenarios: uplink-qos1, journal-qos1, uplink-qos0, downlink-qos1, connects, memory.",
            "journal-qos1: the counting server turns away the gateway, which keeps the messages in its store, and then takes them. The",
            "  store is in a temporary directory; SN_BENCHMARK_OPTS=-Djava.io.tmpdir=DIR puts it on another disk. Pooled mode only.",
            "Generator and gateway share the machine's processors; to keep them apart, start the gateway with taskset:",
            "  --gateway-command 'taskset -c 1 bin/sn-gateway run --config {config}'",
            "A running gateway must be configured with mqtt://127.0.0.1:SINK-PORT as its broker, see --sink-port."
        })
public final class LoadBenchmark implements Callable<Integer> {
    private static final int SEPARATE_SINK_FROM_PROCESSORS = 4;
    private static final String PER_DEVICE = "per-device";

    /** Room for whatever is journalled while the broker is away. */
    private static final String STORE_LINE =
            "store: { directory: \"{dir}/store\", max-size: 32GiB, journal-max-bytes: 16GiB }";

    private static final Path HOME = Path.of(System.getProperty("sn.home", "."));

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "SCENARIO",
            converter = ScenarioConverter.class,
            description = "Scenarios to run, separated by commas; unless set, all that suit the upstream mode.")
    private List<Scenario> only = List.of();

    @Option(
            names = "--gateway-command",
            paramLabel = "COMMAND",
            description = "Starts the gateway; {config} becomes the path of a generated configuration. "
                    + "It prints a line that begins with \"ready\". Default: bin/sn-gateway run --config {config}")
    private @Nullable String gatewayCommand;

    @Option(
            names = "--upstream-mode",
            paramLabel = "MODE",
            defaultValue = "pooled",
            description =
                    "upstream.mode in the generated configuration: pooled or per-device; default ${DEFAULT-VALUE}.")
    private String upstreamMode = "pooled";

    @Option(
            names = "--config-line",
            paramLabel = "YAML",
            description =
                    "One more line of the generated configuration, repeatable; {dir} in it becomes a directory for this "
                            + "gateway alone. Such as: 'sessions: { max: 50000 }'")
    private List<String> configLines = List.of();

    @Option(
            names = "--gateway",
            paramLabel = "HOST:PORT",
            converter = LoopbackConverter.class,
            description = "Measures the gateway already running at this loopback address instead.")
    private @Nullable InetSocketAddress gateway;

    @Option(names = "--pid", description = "Process id of the running gateway, for its processor time and memory.")
    private @Nullable Long pid;

    @Option(
            names = "--sink-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Port of the counting MQTT server on 127.0.0.1; any unless set.")
    private int sinkPort;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Before each measured window; default ${DEFAULT-VALUE}.")
    private double warmUpSeconds;

    @Option(
            names = "--measure",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Length of each measured window; default ${DEFAULT-VALUE}.")
    private double measuredSeconds;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds per row; default ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--devices",
            defaultValue = "100",
            description = "Devices of each throughput row; default ${DEFAULT-VALUE}.")
    private int devices;

    @Option(
            names = "--payload",
            paramLabel = "OCTETS",
            defaultValue = "64",
            description = "Payload of each message; default ${DEFAULT-VALUE}.")
    private int payloadOctets;

    @Option(
            names = "--window",
            paramLabel = "MESSAGES",
            defaultValue = "256",
            description = "Uplink QoS 0: messages on their way; default ${DEFAULT-VALUE}.")
    private int window;

    @Option(
            names = "--downlink-rate",
            paramLabel = "PER-SECOND",
            defaultValue = "0",
            description = "Downlink at this rate; unless set with a window of one message per device.")
    private int downlinkPerSecond;

    @Option(
            names = "--connects",
            paramLabel = "SESSIONS",
            defaultValue = "10000",
            description =
                    "Sessions per round of the connect row and per step of the memory row; default ${DEFAULT-VALUE}.")
    private int connects;

    @Option(
            names = "--outstanding",
            paramLabel = "HANDSHAKES",
            defaultValue = "256",
            description = "CONNECTs in flight at a time; default ${DEFAULT-VALUE}.")
    private int outstanding;

    @Option(
            names = "--receive-maximum",
            defaultValue = "65535",
            description = "What the counting server announces; default ${DEFAULT-VALUE}.")
    private int receiveMaximum;

    @Option(
            names = "--separate-sink",
            negatable = true,
            description = "Whether the counting server has a thread of its own; default: with four processors or more.")
    private @Nullable Boolean separateSink;

    @Option(
            names = "--start-timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "For the gateway to become ready; default ${DEFAULT-VALUE}.")
    private int startTimeoutSeconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the report as JSON, too.")
    private @Nullable Path json;

    @Spec
    private @Nullable CommandSpec spec;

    private final SourceAddresses sources = new SourceAddresses();
    private String gatewayCommandLine = "";
    private String gatewayJvm = "";

    /** Runs the benchmark and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LoadBenchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws LoadFailure, InterruptedException, IOException {
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        Settings settings = settings();
        Map<String, Double> ceiling = Ceiling.measure(settings, sources);
        Report.printCeiling(ceiling, out);
        Report.printHeader(out);
        List<Row> rows = new ArrayList<>();
        Set<Scenario> selected = new LinkedHashSet<>(only);
        if (selected.isEmpty()) {
            selected.addAll(List.of(Scenario.values()));
            if (upstreamMode.equals(PER_DEVICE)) {
                selected.remove(Scenario.JOURNAL_QOS1);
            }
        }
        for (Scenario scenario : selected) {
            Row row = run(scenario, settings);
            Report.printRow(row, out);
            rows.add(row);
        }
        if (json != null) {
            Files.writeString(json, Json.write(Report.document(environment(), settings, ceiling, rows)));
        }
        return rows.stream().allMatch(row -> row.failure() == null) ? 0 : 1;
    }

    private Row run(Scenario scenario, Settings settings) throws InterruptedException {
        try (Rig rig = Rig.open(settings, sinkPort, sources, port -> startGateway(scenario, port))) {
            rig.gateway().process().ifPresent(process -> {
                gatewayCommandLine = process.commandLine();
                gatewayJvm = process.jvmVersion();
            });
            return switch (scenario) {
                case UPLINK_QOS1, JOURNAL_QOS1, UPLINK_QOS0, DOWNLINK_QOS1 -> Throughput.run(scenario, rig, settings);
                case CONNECTS -> Sessions.connectRate(rig, settings);
                case MEMORY -> Sessions.memory(rig, settings);
            };
        } catch (LoadFailure e) {
            return Row.failed(scenario, String.valueOf(e.getMessage()));
        }
    }

    private GatewayUnderTest startGateway(Scenario scenario, int brokerPort) throws LoadFailure, InterruptedException {
        if (gateway != null) {
            return new GatewayUnderTest.Running(
                    gateway, Optional.ofNullable(pid).map(ProcessProbe::new));
        }
        String command = gatewayCommand != null
                ? gatewayCommand
                : GatewayChild.quoted(HOME.resolve("bin/sn-gateway").toString()) + " run --config {config}";
        List<String> lines = new ArrayList<>(configLines);
        if (scenario == Scenario.JOURNAL_QOS1 && lines.stream().noneMatch(line -> line.startsWith("store:"))) {
            lines.add(STORE_LINE);
        }
        return GatewayChild.start(command, upstreamMode, brokerPort, lines, Duration.ofSeconds(startTimeoutSeconds));
    }

    private Settings settings() {
        require(rounds >= 1 && rounds <= 100, "--rounds: 1..100");
        require(devices >= 1 && devices <= 10_000, "--devices: 1..10000");
        require(payloadOctets >= 16 && payloadOctets <= 60_000, "--payload: 16..60000");
        require(window >= 1 && window <= 100_000, "--window: 1..100000");
        require(connects >= 1 && connects <= 1_000_000, "--connects: 1..1000000");
        require(outstanding >= 1 && outstanding <= 10_000, "--outstanding: 1..10000");
        require(receiveMaximum >= 1 && receiveMaximum <= 65_535, "--receive-maximum: 1..65535");
        require(warmUpSeconds >= 0 && warmUpSeconds <= 3600, "--warm-up: 0..3600");
        require(measuredSeconds > 0 && measuredSeconds <= 3600, "--measure: above 0, to 3600");
        require(downlinkPerSecond >= 0 && downlinkPerSecond <= 1_000_000, "--downlink-rate: 0..1000000");
        require(
                upstreamMode.equals("pooled") || upstreamMode.equals(PER_DEVICE),
                "--upstream-mode: pooled, per-device");
        require(
                upstreamMode.equals("pooled") || !only.contains(Scenario.JOURNAL_QOS1),
                "--upstream-mode: pooled with journal-qos1");
        require(gateway == null || sinkPort != 0, "--gateway needs --sink-port, the port its broker address names");
        boolean ownSinkThread = separateSink != null
                ? separateSink
                : Runtime.getRuntime().availableProcessors() >= SEPARATE_SINK_FROM_PROCESSORS;
        return new Settings(
                Duration.ofMillis(Math.round(warmUpSeconds * 1000)),
                Duration.ofMillis(Math.round(measuredSeconds * 1000)),
                rounds,
                devices,
                payloadOctets,
                window,
                downlinkPerSecond,
                connects,
                outstanding,
                receiveMaximum,
                ownSinkThread);
    }

    private void require(boolean holds, String allowed) {
        if (!holds && spec != null) {
            throw new ParameterException(spec.commandLine(), "Invalid value for " + allowed);
        }
    }

    private Map<String, Object> environment() {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        machine.put("architecture", System.getProperty("os.arch", ""));
        machine.put("kernel", System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""));
        machine.put(
                "generatorJvm",
                System.getProperty("java.vm.name", "") + " " + System.getProperty("java.vm.version", ""));
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put(
                "benchmark",
                Optional.ofNullable(LoadBenchmark.class.getPackage().getImplementationVersion())
                        .orElse("unpackaged"));
        versions.put("gatewayJvm", gatewayJvm);
        versions.put("gatewayCommandLine", gatewayCommandLine);
        versions.put("gatewayConfigLines", configLines);
        versions.put("upstreamMode", gateway == null ? upstreamMode : "as configured");
        Map<String, Object> environment = new LinkedHashMap<>();
        environment.put("machine", machine);
        environment.put("versions", versions);
        return environment;
    }

    /** {@code uplink-qos1} and the like. */
    static final class ScenarioConverter implements ITypeConverter<Scenario> {
        @Override
        public Scenario convert(String value) {
            try {
                return Scenario.ofKey(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** {@code HOST:PORT} with a loopback host. */
    static final class LoopbackConverter implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String value) {
            try {
                return Loopback.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
