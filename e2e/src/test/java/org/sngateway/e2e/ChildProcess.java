// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program started as a user starts it. Its output is kept; it is killed on close. */
final class ChildProcess implements AutoCloseable {
    private static final List<String> WITH_DEFAULT_SIGNALS = withDefaultSignals();

    /** The root of the checkout. */
    static final Path HOME = Path.of(System.getProperty("sn.home")).toAbsolutePath();

    private static final String END = "\0end";

    private static final int POLL_MILLIS = 5;

    private final Process process;
    /** The program's output. The JDK loses what comes by a pipe at the very end: it empties the pipe itself while it is being read. */
    private final Path log;

    private final BlockingQueue<String> unread = new LinkedBlockingQueue<>();
    private final List<String> output = new ArrayList<>();

    private ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        Thread reader = new Thread(this::read, "output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a command; standard error is read with standard output. */
    static ChildProcess start(List<String> command) throws IOException {
        return start(command, Map.of());
    }

    private static ChildProcess start(List<String> command, Map<String, String> environment) throws IOException {
        Path log = Files.createTempFile("output", ".log");
        log.toFile().deleteOnExit();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(HOME.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // The build that runs these tests has built what they start.
        builder.environment().put("SN_SKIP_BUILD", "1");
        builder.environment().putAll(environment);
        return new ChildProcess(builder.start(), log);
    }

    /** A virtual machine that runs tests may ignore SIGHUP, and what it starts would, too; no service manager starts services like that. */
    private static List<String> withDefaultSignals() {
        List<String> prefix = List.of("env", "--default-signal=HUP");
        try {
            return new ProcessBuilder("env", "--default-signal=HUP", "true")
                                    .start()
                                    .waitFor()
                            == 0
                    ? prefix
                    : List.of();
        } catch (IOException unknown) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** Starts a launcher of {@code bin/}. */
    static ChildProcess launch(String launcher, String... arguments) throws IOException {
        return launch(Map.of(), launcher, arguments);
    }

    /** Starts a launcher of {@code bin/} with these environment variables beside the inherited ones. */
    static ChildProcess launch(Map<String, String> environment, String launcher, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(WITH_DEFAULT_SIGNALS);
        command.add(HOME.resolve("bin").resolve(launcher).toString());
        command.addAll(List.of(arguments));
        return start(command, environment);
    }

    private void read() {
        StringBuilder line = new StringBuilder();
        try (Reader text =
                new BufferedReader(new InputStreamReader(new FileInputStream(log.toFile()), StandardCharsets.UTF_8))) {
            for (boolean ended = false; !ended; Thread.sleep(POLL_MILLIS)) {
                ended = !process.isAlive(); // then all it has written is there
                for (int next = text.read(); next >= 0; next = text.read()) {
                    if (next == '\n') {
                        unread.add(line.toString());
                        line.setLength(0);
                    } else {
                        line.append((char) next);
                    }
                }
            }
        } catch (IOException | InterruptedException failure) {
            line.append(failure);
        }
        if (!line.isEmpty()) {
            unread.add(line.toString());
        }
        unread.add(END);
    }

    /** The next line that fits, whatever comes before it. */
    String awaitLine(Predicate<String> wanted, Duration within) throws InterruptedException {
        return findLine(wanted, within)
                .orElseThrow(() ->
                        new AssertionError("the line did not come; the output was:\n" + String.join("\n", output)));
    }

    /** As {@link #awaitLine}, but nothing when the line has not come in time or the program has ended. */
    Optional<String> findLine(Predicate<String> wanted, Duration within) throws InterruptedException {
        long remaining = within.toNanos();
        while (true) {
            long before = System.nanoTime();
            String line = unread.poll(remaining, TimeUnit.NANOSECONDS);
            remaining -= System.nanoTime() - before;
            if (line == null || line.equals(END)) {
                return Optional.empty();
            }
            output.add(line);
            if (wanted.test(line)) {
                return Optional.of(line);
            }
        }
    }

    /** Waits for the end of the program and returns its exit code; its whole output is in {@link #output} then. */
    int awaitExit(Duration within) throws InterruptedException {
        assertThat(process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended within %s; the output was:%n%s", within, unread)
                .isTrue();
        for (String line = unread.take(); !line.equals(END); line = unread.take()) {
            output.add(line);
        }
        return process.exitValue();
    }

    /** What has been read so far. */
    List<String> output() {
        return List.copyOf(output);
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** SIGSTOP; returns when all threads stand. Linux only. */
    void freeze() throws IOException, InterruptedException {
        signal("-STOP");
        while (!isFrozen()) {
            Thread.onSpinWait();
        }
    }

    /** Lets it go on after {@link #freeze}. */
    void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** SIGHUP. */
    void hangUp() throws IOException, InterruptedException {
        signal("-HUP");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", signal, Long.toString(pid())).start();
        assertThat(kill.waitFor()).as("kill %s %d", signal, pid()).isZero();
    }

    private boolean isFrozen() throws IOException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid()), "task"))) {
            for (Path task : tasks) {
                String stat = Files.readString(task.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
        }
        return true;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
