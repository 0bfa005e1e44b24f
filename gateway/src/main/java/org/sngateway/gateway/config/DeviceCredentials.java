// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.sngateway.gateway.config.ScalarTypes.pemFile;
import static org.sngateway.gateway.config.ScalarTypes.secretFile;
import static org.sngateway.gateway.config.ScalarTypes.text;
import static org.sngateway.gateway.config.Section.section;
import static org.sngateway.gateway.config.ValueType.mapOf;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.sngateway.gateway.config.Scalar.BadValueException;
import org.sngateway.gateway.tls.Pem;

/**
 * What a device shows the broker, one entry of {@code upstream.device.credentials-file}. What is null is the gateway's own.
 *
 * @param password the password itself; null when it is in a file or not given
 */
public record DeviceCredentials(
        @Nullable String username,
        @Nullable String password,
        @Nullable Path passwordFile,
        @Nullable Path certificate,
        @Nullable Path key) {
    private static final int MAX_FILE_OCTETS = 64 << 20;
    private static final int MAX_PASSWORD_OCTETS = 65_535;

    /** Without the password. */
    @Override
    public String toString() {
        return "DeviceCredentials[username=" + username + ", certificate=" + certificate + "]";
    }

    /**
     * Reads a credentials file, a mapping from the devices' client ids to their credentials, and looks at the files it names.
     *
     * @throws InvalidConfigException when anything is wrong with it
     */
    public static Map<String, DeviceCredentials> readAll(Path file) throws InvalidConfigException {
        ConfigSource source = new ConfigSource(file);
        Map<String, DeviceCredentials> all = readAll(source, file);
        source.throwIfInvalid();
        return all;
    }

    private static Map<String, DeviceCredentials> readAll(ConfigSource source, Path file) {
        Optional<Node> root = YamlFile.parse(source, file, MAX_FILE_OCTETS);
        if (root.isEmpty()) {
            return Map.of();
        }
        ValueType<String> clientId =
                text("a client id of 1 to 65000 characters", text -> !text.isEmpty() && text.length() <= 65_000);
        Map<String, DeviceCredentials> all =
                mapOf(clientId, section(DeviceCredentials::read)).read(new Value(source, "", root.get()));
        return all == null ? Map.of() : all;
    }

    private static DeviceCredentials read(Section in) {
        DeviceCredentials credentials = new DeviceCredentials(
                in.optional("username", text("1 to 1024 printable characters", UpstreamConfig::isName)),
                in.optional("password", secretText()),
                in.optional("password-file", secretFile(MAX_PASSWORD_OCTETS)),
                in.optional("certificate", pemFile("a certificate", Pem::certificates)),
                in.optional("key", pemFile("a private key that is not encrypted", Pem::privateKey)));
        if (in.has("password") && in.has("password-file")) {
            in.problem("password-file", "stands beside password", "one of the two");
        }
        if (in.has("certificate") != in.has("key")) {
            in.problem(
                    in.has("certificate") ? "certificate" : "key",
                    in.has("certificate") ? "has no key" : "has no certificate",
                    TlsConfig.CERTIFICATE_WITHOUT_KEY);
        }
        return credentials;
    }

    /** Never shown. */
    private static Scalar<String> secretText() {
        return new Scalar<>("1 to 65535 characters, in quotes if it is a number", text -> {
            if (text.isEmpty() || text.length() > MAX_PASSWORD_OCTETS) {
                throw new BadValueException("is empty or too long");
            }
            return text;
        });
    }

    /** The type of a value that names a credentials file. Its problems are reported with its own lines. */
    static ValueType<Path> file() {
        return value -> new Scalar<>("a YAML file of at most 64 MiB that maps client ids to credentials", text -> {
                    try {
                        Path file = value.source().resolve(text);
                        ConfigSource source = new ConfigSource(file);
                        Map<String, DeviceCredentials> ignored = readAll(source, file);
                        value.source().include(source);
                        return file;
                    } catch (InvalidPathException e) {
                        throw BadValueException.of(text, "is not a path");
                    }
                })
                .read(value);
    }
}
