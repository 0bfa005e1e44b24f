// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.sngateway.gateway.config.InvalidConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sn-gateway store check}: whether the file and what stands in it are sound. */
@Command(
        name = "check",
        description =
                "Checks the database and what stands in it: exit code 0 when all is well, else 1 with every finding on a line.",
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class)
final class StoreCheckCommand implements Callable<Integer> {
    @Mixin
    private StoreOption option = new StoreOption();

    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    @Override
    public Integer call() throws InvalidConfigException {
        return option.read((directory, store) -> {
            List<String> findings = store.findings();
            PrintWriter out = spec.commandLine().getOut();
            findings.forEach(finding -> out.println(directory + ": " + finding));
            if (findings.isEmpty()) {
                out.println(directory + ": ok");
            }
            out.flush();
            return findings.isEmpty() ? 0 : 1;
        });
    }
}
