// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A look at a gateway's status page with Chromium, which playwright-core drives in a process of Node.js. */
public final class StatusPageVisit {
    private static final int PATIENCE_SECONDS = 240;

    private StatusPageVisit() {}

    /**
     * What {@code status-page.mjs} has seen, a check a line: {@code ok NAME}, or {@code FAILED NAME: why}.
     *
     * @param page such as {@code http://127.0.0.1:8084}
     * @param token of the page's actions
     * @param devices how many there are
     * @param pictures a folder for them; null for none
     * @throws org.opentest4j.TestAbortedException when Chromium, Node.js or npm's packages are missing, as for {@link BrokerKind#start}
     */
    public static List<String> look(String page, String token, int devices, @Nullable Path pictures)
            throws IOException, InterruptedException {
        Optional<Path> browser = browser();
        Required.orSkip(
                browser.isEmpty()
                        ? Optional.of("chromium is not installed (apt-get install chromium)")
                        : NodeScripts.missing());
        List<String> arguments = List.of(
                browser.orElseThrow().toString(),
                page,
                token,
                Integer.toString(devices),
                pictures == null ? "-" : pictures.toString());
        Process process = new ProcessBuilder(NodeScripts.command("status-page.mjs", arguments))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = output.lines().toList();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("the browser's script has failed: " + lines);
            }
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }

    private static Optional<Path> browser() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Executables.find(name).stream())
                .findFirst();
    }
}
