// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.util.OptionalInt;

/**
 * A broker of {@link BrokerKind} as a child process, on ports of the loopback interface. It can be killed and started again on the same
 * ports with what it has on disk. Anybody may connect, publish and subscribe all but {@link #FORBIDDEN}. For one thread.
 */
public interface TestBroker extends AutoCloseable {
    /**
     * The filter that nobody may subscribe where {@link BrokerFeature#REFUSES_FILTERS} says so; there it is also the topic for which the
     * connection is closed on which somebody publishes it.
     */
    String FORBIDDEN = "forbidden";

    /** What it is. */
    BrokerKind kind();

    /** Where it takes MQTT over TCP, 1..65535; the same for as long as this object lives. */
    int port();

    /** Where it takes MQTT over TLS; empty when it was started without certificates, or has no TLS in tests. */
    OptionalInt tlsPort();

    /** Where it takes MQTT over WebSocket; empty when it does not, in tests. */
    OptionalInt webSocketPort();

    /** Where it takes MQTT over WebSocket and TLS; empty as {@link #tlsPort}. */
    OptionalInt secureWebSocketPort();

    /** Ends it with SIGKILL and waits until it is gone; does nothing when it does not run. */
    void kill();

    /**
     * Starts it again after {@link #kill} and waits until it accepts MQTT clients.
     *
     * @throws IOException when it does not start
     * @throws IllegalStateException when it runs
     */
    void restart() throws IOException;

    /** {@link #kill}, and everything it needed to run is ended, too. */
    @Override
    void close();
}
