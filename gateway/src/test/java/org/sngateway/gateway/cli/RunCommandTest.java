// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.gateway.config.InvalidConfigException;

class RunCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"run --config", "run -c"})
    void shouldReadTheFileThatAServiceNames(String command) {
        Path file = directory.resolve("none.yaml");
        RunCommand service =
                RunCommand.asService((command + " " + file).split(" ")).orElseThrow();
        PrintWriter ignored = new PrintWriter(new StringWriter());

        assertThatThrownBy(() -> service.run(ignored, ignored))
                .isInstanceOfSatisfying(
                        InvalidConfigException.class,
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .asString()
                                .startsWith(file + ":"));
    }

    @Test
    void shouldTakeRunAloneForAService() {
        assertThat(RunCommand.asService("run")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "--help", "check", "check -c x", "run --help", "run --config", "run --confg x", "run -c x y"
            })
    void shouldLeaveOtherCommandLinesToTheLibrary(String line) {
        assertThat(RunCommand.asService(line.isEmpty() ? new String[0] : line.split(" ")))
                .isEmpty();
    }
}
