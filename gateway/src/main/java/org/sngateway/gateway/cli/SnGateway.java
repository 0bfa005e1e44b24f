// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.sngateway.gateway.Version;
import org.sngateway.gateway.config.ConfigProblem;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.log.LogLines;
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
        LogLines.install(System.getenv()).ifPresent(problem -> {
            System.err.println("sn-gateway: " + problem);
            System.exit(EXIT_INVALID_CONFIG);
        });
        Optional<RunCommand> service = RunCommand.asService(args);
        System.exit(service.isPresent() ? run(service.get()) : commandLine().execute(args));
    }

    private static int run(RunCommand service) {
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        try {
            return service.run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), err);
        } catch (InvalidConfigException invalid) {
            return printProblems(invalid, err);
        } catch (InterruptedException | RuntimeException failure) {
            failure.printStackTrace(err);
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    /** The command as it is executed; a subcommand may throw {@link InvalidConfigException}. */
    static CommandLine commandLine() {
        return new CommandLine(new SnGateway()).setExecutionExceptionHandler(SnGateway::onException);
    }

    private static int onException(Exception e, CommandLine command, ParseResult arguments) throws Exception {
        if (!(e instanceof InvalidConfigException invalid)) {
            throw e;
        }
        return printProblems(invalid, command.getErr());
    }

    private static int printProblems(InvalidConfigException invalid, PrintWriter err) {
        invalid.problems().stream().map(ConfigProblem::toString).forEach(err::println);
        err.flush();
        return EXIT_INVALID_CONFIG;
    }

    /** The version that the build wrote into the jar; {@code development} for classes that are in none. */
    static final class ManifestVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"sn-gateway " + Version.text()};
        }
    }
}
