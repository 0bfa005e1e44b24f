// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A program of this distribution that the demo runs beside itself, with its own class path. It ends when its standard input
 * closes, which the operating system sees to however this process ends.
 */
final class DemoChild implements AutoCloseable {
    private static final int END_SECONDS = 4;
    /** From this version on Java warns about what Netty does with memory and native libraries unless told that it may. */
    private static final int WARNING_JAVA = 24;

    private final String module;
    private final Process process;
    private final BufferedReader output;

    private DemoChild(String module, Process process) {
        this.module = module;
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts it.
     *
     * @param home of the checkout or the installation
     * @param module the directory its class path is found in
     * @throws IOException when it is not built or not installed, or cannot be started
     */
    static DemoChild start(Path home, String module, String mainClass, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        // The terminal sends Ctrl-C to every process in it. The demo ends its children itself, in an order that loses
        // nothing.
        command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-Xss512k"));
        if (Runtime.version().feature() >= WARNING_JAVA) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-cp", classPath(home, module), mainClass));
        command.addAll(arguments);
        return new DemoChild(
                module,
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    /** As the launchers have it: a checkout has the jar and its libraries in target, an installation all in lib. */
    static String classPath(Path home, String module) throws IOException {
        Path installed = home.resolve("lib").resolve(module);
        if (Files.isDirectory(installed)) {
            return installed + "/*";
        }
        Path target = home.resolve(module).resolve("target");
        Path jar = Files.isDirectory(target) ? newestJar(target, module) : null;
        if (jar == null) {
            throw new IOException(module + " is not there: neither " + installed + " nor a jar in " + target);
        }
        return jar + ":" + target.resolve("lib") + "/*";
    }

    private static @Nullable Path newestJar(Path target, String module) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> isApplication(file.getFileName().toString(), module))
                    .max(Comparator.comparing(file -> file.toFile().lastModified()))
                    .orElse(null);
        }
    }

    private static boolean isApplication(String name, String module) {
        return name.matches(module + "-\\d.*\\.jar") && !name.matches(".*-(sources|javadoc|tests)\\.jar");
    }

    /** The next line of its standard output; null at the end. Blocks. */
    @Nullable
    String readLine() throws IOException {
        return output.readLine();
    }

    /** @throws IOException when it has ended; its own message is on standard error */
    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(module + " has ended with exit code " + process.exitValue());
        }
    }

    /** Tells it to end, and ends it if it does not within a few seconds. */
    @Override
    public void close() {
        try (OutputStream closed = process.getOutputStream()) {
            closed.flush();
        } catch (IOException e) {
            // it has ended already
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
