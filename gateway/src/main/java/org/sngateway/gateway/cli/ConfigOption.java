// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.nio.file.Path;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.config.LoadedConfig;
import picocli.CommandLine.Option;

/** The option {@code --config}, for every subcommand that reads the configuration: {@code @Mixin ConfigOption config}. */
final class ConfigOption {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration file; ${DEFAULT-VALUE} unless given.")
    private Path file;

    ConfigOption() {
        this(defaultFile());
    }

    ConfigOption(Path file) {
        this.file = file;
    }

    /** The file as the user named it. */
    Path file() {
        return file;
    }

    /** @throws InvalidConfigException with every problem of the file, a missing one included */
    GatewayConfig read() throws InvalidConfigException {
        return ConfigReader.read(file);
    }

    /** @throws InvalidConfigException likewise */
    LoadedConfig load() throws InvalidConfigException {
        return ConfigReader.load(file);
    }

    private static Path defaultFile() {
        String home = System.getProperty("sn.home");
        return home != null ? Path.of(home, "conf", "sn-gateway.yaml") : Path.of("/etc/sn-gateway/sn-gateway.yaml");
    }
}
