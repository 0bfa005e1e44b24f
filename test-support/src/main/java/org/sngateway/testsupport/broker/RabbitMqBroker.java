// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Debian's RabbitMQ with its plugin {@code rabbitmq_mqtt}. All it writes is in a directory of its own, and its port mapper (epmd) is its
 * own, too, so it meets no other RabbitMQ of the machine. The script behind the system's launcher is started, since the launcher changes
 * to the user {@code rabbitmq}, who may not write there.
 */
final class RabbitMqBroker extends ServerBroker {
    private static final Path SCRIPT = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");
    /** Ends with its standard input, which the mapper alone does not. */
    private static final String MAPPER = "epmd & mapper=$!; cat > /dev/null; kill $mapper";

    private final Path directory;
    private final int mapperPort;
    private final int distributionPort;
    private final OptionalInt tlsPort;
    private @Nullable ServerProcess mapper;

    private RabbitMqBroker(Path directory, int[] ports, OptionalInt tlsPort) {
        super(BrokerKind.RABBITMQ, ports[0]);
        this.directory = directory;
        this.mapperPort = ports[1];
        this.distributionPort = ports[2];
        this.tlsPort = tlsPort;
    }

    static Optional<String> missing() {
        return Files.isExecutable(SCRIPT) && Executables.find("epmd").isPresent()
                ? Optional.empty()
                : Optional.of("RabbitMQ is not installed (apt-get install rabbitmq-server)");
    }

    static RabbitMqBroker start(Path directory, @Nullable ServerTls tls) throws IOException {
        int[] ports = Ports.free(4);
        OptionalInt tlsPort = tls == null ? OptionalInt.empty() : OptionalInt.of(ports[3]);
        RabbitMqBroker broker = new RabbitMqBroker(directory, ports, tlsPort);
        Files.writeString(directory.resolve("enabled_plugins"), "[rabbitmq_mqtt].\n");
        Files.write(directory.resolve("rabbitmq.conf"), broker.configuration(tls));
        Files.writeString(directory.resolve("rabbitmq-env.conf"), ""); // or the system's would be read
        broker.restart();
        return broker;
    }

    private List<String> configuration(@Nullable ServerTls tls) {
        List<String> lines = new ArrayList<>(List.of(
                "listeners.tcp = none",
                "mqtt.listeners.tcp.1 = 127.0.0.1:" + port(),
                "mqtt.allow_anonymous = true",
                "log.console = true",
                "log.file = false"));
        if (tls != null) {
            lines.addAll(List.of(
                    "mqtt.listeners.ssl.1 = 127.0.0.1:" + tlsPort.getAsInt(),
                    "ssl_options.cacertfile = " + tls.authority(),
                    "ssl_options.certfile = " + tls.identity().certificate(),
                    "ssl_options.keyfile = " + tls.identity().key(),
                    "ssl_options.verify = " + (tls.clientsNeedCertificate() ? "verify_peer" : "verify_none"),
                    "ssl_options.fail_if_no_peer_cert = " + tls.clientsNeedCertificate()));
        }
        return lines;
    }

    @Override
    ServerProcess launch() throws IOException {
        if (mapper == null) {
            mapper = ServerProcess.start("epmd", List.of("sh", "-c", MAPPER), mapperEnvironment());
        }
        return ServerProcess.start(kind().toString(), List.of(SCRIPT.toString()), environment());
    }

    private Map<String, String> mapperEnvironment() {
        return Map.of("ERL_EPMD_PORT", Integer.toString(mapperPort), "ERL_EPMD_ADDRESS", "127.0.0.1");
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("HOME", directory.toString()), // the cookie is made there
                Map.entry("ERL_EPMD_PORT", Integer.toString(mapperPort)),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODENAME", "test" + port() + "@localhost"),
                Map.entry("RABBITMQ_DIST_PORT", Integer.toString(distributionPort)),
                Map.entry(
                        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                        "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"),
                Map.entry("RABBITMQ_CONF_ENV_FILE", file("rabbitmq-env.conf")),
                Map.entry("RABBITMQ_CONFIG_FILE", file("rabbitmq.conf")),
                Map.entry("RABBITMQ_ADVANCED_CONFIG_FILE", file("advanced.config")),
                Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", file("enabled_plugins")),
                Map.entry("RABBITMQ_GENERATED_CONFIG_DIR", file("generated")),
                Map.entry("RABBITMQ_SCHEMA_DIR", file("schema")),
                Map.entry("RABBITMQ_MNESIA_BASE", file("mnesia")),
                Map.entry("RABBITMQ_LOG_BASE", file("log")),
                // becomes the Erlang machine itself, whose standard input ends it
                Map.entry("RABBITMQ_ALLOW_INPUT", "true"));
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    @Override
    public OptionalInt tlsPort() {
        return tlsPort;
    }

    @Override
    public void close() {
        super.close();
        ServerProcess running = mapper;
        mapper = null;
        if (running != null) {
            running.kill();
        }
    }
}
