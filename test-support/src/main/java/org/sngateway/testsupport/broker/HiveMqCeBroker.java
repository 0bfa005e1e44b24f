// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The packaged {@code demo-broker} of this checkout in a JVM of its own, so that nothing of its class path meets a test's. */
final class HiveMqCeBroker extends ServerBroker {
    private static final String MAIN = "org.sngateway.demobroker.DemoBroker";

    private final Path directory;

    private HiveMqCeBroker(Path directory, int port) {
        super(BrokerKind.HIVEMQ_CE, port);
        this.directory = directory;
    }

    static Optional<String> missing() {
        return classPath().isPresent()
                ? Optional.empty()
                : Optional.of("demo-broker, and so HiveMQ CE, is not built (mvn -pl demo-broker package)");
    }

    static HiveMqCeBroker start(Path directory) throws IOException {
        HiveMqCeBroker broker = new HiveMqCeBroker(directory, Ports.free(1)[0]);
        broker.restart();
        return broker;
    }

    private static Optional<String> classPath() {
        return Executables.checkout()
                .map(checkout -> checkout.resolve("demo-broker").resolve("target"))
                .filter(target -> Files.isDirectory(target.resolve("lib")))
                .flatMap(HiveMqCeBroker::jar)
                .map(jar -> jar + ":" + jar.resolveSibling("lib") + "/*");
    }

    private static Optional<Path> jar(Path target) {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().matches("demo-broker-.*\\.jar"))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    ServerProcess launch() throws IOException {
        String classPath = classPath().orElseThrow(() -> new IOException("demo-broker is not built"));
        List<String> command = List.of(
                Executables.ofJdk("java"),
                "-Xmx256m",
                "-cp",
                classPath,
                MAIN,
                "--port",
                Integer.toString(port()),
                "--persistent",
                directory.toString());
        return ServerProcess.start(kind().toString(), command, Map.of());
    }
}
