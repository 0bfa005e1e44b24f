// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sn-gateway store}: looks into what survives a restart. */
@Command(
        name = "store",
        description = {
            "Looks into the store, and changes nothing in it. Works while a gateway runs on it, too.",
            "The user needs to be the gateway's, or root."
        },
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class,
        subcommands = {StoreInfoCommand.class, StoreCheckCommand.class, StoreExportCommand.class})
final class StoreCommand implements Runnable {
    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    @Override
    public void run() {
        CommandLine command = spec.commandLine();
        throw new ParameterException(command, "Missing required subcommand");
    }
}
