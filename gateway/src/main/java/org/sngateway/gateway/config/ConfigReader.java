// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the configuration file, strictly: what is not understood is a problem, and all problems are found at once. */
public final class ConfigReader {
    private ConfigReader() {}

    /**
     * Reads {@code file} and looks at the secret files it names. Relative paths in it start from its own directory.
     *
     * @throws InvalidConfigException when anything is wrong with it, one that is missing or cannot be read included
     */
    public static GatewayConfig read(Path file) throws InvalidConfigException {
        return load(file).config();
    }

    /**
     * The same, with what each key means.
     *
     * @throws InvalidConfigException likewise
     */
    public static LoadedConfig load(Path file) throws InvalidConfigException {
        ConfigSource source = new ConfigSource(file);
        GatewayConfig config = read(source, YamlFile.parse(source, file));
        source.throwIfInvalid();
        return new LoadedConfig(config, source.values());
    }

    static GatewayConfig defaults() {
        return read(new ConfigSource(Path.of("defaults")), Optional.empty());
    }

    /** What {@code root} says, with the defaults where it says nothing or something wrong; problems go to the source. */
    static GatewayConfig read(ConfigSource source, Optional<Node> root) {
        GatewayConfig config = root.map(
                        node -> Section.section(GatewayConfig::read).read(new Value(source, "", node)))
                .orElse(null);
        return config != null ? config : GatewayConfig.read(Section.empty(source));
    }
}
