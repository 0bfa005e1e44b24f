// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Two serial ports of this machine that are connected to each other: a pair of pseudo-terminals, made by socat. */
final class NullModemCable implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int POLL_MILLIS = 10;

    private final Path near;
    private final Path far;
    private @Nullable Process socat;

    /** Plugged in when it returns. The ports are in {@code directory}, as links whose targets change with each {@link #plug}. */
    NullModemCable(Path directory) throws IOException, InterruptedException {
        near = directory.resolve("near");
        far = directory.resolve("far");
        plug();
    }

    /** Skips the test where socat is not installed, but in CI, where it is. */
    static void require() {
        assumeTrue(isInstalled() || System.getenv("CI") != null, "socat is not installed");
    }

    private static boolean isInstalled() {
        String path = System.getenv("PATH");
        return Stream.of((path == null ? "" : path).split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "socat")));
    }

    /** The gateway's port. */
    String near() {
        return near.toString();
    }

    /** The device's port. */
    String far() {
        return far.toString();
    }

    /** Both ports appear. */
    void plug() throws IOException, InterruptedException {
        String options = "pty,rawer,echo=0,link=";
        Process process = new ProcessBuilder(List.of("socat", options + near, options + far))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        socat = process;
        long polls = PATIENCE.toMillis() / POLL_MILLIS;
        while (!(Files.exists(near) && Files.exists(far))) {
            assertThat(process.isAlive()).as("socat runs").isTrue();
            assertThat(polls--).as("polls until socat has made its ports").isPositive();
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** Both ports vanish, with what was under way. */
    void pull() throws IOException, InterruptedException {
        Process process = socat;
        if (process != null) {
            process.destroyForcibly();
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        Files.deleteIfExists(near);
        Files.deleteIfExists(far);
    }

    @Override
    public void close() {
        Process process = socat;
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
