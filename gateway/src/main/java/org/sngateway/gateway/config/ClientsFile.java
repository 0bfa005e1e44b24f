// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.Section.section;
import static org.sngateway.gateway.config.ValueType.mapOf;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.sngateway.gateway.config.Scalar.BadValueException;

/**
 * {@code admission.clients-file}, read: what holds for single devices.
 *
 * @param file where it was read
 * @param byClientId entries by client id
 * @param byPattern entries by {@link ClientIdPattern}, in the order of the file
 */
public record ClientsFile(Path file, Map<String, ClientEntry> byClientId, List<Pattern> byPattern) {
    private static final int MAX_FILE_OCTETS = 64 << 20;
    private static final int MAX_CLIENT_ID = 65_000;

    /** An entry for several devices. */
    public record Pattern(String devices, ClientEntry entry) {}

    public ClientsFile {
        byClientId = Map.copyOf(byClientId);
        byPattern = List.copyOf(byPattern);
    }

    /** The entry that holds for a device: its own, else that of the first pattern that matches. Null when there is none. */
    public @Nullable ClientEntry find(String clientId) {
        ClientEntry own = byClientId.get(clientId);
        if (own != null) {
            return own;
        }
        for (Pattern pattern : byPattern) {
            if (ClientIdPattern.matches(pattern.devices(), clientId)) {
                return pattern.entry();
            }
        }
        return null;
    }

    private static ClientsFile read(ConfigSource source, Path file) {
        Optional<Node> root = YamlFile.parse(source, file, MAX_FILE_OCTETS);
        Map<String, ClientEntry> all = root.isEmpty()
                ? null
                : mapOf(devices(), section(ClientEntry::read)).read(new Value(source, "", root.get()));
        Map<String, ClientEntry> byClientId = new HashMap<>();
        List<Pattern> byPattern = new ArrayList<>();
        if (all != null) {
            all.forEach((devices, entry) -> {
                if (isPattern(devices)) {
                    byPattern.add(new Pattern(devices, entry));
                } else {
                    byClientId.put(devices, entry);
                }
            });
        }
        return new ClientsFile(file, byClientId, byPattern);
    }

    private static ValueType<String> devices() {
        return text(
                "a client id of 1 to 65000 characters, or a pattern of 1 to 256 where * stands for any characters and ? for one",
                text -> isPattern(text)
                        ? ClientIdPattern.isValid(text)
                        : !text.isEmpty() && text.length() <= MAX_CLIENT_ID);
    }

    private static boolean isPattern(String devices) {
        return devices.indexOf('*') >= 0 || devices.indexOf('?') >= 0;
    }

    /** The type of a value that names a clients file. Its problems are reported with its own lines. */
    static ValueType<ClientsFile> type() {
        return value -> new Scalar<>("a YAML file of at most 64 MiB that maps client ids to what they may do", text -> {
                    try {
                        Path file = value.source().resolve(text);
                        ConfigSource source = new ConfigSource(file);
                        ClientsFile read = read(source, file);
                        value.source().include(source);
                        return read;
                    } catch (InvalidPathException e) {
                        throw BadValueException.of(text, "is not a path");
                    }
                })
                .read(value);
    }
}
