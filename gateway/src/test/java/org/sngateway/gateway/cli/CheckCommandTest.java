// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCommandTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldApproveUsableFile() throws IOException {
        Path file = write("gateway: { id: 7 }");

        assertThat(execute("check", "--config", file.toString())).isZero();
        assertThat(out.toString()).isEqualToNormalizingNewlines(file + ": ok\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldListEveryProblemOnItsLine() throws IOException {
        Path file = write("gateway: { id: 256 }\nadmim: {}\n");

        assertThat(execute("check", "--config=" + file)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .containsExactly(
                        file + ":1:16: gateway.id: \"256\" is out of range; a whole number from 0 to 255",
                        file
                                + ":2:1: admim: unknown key; did you mean admin? allowed here: gateway, listeners, discovery,"
                                + " upstream, topics, sessions, admission, store, admin");
    }

    @Test
    void shouldReportMissingFileAsProblem() {
        Path file = directory.resolve("none.yaml");

        assertThat(execute("check", "-c", file.toString())).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(file + ":1:1: (file): does not exist; a YAML file of at most 1 MiB");
    }

    @Test
    void shouldCheckFileOfInstallationByDefault() {
        Path file = Path.of(System.getProperty("sn.home"), "conf", "sn-gateway.yaml");

        assertThat(execute("check")).isZero();
        assertThat(out.toString()).isEqualToNormalizingNewlines(file + ": ok\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "chekc", "check --confg x", "check --config", "check file"})
    void shouldRefuseWrongUsage(String commandLine) {
        String[] arguments = commandLine.isEmpty() ? new String[0] : commandLine.split(" ", -1);

        assertThat(execute(arguments)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isNotBlank().doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void shouldSayItsVersion(String option) {
        assertThat(execute(option)).isZero();
        assertThat(out.toString()).startsWith("sn-gateway ").hasLineCount(1);
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("gw.yaml"), yaml);
    }

    private int execute(String... arguments) {
        return SnGateway.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
