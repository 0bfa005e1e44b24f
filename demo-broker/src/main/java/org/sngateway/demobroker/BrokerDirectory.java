// SPDX-License-Identifier: Apache-2.0
package org.sngateway.demobroker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where one broker has its configuration and its data; a temporary directory unless the user named one. */
final class BrokerDirectory {
    private final Path root;
    private final boolean isTemporary;

    private BrokerDirectory(Path root, boolean isTemporary) {
        this.root = root;
        this.isTemporary = isTemporary;
    }

    /**
     * Creates the directories and writes the configuration.
     *
     * @param port TCP port to listen on, 0..65535
     * @param persistent the directory to keep data in, or null for a temporary one
     * @throws IOException when a directory or file cannot be written
     */
    static BrokerDirectory create(int port, @Nullable Path persistent) throws IOException {
        Path root = persistent == null ? Files.createTempDirectory("demo-broker-") : persistent.toAbsolutePath();
        BrokerDirectory directory = new BrokerDirectory(root, persistent == null);
        Files.createDirectories(directory.configuration());
        Files.createDirectories(directory.data());
        Files.createDirectories(directory.extensions());
        Files.writeString(
                directory.configuration().resolve("config.xml"),
                configurationXml(port, persistent == null ? "in-memory" : "file"));
        return directory;
    }

    Path configuration() {
        return root.resolve("conf");
    }

    Path data() {
        return root.resolve("data");
    }

    Path extensions() {
        return root.resolve("extensions");
    }

    boolean isTemporary() {
        return isTemporary;
    }

    void delete() {
        try (Stream<Path> files = Files.walk(root)) {
            files.sorted(Comparator.reverseOrder()).forEach(BrokerDirectory::delete);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("demo-broker: cannot delete " + root + ": " + e.getMessage());
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The queue limit is far above the default of 1000: a subscriber that is slow for a second must not look like loss. */
    private static String configurationXml(int port, String persistence) {
        return """
                <?xml version="1.0"?>
                <hivemq>
                  <listeners>
                    <tcp-listener>
                      <port>%d</port>
                      <bind-address>127.0.0.1</bind-address>
                    </tcp-listener>
                  </listeners>
                  <mqtt>
                    <queued-messages>
                      <max-queue-size>100000</max-queue-size>
                    </queued-messages>
                  </mqtt>
                  <persistence>
                    <mode>%s</mode>
                  </persistence>
                  <anonymous-usage-statistics>
                    <enabled>false</enabled>
                  </anonymous-usage-statistics>
                </hivemq>
                """.formatted(port, persistence);
    }
}
