// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.PrintWriter;
import org.sngateway.gateway.config.ConfigProblem;
import org.sngateway.gateway.config.InvalidConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParseResult;

/** The {@code sn-gateway} command. Each subcommand is a class of its own, named in {@code subcommands}. */
@Command(
        name = "sn-gateway",
        description = "A gateway between MQTT-SN devices and an MQTT broker.",
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class,
        subcommands = {
            RunCommand.class,
            DemoCommand.class,
            CheckCommand.class,
            ReloadCommand.class,
            TraceCommand.class,
            StoreCommand.class
        })
public final class SnGateway {
    private static final int EXIT_INVALID_CONFIG = 2;

    private SnGateway() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command as it is executed; a subcommand may throw {@link InvalidConfigException}. */
    static CommandLine commandLine() {
        return new CommandLine(new SnGateway()).setExecutionExceptionHandler(SnGateway::onException);
    }

    private static int onException(Exception e, CommandLine command, ParseResult arguments) throws Exception {
        if (!(e instanceof InvalidConfigException invalid)) {
            throw e;
        }
        PrintWriter err = command.getErr();
        invalid.problems().stream().map(ConfigProblem::toString).forEach(err::println);
        err.flush();
        return EXIT_INVALID_CONFIG;
    }

    /** The version that the build wrote into the jar; {@code development} for classes that are in none. */
    static final class ManifestVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = SnGateway.class.getPackage().getImplementationVersion();
            return new String[] {"sn-gateway " + (version != null ? version : "development")};
        }
    }
}
