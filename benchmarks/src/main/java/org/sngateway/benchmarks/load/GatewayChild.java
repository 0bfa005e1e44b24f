// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A gateway started as a child process with a configuration and directories of its own, all of it gone after {@link #close}. */
final class GatewayChild implements GatewayUnderTest {
    private static final long STOP_SECONDS = 20;
    private static final int LOG_LINES_SHOWN = 8;

    private final Process process;
    private final InetSocketAddress address;
    private final Path directory;
    private final Thread stopAtExit = new Thread(this::stop, "stop-gateway");
    private final long startNanos;
    private volatile long readyNanos;
    private ProcessProbe probe;

    private GatewayChild(Process process, InetSocketAddress address, Path directory, long startNanos) {
        this.startNanos = startNanos;
        this.process = process;
        this.address = address;
        this.directory = directory;
        probe = new ProcessProbe(process.pid());
    }

    /**
     * Starts the gateway and waits for the line on its standard output that begins with {@code ready}.
     *
     * @param command for {@code sh}; <code>{config}</code> in it becomes the configuration's path
     * @param upstreamMode {@code pooled} or {@code per-device}
     * @param brokerPort on 127.0.0.1
     * @param moreLines of the configuration; <code>{dir}</code> in them becomes the path of a directory for this gateway alone
     */
    static GatewayChild start(
            String command, String upstreamMode, int brokerPort, List<String> moreLines, Duration limit)
            throws LoadFailure, InterruptedException {
        try {
            Path directory = Files.createTempDirectory("sn-load-");
            InetSocketAddress address = Loopback.port(freeUdpPort());
            Path config = directory.resolve("gateway.yaml");
            Files.writeString(config, configuration(directory, address.getPort(), upstreamMode, brokerPort, moreLines));
            long startNanos = LoadClock.nanos();
            Process process = new ProcessBuilder(
                            "/bin/sh", "-c", "exec " + command.replace("{config}", quoted(config.toString())))
                    .redirectError(directory.resolve("gateway.log").toFile())
                    .start();
            GatewayChild child = new GatewayChild(process, address, directory, startNanos);
            Runtime.getRuntime().addShutdownHook(child.stopAtExit);
            child.awaitReady(limit);
            child.probe = ProcessProbe.heaviest(process.toHandle());
            return child;
        } catch (IOException e) {
            throw new LoadFailure("cannot start the gateway: " + e.getMessage(), e);
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public Optional<ProcessProbe> process() {
        return Optional.of(probe);
    }

    /** When its process was started, on {@link LoadClock}. */
    long startNanos() {
        return startNanos;
    }

    /** When it said that it is ready. */
    long readyNanos() {
        return readyNanos;
    }

    @Override
    public void checkAlive() throws LoadFailure {
        if (!process.isAlive()) {
            throw new LoadFailure("the gateway ended with " + process.exitValue() + ": " + lastLogLines());
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(stopAtExit);
        } catch (IllegalStateException e) {
            return; // This process is about to end, and the hook at work.
        }
        stop();
    }

    private void stop() {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        descendants.forEach(ProcessHandle::destroyForcibly);
        deleteDirectory();
    }

    private void awaitReady(Duration limit) throws LoadFailure, InterruptedException {
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> readOutput(ready), "gateway-output");
        reader.setDaemon(true);
        reader.start();
        try {
            if (!ready.get(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.waitFor(1, TimeUnit.SECONDS);
                throw new LoadFailure("the gateway did not become ready: " + lastLogLines());
            }
        } catch (TimeoutException | ExecutionException e) {
            throw new LoadFailure("the gateway was not ready after " + limit.toSeconds() + " s: " + lastLogLines(), e);
        } finally {
            if (!ready.isDone() || !ready.getNow(false)) {
                close();
            }
        }
    }

    /** Reads to the end, so that the child never waits for a full pipe. */
    private void readOutput(CompletableFuture<Boolean> ready) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("ready") && !ready.isDone()) {
                    readyNanos = LoadClock.nanos();
                    ready.complete(true);
                }
                line = lines.readLine();
            }
        } catch (IOException e) {
            // The child is gone.
        }
        ready.complete(false);
    }

    private String lastLogLines() {
        try (Stream<String> lines = Files.lines(directory.resolve("gateway.log"), StandardCharsets.ISO_8859_1)) {
            List<String> all = lines.toList();
            return String.join(" | ", all.subList(Math.max(0, all.size() - LOG_LINES_SHOWN), all.size()));
        } catch (IOException | UncheckedIOException e) {
            return "no log";
        }
    }

    private void deleteDirectory() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // Left behind in the temporary directory.
        }
    }

    private static String configuration(
            Path directory, int port, String upstreamMode, int brokerPort, List<String> moreLines) {
        return """
                gateway: { id: 1, name: gateway-under-load }
                listeners:
                  - { type: udp, bind: "127.0.0.1:%d" }
                upstream:
                  mode: %s
                  servers: ["mqtt://127.0.0.1:%d"]
                  reconnect-max: 2s
                admin: { bind: "127.0.0.1:0" }
                """.formatted(port, upstreamMode, brokerPort)
                + String.join("\n", moreLines).replace("{dir}", directory.toString())
                + "\n";
    }

    private static int freeUdpPort() throws IOException {
        try (DatagramChannel probe = DatagramChannel.open().bind(Loopback.port(0))) {
            return ((InetSocketAddress) probe.getLocalAddress()).getPort();
        }
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
