// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** A {@link StoreChild} in a virtual machine of its own, and what it has printed. */
final class ChildProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final Thread reader;
    private final AtomicLong lastDurable = new AtomicLong();
    private final AtomicInteger lines = new AtomicInteger();

    ChildProcess(Path directory, int window) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreChild.class.getName(),
                        directory.toString(),
                        Integer.toString(window))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        reader = new Thread(this::read, "child-output");
        reader.start();
    }

    private void read() {
        int length = StoreChild.line(0).length();
        try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.length() == length) { // the last one may be cut off
                    lastDurable.set(Long.parseLong(line.substring(length - 12)));
                    lines.incrementAndGet();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last message that it said to be durable, and with it all before. */
    long lastDurable() {
        return lastDurable.get();
    }

    /** Waits until it has printed so many more lines. */
    void awaitLines(int more) {
        int target = lines.get() + more;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (lines.get() < target) {
            assertThat(process.isAlive()).as("the child runs").isTrue();
            assertThat(System.nanoTime()).as("%d lines in time", more).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Stops all its threads wherever they are. */
    void freeze() throws IOException, InterruptedException {
        signal("-STOP");
        while (!isFrozen()) {
            Thread.onSpinWait();
        }
    }

    void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(code).isZero();
    }

    private boolean isFrozen() throws IOException {
        try (var tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path task : tasks) {
                String stat = Files.readString(task.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
        }
        return true;
    }

    /** Kills it with SIGKILL and reads what it had printed. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Fails unless {@code directory} holds what was durable, whole and sound. */
    static void check(Path directory, long lastDurable) throws IOException {
        try (TestStore store = TestStore.open(directory)) {
            List<Long> expected = LongStream.rangeClosed(Math.max(1, lastDurable - StoreChild.KEPT), lastDurable)
                    .boxed()
                    .toList();
            assertThat(store.journal(JournalEntry.ALL_LANES, 0, Integer.MAX_VALUE, Long.MAX_VALUE))
                    .containsAll(expected);
            List<Long> queued = new ArrayList<>();
            store.devices()
                    .forEach(device -> device.deliveries().forEach(delivery -> {
                        assertThat(delivery.clientId()).isEqualTo(StoreChild.client(delivery.seq()));
                        queued.add(delivery.seq());
                    }));
            assertThat(queued).containsAll(expected);
        }
        try (StoreReader reader = StoreReader.open(directory)) {
            assertThat(reader.findings()).isEmpty();
        }
        try (var files = Files.list(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).noneMatch(name -> name.contains("corrupt"));
        }
    }
}
