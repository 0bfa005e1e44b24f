// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.node.NodeConfig;
import org.sngateway.simulator.report.ProgressDisplay;
import org.sngateway.simulator.report.ReportJson;
import org.sngateway.simulator.report.ReportText;
import org.sngateway.simulator.report.RunReport;
import org.sngateway.simulator.run.LoadOptions;
import org.sngateway.simulator.run.LoadRun;
import org.sngateway.simulator.run.Rate;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sn-sim run}: a load run with an end-to-end check. Progress goes to standard error, the report to standard output. */
@Command(
        name = "run",
        description = "Connects nodes, publishes, and checks at the broker what arrives.",
        mixinStandardHelpOptions = true,
        versionProvider = SnSim.ManifestVersion.class,
        sortOptions = false)
final class RunCommand implements Callable<Integer> {
    private static final int REPORT_SECONDS = 15;

    @Mixin
    private final Targets targets = new Targets();

    @Mixin
    private final NodeTransport transport = new NodeTransport();

    @Mixin
    private final RadioOptions radio = new RadioOptions();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "100",
            description = "Nodes (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--rate",
            paramLabel = "N/s",
            defaultValue = "100/s",
            description = "Publishes of all nodes together: 2000/s, 90/min, or max for each node as fast as it is"
                    + " acknowledged (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Rate rate;

    @Option(
            names = "--qos",
            paramLabel = "Q",
            defaultValue = "1",
            description = "0, 1 or 2 (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Qos qos;

    @Option(
            names = "--size",
            paramLabel = "OCTETS",
            defaultValue = "32",
            description = "Payload size, 20 or more (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long to publish (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration duration;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Decides when in its interval each node publishes, and what the air does (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--connect-rate",
            paramLabel = "N",
            defaultValue = "500",
            description = "Nodes that connect per second (default: ${DEFAULT-VALUE}).")
    private int connectRate;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long to wait for the last nodes to connect (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration connectTimeout;

    @Option(
            names = "--retry-interval",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "T-retry: when to send again what was not answered (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration retryInterval;

    @Option(
            names = "--retry-count",
            paramLabel = "N",
            defaultValue = "4",
            description = "N-retry: how often, before the node connects anew (default: ${DEFAULT-VALUE}).")
    private int retryCount;

    @Option(
            names = "--keep-alive",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "Keep-alive in CONNECT, 0s for none (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration keepAlive;

    @Option(
            names = "--settle",
            paramLabel = "TIME",
            defaultValue = "5s",
            description =
                    "What has not arrived after this long without any arrival is lost (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration settle;

    @Option(
            names = "--observers",
            paramLabel = "N",
            defaultValue = "16",
            description = "MQTT connections that share the observing at the broker. A broker drops messages for a"
                    + " subscriber whose queue is full, which would look like loss (default: ${DEFAULT-VALUE}).")
    private int observers;

    @Option(names = "--loops", paramLabel = "N", hidden = true, defaultValue = "0")
    private int loops;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to FILE, as JSON.")
    private @Nullable Path json;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // injected by picocli
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProgressDisplay progress = new ProgressDisplay(System.err, Terminal.isStandardError());
        RunReport report = runUnlessInterrupted(new LoadRun(options(), progress));
        spec.commandLine().getOut().print(ReportText.render(report));
        spec.commandLine().getOut().flush();
        if (json != null) {
            Files.writeString(json, ReportJson.render(report));
        }
        return report.isPassed() ? ExitCode.OK : ExitCode.LOST;
    }

    private LoadOptions options() throws IOException {
        try {
            return new LoadOptions(
                    radio.around(transport.network(targets::gateway), seed),
                    targets.broker(),
                    nodes,
                    rate,
                    qos,
                    size,
                    duration,
                    seed,
                    new NodeConfig.Timing(keepAlive, retryInterval, retryCount, Duration.ofSeconds(1)),
                    connectRate,
                    connectTimeout,
                    settle,
                    observers,
                    loops == 0 ? defaultLoops() : loops);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Half the processors: the gateway and the broker often share the machine. */
    private static int defaultLoops() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    /** On Ctrl-C the run ends early, and its report is still printed before the process goes. */
    private static RunReport runUnlessInterrupted(LoadRun run) throws IOException, InterruptedException {
        CountDownLatch isOver = new CountDownLatch(1);
        Thread onInterrupt = new Thread(
                () -> {
                    run.stop();
                    try {
                        boolean unused = isOver.await(REPORT_SECONDS, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "interrupt");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            return run.run();
        } finally {
            isOver.countDown();
        }
    }
}
