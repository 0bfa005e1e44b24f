// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.sngateway.simulator.demo.DemoNodes;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sn-sim demo}: the nodes of {@code sn-gateway demo}, until standard input closes or SIGTERM comes. */
@Command(
        name = "demo",
        hidden = true,
        description = "Nodes that publish readings and answer commands, until standard input closes.",
        mixinStandardHelpOptions = true,
        versionProvider = SnSim.ManifestVersion.class,
        sortOptions = false)
final class DemoNodesCommand implements Callable<Integer> {
    private static final int FAREWELL_SECONDS = 3;

    @Mixin
    private final Targets targets = new Targets();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "20",
            description = "Nodes (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // injected by picocli
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (nodes < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--nodes is " + nodes + ", allowed is 1 or more");
        }
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch isOver = new CountDownLatch(1);
        endWithStandardInput(end);
        endOnSignal(end, isOver);
        try {
            new DemoNodes(targets.gateway(), targets.broker(), nodes, System.out).runUntil(end);
        } finally {
            isOver.countDown();
        }
        return ExitCode.OK;
    }

    private static void endWithStandardInput(CountDownLatch end) {
        Thread watcher = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // as good as its end
                    }
                    end.countDown();
                },
                "stdin");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static void endOnSignal(CountDownLatch end, CountDownLatch isOver) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            end.countDown();
                            try {
                                boolean unused = isOver.await(FAREWELL_SECONDS, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "signal"));
    }
}
