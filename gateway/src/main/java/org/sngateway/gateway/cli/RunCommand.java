// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.sngateway.gateway.Gateway;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
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

    @Override
    public Integer call() throws InvalidConfigException, InterruptedException {
        GatewayConfig read = config.read();
        LogQueue logs = LogQueue.install(LogLines.isJournal(System.getenv()));
        Gateway gateway;
        try {
            gateway = Gateway.start(read);
        } catch (IOException failure) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("sn-gateway: " + failure.getMessage());
            err.flush();
            return 1;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, logs), "stop"));
        PrintWriter out = spec.commandLine().getOut();
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
