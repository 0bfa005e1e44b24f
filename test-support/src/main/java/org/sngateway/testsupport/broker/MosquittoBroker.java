// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.sngateway.testsupport.MosquittoProcess;

/** A {@link MosquittoProcess} that keeps its state on disk, with a listener of every kind. */
final class MosquittoBroker implements TestBroker {
    private final MosquittoProcess process;
    private final int webSocketPort;
    private final OptionalInt tlsPort;
    private final OptionalInt secureWebSocketPort;

    private MosquittoBroker(
            MosquittoProcess process, int webSocketPort, OptionalInt tlsPort, OptionalInt secureWebSocketPort) {
        this.process = process;
        this.webSocketPort = webSocketPort;
        this.tlsPort = tlsPort;
        this.secureWebSocketPort = secureWebSocketPort;
    }

    static Optional<String> missing() {
        return MosquittoProcess.isInstalled()
                ? Optional.empty()
                : Optional.of("Mosquitto is not installed (apt-get install mosquitto)");
    }

    static MosquittoBroker start(Path directory, @Nullable ServerTls tls) throws IOException {
        int[] ports = Ports.free(3);
        List<String> settings = new ArrayList<>(List.of(MosquittoProcess.persistent()));
        // before any further listener, since these are of the first one's block
        settings.addAll(listener(ports[0], "websockets"));
        if (tls != null) {
            settings.addAll(listener(ports[1], "mqtt"));
            settings.addAll(lines(tls));
            settings.addAll(listener(ports[2], "websockets"));
            settings.addAll(lines(tls));
        }
        MosquittoProcess process = MosquittoProcess.start(directory, settings.toArray(String[]::new));
        return new MosquittoBroker(
                process,
                ports[0],
                tls == null ? OptionalInt.empty() : OptionalInt.of(ports[1]),
                tls == null ? OptionalInt.empty() : OptionalInt.of(ports[2]));
    }

    private static List<String> listener(int port, String protocol) {
        return List.of("listener " + port + " 127.0.0.1", "protocol " + protocol);
    }

    private static List<String> lines(ServerTls tls) {
        return List.of(
                "cafile " + tls.authority(),
                "certfile " + tls.identity().certificate(),
                "keyfile " + tls.identity().key(),
                "require_certificate " + tls.clientsNeedCertificate());
    }

    @Override
    public BrokerKind kind() {
        return BrokerKind.MOSQUITTO;
    }

    @Override
    public int port() {
        return process.port();
    }

    @Override
    public OptionalInt tlsPort() {
        return tlsPort;
    }

    @Override
    public OptionalInt webSocketPort() {
        return OptionalInt.of(webSocketPort);
    }

    @Override
    public OptionalInt secureWebSocketPort() {
        return secureWebSocketPort;
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public void restart() throws IOException {
        process.restart();
    }

    @Override
    public void close() {
        process.close();
    }
}
