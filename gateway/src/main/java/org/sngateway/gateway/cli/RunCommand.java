// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.sngateway.gateway.Gateway;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sn-gateway run}: the service. */
@Command(
        name = "run",
        description = {
            "Runs the gateway until SIGTERM or SIGINT, then ends with exit code 0.",
            "Prints one line when it serves devices: ready, and the addresses it listens on.",
            "The broker may be away; the gateway connects when it comes."
        },
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class)
final class RunCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption config = new ConfigOption();

    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    RunCommand() {}

    private RunCommand(Path file) {
        config = new ConfigOption(file);
    }

    /**
     * The command, when the arguments are those of a service, {@code run} alone or with {@code --config FILE}; empty for any others. It
     * spares the service the library that reads command lines, which takes some 3 MiB for as long as the process lives and a fifth of the
     * time to start.
     */
    static Optional<RunCommand> asService(String... arguments) {
        boolean isRun = arguments.length > 0 && arguments[0].equals("run");
        if (isRun && arguments.length == 1) {
            return Optional.of(new RunCommand());
        }
        return isRun && arguments.length == 3 && (arguments[1].equals("--config") || arguments[1].equals("-c"))
                ? Optional.of(new RunCommand(Path.of(arguments[2])))
                : Optional.empty();
    }

    @Override
    public Integer call() throws InvalidConfigException, InterruptedException {
        return run(spec.commandLine().getOut(), spec.commandLine().getErr());
    }

    /**
     * Runs the gateway until the process is told to end.
     *
     * @return the exit code, when it could not be started
     */
    int run(PrintWriter out, PrintWriter err) throws InvalidConfigException, InterruptedException {
        GatewayConfig read = config.read();
        LogQueue logs = LogQueue.install();
        Gateway gateway;
        try {
            gateway = Gateway.start(read);
        } catch (IOException failure) {
            err.println("sn-gateway: " + failure.getMessage());
            err.flush();
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, logs), "stop"));
        out.println("ready " + String.join(" ", gateway.addresses()));
        out.flush();
        new CountDownLatch(1).await();
        return 0;
    }

    /** Ends the process with 0: the virtual machine by itself would end with the number of the signal. */
    private static void stop(Gateway gateway, LogQueue logs) {
        gateway.close();
        logs.drain();
        Runtime.getRuntime().halt(0);
    }
}
