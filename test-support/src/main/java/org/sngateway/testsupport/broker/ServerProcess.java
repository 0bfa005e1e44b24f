// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A server as a child process. Its output is read, so that it never waits for that. Its standard input ends when this JVM does, however
 * that comes about, and it should end then, too.
 */
final class ServerProcess {
    private static final int MAX_LINES = 60;
    private static final int LOOK_MILLIS = 20;
    private static final int PATIENCE_LOOKS = 3000;

    private final String name;
    private final Process process;
    private final Deque<String> lastLines = new ArrayDeque<>();

    private ServerProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread reader = new Thread(this::readOutput, name + "-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * @param name for messages
     * @param environment variables beside the inherited ones
     */
    static ServerProcess start(String name, List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new ServerProcess(name, builder.start());
    }

    private void readOutput() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines().forEach(this::keep);
        } catch (IOException | UncheckedIOException e) {
            // it was killed
        }
    }

    private void keep(String line) {
        synchronized (lastLines) {
            if (lastLines.size() == MAX_LINES) {
                lastLines.removeFirst();
            }
            lastLines.addLast(line);
        }
    }

    private String output() {
        synchronized (lastLines) {
            return String.join("\n", lastLines);
        }
    }

    /**
     * Asks again and again, for about a minute, until the answer is yes.
     *
     * @throws IOException with the last lines of its output when the process ends before, or time is up
     */
    void await(BooleanSupplier isReady) throws IOException {
        try {
            for (int look = 0; look < PATIENCE_LOOKS; look++) {
                if (isReady.getAsBoolean()) {
                    return;
                }
                if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw new IOException(name + " ended with " + process.exitValue() + ":\n" + output());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " starts", e);
        }
        throw new IOException(name + " is not ready:\n" + output());
    }

    /** Ends it and all it has started with SIGKILL, and waits until they are gone. */
    void kill() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> each.onExit().join());
    }
}
