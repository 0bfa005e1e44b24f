// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What the brokers that run as a {@link ServerProcess} have in common. */
abstract class ServerBroker implements TestBroker {
    private final BrokerKind kind;
    private final int port;
    private @Nullable ServerProcess process;

    ServerBroker(BrokerKind kind, int port) {
        this.kind = kind;
        this.port = port;
    }

    /** Starts the process and does not wait until it is ready. */
    abstract ServerProcess launch() throws IOException;

    @Override
    public final void restart() throws IOException {
        if (process != null) {
            throw new IllegalStateException("it runs");
        }
        ServerProcess started = launch();
        process = started;
        try {
            started.await(() -> Ports.acceptsClients(port));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    @Override
    public final void kill() {
        ServerProcess running = process;
        process = null;
        if (running != null) {
            running.kill();
        }
    }

    @Override
    public void close() {
        kill();
    }

    @Override
    public final BrokerKind kind() {
        return kind;
    }

    @Override
    public final int port() {
        return port;
    }

    @Override
    public OptionalInt tlsPort() {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt webSocketPort() {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt secureWebSocketPort() {
        return OptionalInt.empty();
    }
}
