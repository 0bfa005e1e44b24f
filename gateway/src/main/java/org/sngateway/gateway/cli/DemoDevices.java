// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The demo's devices, a child process. It says what they do, a line each: what it is, the device, the rest. */
final class DemoDevices implements AutoCloseable {
    private final @Nullable DemoChild child;
    private final DemoDisplay display;
    private volatile String lastReading = "";

    private DemoDevices(@Nullable DemoChild child, DemoDisplay display) {
        this.child = child;
        this.display = display;
    }

    /**
     * Starts them.
     *
     * @param gateway HOST:PORT
     * @param nodes how many, 0 for none
     * @throws IOException when the simulator cannot be started
     */
    static DemoDevices start(Path home, String gateway, int brokerPort, int nodes, DemoDisplay display)
            throws IOException {
        if (nodes == 0) {
            return new DemoDevices(null, display);
        }
        DemoChild child = DemoChild.start(
                home,
                "simulator",
                "org.sngateway.simulator.cli.SnSim",
                List.of(
                        "demo",
                        "--gateway",
                        gateway,
                        "--broker",
                        "mqtt://127.0.0.1:" + brokerPort,
                        "--nodes",
                        Integer.toString(nodes)));
        DemoDevices devices = new DemoDevices(child, display);
        Thread reader = new Thread(() -> devices.readAll(child), "devices");
        reader.setDaemon(true);
        reader.start();
        return devices;
    }

    private void readAll(DemoChild source) {
        try {
            for (String line = source.readLine(); line != null; line = source.readLine()) {
                onLine(line);
            }
        } catch (IOException e) {
            // the child has ended, which requireAlive finds out
        }
    }

    /** Readings show in the live line; commands and answers are worth a line each. */
    void onLine(String line) {
        String[] parts = line.split(" ", 3);
        if (parts.length < 3) {
            return;
        }
        switch (parts[0]) {
            case "reading" -> lastReading = parts[1] + ": " + parts[2] + " C";
            case "sent" -> display.line("application sends to " + parts[1] + ": " + parts[2]);
            case "command" -> display.line(parts[1] + " receives the command: " + parts[2]);
            case "answered" -> display.line("application receives from " + parts[1] + ": " + parts[2]);
            default -> {
                // of no interest here
            }
        }
    }

    /** The device that published last and what; empty when none has. */
    String lastReading() {
        return lastReading;
    }

    void requireAlive() throws IOException {
        if (child != null) {
            child.requireAlive();
        }
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
        }
    }
}
