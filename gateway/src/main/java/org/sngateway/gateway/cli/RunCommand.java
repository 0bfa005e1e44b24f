// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.Gateway;
import org.sngateway.gateway.ReloadReport;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.config.LoadedConfig;
import org.sngateway.gateway.log.LogLines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sn-gateway run}: the service. */
@Command(
        name = "run",
        description = {
            "Runs the gateway until SIGTERM or SIGINT, then ends with exit code 0.",
            "SIGHUP reads the configuration again, as sn-gateway reload does.",
            "Prints one line when it serves devices: ready, and the addresses it listens on.",
            "The broker may be away; the gateway connects when it comes."
        },
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class)
final class RunCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

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
        LoadedConfig read = config.load();
        LogQueue logs = LogQueue.install(LogLines.isJournal(System.getenv()));
        Gateway gateway;
        try {
            gateway = Gateway.start(read, config.file());
        } catch (IOException failure) {
            err.println("sn-gateway: " + failure.getMessage());
            err.flush();
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, logs), "stop"));
        Hangup.handle(() -> reload(gateway));
        out.println("ready " + String.join(" ", gateway.addresses()));
        out.flush();
        new CountDownLatch(1).await();
        return 0;
    }

    /** What came of it is in the log. */
    private static void reload(Gateway gateway) {
        try {
            ReloadReport ignored = gateway.reload();
        } catch (InvalidConfigException failure) {
            log.atDebug().setCause(failure).log("SIGHUP without effect");
        }
    }

    /** Ends the process with 0: the virtual machine by itself would end with the number of the signal. */
    private static void stop(Gateway gateway, LogQueue logs) {
        gateway.close();
        logs.drain();
        Runtime.getRuntime().halt(0);
    }
}
