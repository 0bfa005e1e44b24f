// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.store.StoreReader;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which store to read: {@code --directory}, else the one in the configuration. */
final class StoreOption {
    @Mixin
    private ConfigOption config = new ConfigOption();

    @Option(
            names = {"-d", "--directory"},
            paramLabel = "DIR",
            description = "The directory of the store; the one in the configuration unless given.")
    private @Nullable Path directory;

    @Spec(Spec.Target.MIXEE)
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    /** What is done with an open store; the result is the exit code. */
    @FunctionalInterface
    interface Action {
        int run(Path directory, StoreReader store) throws IOException;
    }

    /** Opens the store and closes it again. A store that cannot be read is said to be so, and is exit code 1. */
    int read(Action action) throws InvalidConfigException {
        Path found = directory();
        try (StoreReader store = StoreReader.open(found)) {
            return action.run(found, store);
        } catch (IOException failure) {
            spec.commandLine().getErr().println("sn-gateway: " + failure.getMessage());
            spec.commandLine().getErr().flush();
            return 1;
        }
    }

    private Path directory() throws InvalidConfigException {
        if (directory != null) {
            return directory;
        }
        return config.read()
                .store()
                .directory(System.getenv())
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "No store is configured: name its directory with --directory, or set store.directory in "
                                + config.file()));
    }
}
