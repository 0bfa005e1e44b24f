// SPDX-License-Identifier: Apache-2.0
package org.sngateway.demobroker;

import com.hivemq.embedded.EmbeddedHiveMQ;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * HiveMQ CE on 127.0.0.1, without accounts and without telemetry. Prints one line, {@code ready mqtt://127.0.0.1:PORT}, once
 * clients may connect, and runs until it gets SIGTERM or its standard input ends, so it never outlives the process that
 * started it. Exit code 0, 1 when the broker could not start, 2 for wrong arguments.
 */
@Command(
        name = "demo-broker",
        description = "An MQTT broker for first steps and tests; listens on 127.0.0.1 only.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DemoBroker implements Callable<Integer> {
    private static final int COULD_NOT_START = 1;
    private static final int STOP_SECONDS = 8;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "1883",
            description = "TCP port, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--persistent",
            paramLabel = "DIR",
            description = "Keep sessions and retained messages in DIR. Without it everything is gone at the end.")
    private @Nullable Path persistent;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // injected by picocli
    private CommandLine.Model.CommandSpec spec;

    private DemoBroker() {}

    /** The command; does not return before the broker is up. */
    public static void main(String[] arguments) {
        System.setProperty("logback.configurationFile", "demo-broker-logback.xml");
        int exitCode = new CommandLine(new DemoBroker()).execute(arguments);
        // After a successful start the process lives on in the broker's threads.
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > 65535) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--port: " + port + " is not a port; allowed: 0..65535");
        }
        BrokerDirectory directory = BrokerDirectory.create(port, persistent);
        ListenerPort listenerPort = new ListenerPort();
        EmbeddedHiveMQ broker = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(directory.configuration())
                .withDataFolder(directory.data())
                .withExtensionsFolder(directory.extensions())
                .withEmbeddedExtension(listenerPort.asExtension())
                .withoutLoggingBootstrap()
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, directory), "stop"));
        try {
            broker.start().get();
        } catch (ExecutionException e) {
            System.err.println(
                    "demo-broker: cannot start on 127.0.0.1:" + port + (port == 0 ? "" : "; is the port taken?"));
            return COULD_NOT_START;
        }
        System.out.println("ready mqtt://127.0.0.1:" + listenerPort.get());
        exitWhenClosed(System.in);
        return 0;
    }

    private static void exitWhenClosed(InputStream input) {
        Thread watcher = new Thread(
                () -> {
                    try (input) {
                        input.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // as good as its end
                    }
                    System.exit(0);
                },
                "stdin");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** An orderly stop takes HiveMQ some four seconds; only data that outlives the process is worth them. */
    private static void stop(EmbeddedHiveMQ broker, BrokerDirectory directory) {
        if (directory.isTemporary()) {
            directory.delete();
            return;
        }
        try {
            broker.stop().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // it never came up or hangs; the process ends either way
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
