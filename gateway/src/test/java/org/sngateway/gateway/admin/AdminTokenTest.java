// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.GatewayConfig;

class AdminTokenTest {
    @TempDir
    private Path directory;

    private GatewayConfig config(String yaml) throws Exception {
        return ConfigReader.read(Files.writeString(directory.resolve("gateway.yaml"), yaml));
    }

    private Path makeDirectory(String name) throws Exception {
        return Files.createDirectory(directory.resolve(name));
    }

    @Test
    void shouldMakeATokenThatOnlyItsUserCanRead() throws Exception {
        Path store = makeDirectory("store");
        GatewayConfig config = config("store: { directory: store }");

        try (AdminToken token = AdminToken.start(config, Map.of())) {
            Path file = store.resolve("admin.token");
            assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            String found = AdminToken.find(config, Map.of());
            assertThat(found).hasSize(43).matches("[A-Za-z0-9_-]+");
            assertThat(token.matches(found)).isTrue();
            assertThat(token.matches(found + "x")).isFalse();
            assertThat(token.matches("")).isFalse();
            assertThat(token.whyOff()).isEmpty();
            assertThat(store).isDirectoryContaining(one -> one.equals(file));
            try (var files = Files.list(store)) {
                assertThat(files).hasSize(1);
            }
        }

        assertThat(store).isEmptyDirectory();
        assertThatIOException()
                .isThrownBy(() -> AdminToken.find(config, Map.of()))
                .withMessageStartingWith("no token of a running gateway; looked for " + store.resolve("admin.token"));
    }

    @Test
    void shouldMakeAnotherTokenAtEachStart() throws Exception {
        makeDirectory("store");
        GatewayConfig config = config("store: { directory: store }");
        AdminToken first = AdminToken.start(config, Map.of()); // killed: never closed
        String before = AdminToken.find(config, Map.of());

        try (AdminToken second = AdminToken.start(config, Map.of())) {
            assertThat(second.matches(before)).isFalse();
            assertThat(second.matches(AdminToken.find(config, Map.of()))).isTrue();
        }
        first.close();
    }

    @Test
    void shouldPreferTheDirectoryThatEndsWithTheService() throws Exception {
        Path store = makeDirectory("store");
        Path run = makeDirectory("run");
        Map<String, String> environment =
                Map.of("RUNTIME_DIRECTORY", run + ":/other", "STATE_DIRECTORY", store.toString());
        GatewayConfig config = config("");
        Files.writeString(store.resolve("admin.token"), "left over from an earlier start");

        try (AdminToken token = AdminToken.start(config, environment)) {
            assertThat(run.resolve("admin.token")).exists();
            assertThat(store).isEmptyDirectory();
            assertThat(token.matches(AdminToken.find(config, environment))).isTrue();
        }
    }

    @Test
    void shouldTakeTheTokenOfTheConfiguration() throws Exception {
        Path file = Files.writeString(directory.resolve("mine"), "0123456789abcdef\n");
        GatewayConfig config = config("admin: { token-file: mine }\nstore: { directory: . }\n");

        try (AdminToken token = AdminToken.start(config, Map.of())) {
            assertThat(token.matches("0123456789abcdef")).isTrue();
            assertThat(AdminToken.find(config, Map.of())).isEqualTo("0123456789abcdef");
            assertThat(directory.resolve("admin.token")).doesNotExist();
            Files.writeString(file, "too short");
            assertThat(token.matches("too short")).isFalse();
        }
        assertThat(file).exists();
    }

    @Test
    void shouldHaveNoTokenWhereThereIsNoPlaceForIt() throws Exception {
        AdminToken none = AdminToken.start(config(""), Map.of());
        AdminToken missing = AdminToken.start(config("store: { directory: none }"), Map.of());

        assertThat(none.whyOff()).isEqualTo("there is no token: set admin.token-file, or store.directory");
        assertThat(none.matches("")).isFalse();
        assertThat(missing.whyOff()).isNotEmpty();
        assertThat(directory.resolve("none")).doesNotExist();
    }

    @Test
    void shouldHaveNoTokenWhereItCannotBeWritten() throws Exception {
        Path store = makeDirectory("store");
        Files.createDirectories(store.resolve("admin.token/in-the-way"));

        AdminToken token = AdminToken.start(config("store: { directory: store }"), Map.of());

        assertThat(token.whyOff()).startsWith("the token cannot be written to " + store.resolve("admin.token"));
        assertThat(token.matches("")).isFalse();
    }
}
