// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The demo's broker, a child process on 127.0.0.1. */
final class DemoBroker implements AutoCloseable {
    private static final int USUAL_PORT = 1883;
    private static final String READY = "ready mqtt://127.0.0.1:";

    private final DemoChild child;
    private final int port;

    private DemoBroker(DemoChild child, int port) {
        this.child = child;
        this.port = port;
    }

    /**
     * Starts it and waits until it is up; on a free port when the usual one is taken.
     *
     * @throws IOException when it does not come up
     */
    static DemoBroker start(Path home, DemoDisplay display) throws IOException {
        DemoBroker broker = null;
        if (DemoPorts.isTcpFree(InetAddress.getLoopbackAddress(), USUAL_PORT)) {
            broker = tryStart(home, USUAL_PORT);
        } else {
            display.line("TCP port " + USUAL_PORT + " is taken, so the broker takes a free one");
        }
        if (broker == null) {
            broker = tryStart(home, 0);
        }
        if (broker == null) {
            throw new IOException("the demo's broker did not start");
        }
        return broker;
    }

    private static @Nullable DemoBroker tryStart(Path home, int port) throws IOException {
        DemoChild child = DemoChild.start(
                home, "demo-broker", "org.sngateway.demobroker.DemoBroker", List.of("--port", Integer.toString(port)));
        String line = child.readLine();
        if (line == null || !line.startsWith(READY)) {
            child.close();
            return null;
        }
        return new DemoBroker(child, Integer.parseInt(line.substring(READY.length())));
    }

    /** TCP port on 127.0.0.1. */
    int port() {
        return port;
    }

    void requireAlive() throws IOException {
        child.requireAlive();
    }

    @Override
    public void close() {
        child.close();
    }
}
