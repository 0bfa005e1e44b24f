// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Our scripts for Node.js and the npm packages they need, in {@code test-support/target/node} of the checkout. The packages are installed
 * there when a test first needs them, in the versions of {@code package-lock.json}; that takes a registry of npm, and no longer than a
 * few seconds.
 */
final class NodeScripts {
    private static final String[] FILES = {
        "package.json", "package-lock.json", "broker.mjs", "application.mjs", "status-page.mjs"
    };
    private static final int PATIENCE_MINUTES = 3;

    private NodeScripts() {}

    /** Asked for once per JVM, when it is first needed. */
    private static final class Installation {
        static final Optional<String> PROBLEM = install();
    }

    /** Why the scripts cannot run; empty when they can. Installs what they need. */
    static Optional<String> missing() {
        return Installation.PROBLEM;
    }

    /** The command that runs one of the scripts, once {@link #missing} says that nothing is. */
    static List<String> command(String script, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Executables.find("node")
                .orElseThrow(() -> new IOException("Node.js is not installed"))
                .toString());
        command.add(directory()
                .orElseThrow(() -> new IOException("no sn.home"))
                .resolve(script)
                .toString());
        command.addAll(arguments);
        return command;
    }

    private static Optional<Path> directory() {
        return Executables.checkout()
                .map(checkout ->
                        checkout.resolve("test-support").resolve("target").resolve("node"));
    }

    private static Optional<String> install() {
        Optional<Path> directory = directory();
        Optional<Path> npm = Executables.find("npm");
        if (directory.isEmpty()) {
            return Optional.of("the system property sn.home does not name the checkout");
        }
        if (npm.isEmpty() || Executables.find("node").isEmpty()) {
            return Optional.of("Node.js or npm is not installed (apt-get install nodejs npm)");
        }
        try {
            Files.createDirectories(directory.get());
            // the tests of several modules may run at the same time
            try (FileChannel channel = FileChannel.open(
                            directory.get().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                return lock.isValid() ? install(directory.get(), npm.get()) : Optional.of("cannot lock");
            }
        } catch (IOException e) {
            return Optional.of("npm packages cannot be installed: " + e);
        }
    }

    private static Optional<String> install(Path directory, Path npm) throws IOException {
        for (String file : FILES) {
            Files.write(directory.resolve(file), resource(file));
        }
        Path done = directory.resolve("installed");
        byte[] wanted = resource("package-lock.json");
        if (Files.exists(done) && Arrays.equals(Files.readAllBytes(done), wanted)) {
            return Optional.empty();
        }
        File log = directory.resolve("npm.log").toFile();
        Process process = new ProcessBuilder(npm.toString(), "ci", "--no-audit", "--no-fund", "--ignore-scripts")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        try {
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        if (process.onExit().join().exitValue() != 0) {
            return Optional.of("npm packages cannot be installed: " + Files.readString(log.toPath()));
        }
        Files.write(done, wanted);
        return Optional.empty();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream input = NodeScripts.class.getResourceAsStream("/org/sngateway/testsupport/node/" + name)) {
            if (input == null) {
                throw new IOException("no resource " + name);
            }
            return input.readAllBytes();
        }
    }
}
