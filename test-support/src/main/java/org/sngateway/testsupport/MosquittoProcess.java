// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A Mosquitto of this machine as a child process on a port of the loopback interface. It can be killed, stopped and started again with
 * what it has on disk. For one thread.
 */
public final class MosquittoProcess implements AutoCloseable {
    private static final int START_ATTEMPTS = 3;
    private static final int PATIENCE_SECONDS = 20;
    private static final int PASSWORD_ITERATIONS = 101;
    private static final int SAVE_POLL_MILLIS = 5;
    private static final int SIGNAL_EVERY = 40;

    private final Path directory;
    private final List<String> settings;
    private int port;
    private @Nullable Process process;

    private MosquittoProcess(Path directory, List<String> settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** Whether there is a Mosquitto on this machine; tests are skipped without. */
    public static boolean isInstalled() {
        return executable().isPresent();
    }

    private static Optional<Path> executable() {
        String path = System.getenv("PATH");
        return Stream.concat(
                        Stream.of((path == null ? "" : path).split(File.pathSeparator, -1)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts a broker on a free port and waits until it listens. Unless {@code settings} say otherwise, everybody may connect and nothing
     * is kept on disk.
     *
     * @param directory an empty one, for what the broker needs on disk
     * @param settings lines of {@code mosquitto.conf}, such as {@code max_inflight_messages 1}
     */
    public static MosquittoProcess start(Path directory, String... settings) throws IOException {
        MosquittoProcess broker = new MosquittoProcess(directory, List.of(settings));
        for (int attempt = 1; ; attempt++) {
            broker.port = freePort();
            try {
                broker.restart();
                return broker;
            } catch (IOException failure) {
                broker.kill();
                if (attempt == START_ATTEMPTS) { // each time somebody else may have taken the port
                    throw failure;
                }
            }
        }
    }

    /** A port of the loopback interface on which nobody listens at the moment. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Settings with which the broker keeps sessions and messages on disk, saved after every change. */
    public static String[] persistent() {
        return new String[] {"persistence true", "autosave_on_changes true", "autosave_interval 1"};
    }

    /** The line of a password file that lets {@code username} in with {@code password}. */
    public static String passwordLine(String username, String password) {
        byte[] salt = "sn-gateway!!".getBytes(StandardCharsets.US_ASCII);
        try {
            byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, PASSWORD_ITERATIONS, 512))
                    .getEncoded();
            Base64.Encoder base64 = Base64.getEncoder();
            return username + ":$7$" + PASSWORD_ITERATIONS + "$" + base64.encodeToString(salt) + "$"
                    + base64.encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where it listens, or did when it ran; the same for as long as this object lives. */
    public int port() {
        return port;
    }

    /** Whether it has been started and not been killed since. */
    public boolean isRunning() {
        return process != null;
    }

    /** Starts it again, after {@link #kill}, on the same port and with what is on disk, and waits until it listens. */
    public void restart() throws IOException {
        if (process != null) {
            throw new IllegalStateException("it runs");
        }
        Path configuration = Files.write(directory.resolve("mosquitto.conf"), configuration());
        String executable = executable()
                .orElseThrow(() -> new IOException("Mosquitto is not installed"))
                .toString();
        Process started = new ProcessBuilder(executable, "-c", configuration.toString())
                .redirectErrorStream(true)
                .start();
        process = started;
        CompletableFuture<Void> listening = new CompletableFuture<>();
        Thread reader = new Thread(() -> readLog(started, listening), "mosquitto-log");
        reader.setDaemon(true);
        reader.start();
        try {
            listening.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("Mosquitto does not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Mosquitto starts", e);
        }
    }

    private List<String> configuration() {
        List<String> lines = new ArrayList<>(List.of(
                "listener " + port + " 127.0.0.1",
                "log_dest stderr", // standard output would come in blocks of 4 KiB
                "log_type all",
                "persistence_location " + directory + "/",
                // It would otherwise give up the rights of root, and with them its directory.
                "user " + System.getProperty("user.name")));
        if (settings.stream().noneMatch(line -> line.startsWith("allow_anonymous "))) {
            lines.add("allow_anonymous true");
        }
        lines.addAll(settings);
        return lines;
    }

    /** The last line of a start says that it runs. The rest is read so that the broker never waits for its log. */
    private static void readLog(Process process, CompletableFuture<Void> listening) {
        StringBuilder start = new StringBuilder();
        try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                if (!listening.isDone()) {
                    start.append(line).append('\n');
                    if (line.endsWith(" running")) {
                        listening.complete(null);
                    }
                }
            }
            listening.completeExceptionally(new IOException("it ended: " + start));
        } catch (IOException e) {
            listening.completeExceptionally(e);
        }
    }

    /** Ends it with SIGKILL and waits until it is gone; does nothing when it does not run. */
    public void kill() {
        Process running = process;
        process = null;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }

    /** Stops it where it is, connections open: it answers nothing until {@link #thaw}. */
    public void freeze() throws IOException {
        signal("STOP");
    }

    /** Lets it go on after {@link #freeze}. */
    public void thaw() throws IOException {
        signal("CONT");
    }

    /**
     * Has it write all it has to disk, and waits until it has: acknowledgements included, which {@code autosave_on_changes} does not count
     * as changes.
     */
    public void save() throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        // It writes another file and gives it the name. One it had begun before the signal comes first, or alone: a
        // signal
        // that comes while it writes is forgotten.
        for (int times = 0; times < 2; times++) {
            Object before = savedFile();
            for (int turn = 0; savedFile().equals(before); turn++) {
                if (System.nanoTime() > deadlineNanos) {
                    throw new IOException("Mosquitto does not save");
                }
                if (turn % SIGNAL_EVERY == 0) {
                    signal("USR1");
                }
                Thread.sleep(SAVE_POLL_MILLIS);
            }
        }
    }

    /** Tells one file by this name from the next. */
    private Object savedFile() throws IOException {
        try {
            BasicFileAttributes file =
                    Files.readAttributes(directory.resolve("mosquitto.db"), BasicFileAttributes.class);
            return List.of(String.valueOf(file.fileKey()), file.lastModifiedTime());
        } catch (NoSuchFileException none) {
            return "none";
        }
    }

    private void signal(String name) throws IOException {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("it does not run");
        }
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(running.pid())).start();
        if (kill.onExit().join().exitValue() != 0) {
            throw new IOException("kill -" + name + " failed");
        }
    }

    /** {@link #kill}. */
    @Override
    public void close() {
        kill();
    }
}
