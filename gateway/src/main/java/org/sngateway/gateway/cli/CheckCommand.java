// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sn-gateway check}: reads the configuration and says whether it can be used. */
@Command(
        name = "check",
        description = "Checks the configuration: exit code 0 when it can be used, else 2 with every problem on a line.",
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class)
final class CheckCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption config = new ConfigOption();

    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    @Override
    public Integer call() throws InvalidConfigException {
        GatewayConfig ignored = config.read();
        PrintWriter out = spec.commandLine().getOut();
        out.println(config.file() + ": ok");
        out.flush();
        return 0;
    }
}
