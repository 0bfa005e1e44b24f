// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Prometheus' own judge of metrics and rules, where it is installed. */
final class Promtool {
    private static final Path NOTHING = Path.of("/dev/null");

    private Promtool() {}

    /** Skips the test where it is not. */
    static void assumeInstalled() {
        String path = System.getenv("PATH");
        boolean installed = Stream.of((path == null ? "" : path).split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
        assumeTrue(installed, "promtool (Debian package prometheus) is not installed");
    }

    /** What it says. Fails when it finds fault. */
    static String run(String... arguments) throws IOException, InterruptedException {
        return run(NOTHING, arguments);
    }

    static String run(Path input, String... arguments) throws IOException, InterruptedException {
        Process promtool = new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(arguments))
                        .toList())
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(promtool.exitValue()).as(List.of(arguments) + "\n" + said).isZero();
        return said;
    }
}
