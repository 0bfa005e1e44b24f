// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code sn-sim}: fake MQTT-SN devices, for load tests and for the demo. */
@Command(
        name = "sn-sim",
        description = "Fakes MQTT-SN nodes and checks end to end what became of their messages.",
        mixinStandardHelpOptions = true,
        versionProvider = SnSim.ManifestVersion.class,
        subcommands = {RunCommand.class, LineCommand.class, DemoNodesCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0: done; nothing that was acknowledged has been lost",
            "1: acknowledged messages have been lost",
            "2: wrong arguments",
            "3: could not run: broker or gateway cannot be reached"
        })
public final class SnSim implements Callable<Integer> {
    private static final int HELP_COLUMNS = 110;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // injected by picocli
    private CommandLine.Model.CommandSpec spec;

    private SnSim() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        // Whatever a library logs below this is of no use to the user of a command.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        System.setProperty("org.slf4j.simpleLogger.log.org.eclipse.californium", "error");
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new SnSim())
                .setUsageHelpWidth(HELP_COLUMNS)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof IOException || failure instanceof UncheckedIOException) {
                        command.getErr().println("sn-sim: " + failure.getMessage());
                    } else {
                        failure.printStackTrace(command.getErr());
                    }
                    return ExitCode.COULD_NOT_RUN;
                });
        Arguments.register(commandLine);
        return commandLine;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    /** The version that the build wrote into the jar; {@code development} for classes that are in none. */
    static final class ManifestVersion implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = SnSim.class.getPackage().getImplementationVersion();
            return new String[] {"sn-sim " + (version != null ? version : "development")};
        }
    }
}
