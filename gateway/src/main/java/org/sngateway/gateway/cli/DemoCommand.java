// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.Gateway;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.observe.GatewayCounters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code sn-gateway demo}: a broker and simulated devices as child processes, and between them a gateway in this one. Whatever
 * ends this process ends the children, too.
 */
@Command(
        name = "demo",
        description = "A broker, a gateway and simulated devices, for a first look. Ctrl-C ends it all.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = SnGateway.ManifestVersion.class)
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "20",
            description = "Simulated devices, 0 to 10000 (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "1884",
            description = "UDP port of the gateway; a free one when it is taken (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "Local address of the gateway; 0.0.0.0 to let your own devices in (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private InetAddress bind;

    @Option(names = "--seconds", paramLabel = "S", description = "End after so many seconds; without it, at Ctrl-C.")
    private @Nullable Integer seconds;

    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch isOver = new CountDownLatch(1);

    @Override
    public Integer call() throws InvalidConfigException, InterruptedException {
        checkArguments();
        // A line for each device that comes and goes would bury what is to be seen.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        Runtime.getRuntime().addShutdownHook(new Thread(this::endOnSignal, "signal"));
        try {
            run(home(), new DemoDisplay(spec.commandLine().getOut(), DemoDisplay.isTerminal()));
            return 0;
        } catch (IOException failure) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("sn-gateway: " + failure.getMessage());
            err.flush();
            return 1;
        } finally {
            isOver.countDown();
        }
    }

    private void checkArguments() {
        check("--nodes", nodes, 0, 10_000);
        check("--port", port, 0, 65_535);
        if (seconds != null) {
            check("--seconds", seconds, 1, 1_000_000);
        }
    }

    private void check(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + ", allowed is " + min + ".." + max);
        }
    }

    private static Path home() throws IOException {
        String home = System.getProperty("sn.home");
        if (home == null) {
            throw new IOException("the demo needs bin/sn-gateway to start it: the system property sn.home is not set");
        }
        return Path.of(home);
    }

    /** Ctrl-C and SIGTERM end the demo in order, with exit code 0. */
    private void endOnSignal() {
        if (isOver.getCount() == 0) {
            return;
        }
        end.countDown();
        try {
            isOver.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    /** The resources are closed in reverse: devices, then the gateway, then the broker. */
    private void run(Path home, DemoDisplay display) throws IOException, InvalidConfigException, InterruptedException {
        display.line("starting ...");
        try (DemoBroker broker = DemoBroker.start(home, display);
                Gateway gateway = startGateway(broker.port(), display);
                DemoDevices devices = DemoDevices.start(home, gatewayAddress(gateway), broker.port(), nodes, display)) {
            explain(gateway, broker.port(), display);
            watch(gateway, broker, devices, display);
        }
    }

    private Gateway startGateway(int brokerPort, DemoDisplay display) throws IOException, InvalidConfigException {
        int freePort = port;
        if (port != 0 && !DemoPorts.isUdpFree(bind, port)) {
            display.line("UDP port " + port + " is taken, so the gateway takes a free one");
            freePort = 0;
        }
        String address = bind instanceof Inet6Address ? "[" + bind.getHostAddress() + "]" : bind.getHostAddress();
        Path file = Files.createTempFile("sn-gateway-demo-", ".yaml");
        try {
            Files.writeString(file, """
                    gateway: { name: demo }
                    listeners: [{ type: udp, bind: "%s:%d" }]
                    upstream: { servers: ["mqtt://127.0.0.1:%d"], reconnect-min: 100ms, reconnect-max: 1s }
                    admin: { bind: "127.0.0.1:0" }
                    """.formatted(address, freePort, brokerPort));
            return Gateway.start(ConfigReader.read(file));
        } finally {
            Files.delete(file);
        }
    }

    /** Where the simulated devices reach the gateway, HOST:PORT. */
    private String gatewayAddress(Gateway gateway) {
        String address = gateway.addresses().get(0).replaceFirst("^udp:", "");
        if (!bind.isAnyLocalAddress()) {
            return address;
        }
        String host = bind instanceof Inet6Address ? "[::1]" : "127.0.0.1";
        return host + address.substring(address.lastIndexOf(':'));
    }

    private void explain(Gateway gateway, int brokerPort, DemoDisplay display) {
        display.line("");
        display.line("  broker    mqtt://127.0.0.1:" + brokerPort);
        display.line("  gateway   " + String.join(" ", gateway.addresses()));
        gateway.adminAddress().ifPresent(address -> display.line("  status    " + address + "/"));
        gateway.adminAddress().ifPresent(address -> display.line("  metrics   " + address + "/metrics"));
        if (nodes > 0) {
            String device = "demo-" + Math.min(nodes, 3);
            display.line("  devices   " + nodes + " simulated: demo-1" + (nodes > 1 ? " to demo-" + nodes : ""));
            display.line("");
            display.line("Watch the readings:  mosquitto_sub -h 127.0.0.1 -p " + brokerPort + " -t 'demo/#' -v");
            display.line("Send a command:      mosquitto_pub -h 127.0.0.1 -p " + brokerPort + " -t demo/" + device
                    + "/command -m blink");
        }
        display.line(seconds == null ? "Ctrl-C ends it all." : "Ends after " + seconds + " s, or at Ctrl-C.");
        display.line("");
    }

    private void watch(Gateway gateway, DemoBroker broker, DemoDevices devices, DemoDisplay display)
            throws IOException, InterruptedException {
        GatewayCounters counters = gateway.counters();
        long up = 0;
        long down = 0;
        for (int second = 1; seconds == null || second <= seconds; second++) {
            if (end.await(1, TimeUnit.SECONDS)) {
                return;
            }
            broker.requireAlive();
            devices.requireAlive();
            long upNow = counters.publishesUp.sum();
            long downNow = counters.publishesDown.sum();
            display.live(String.format(
                            Locale.ROOT,
                            "devices %d   up %d msg/s   down %d msg/s   frames in %d, out %d   %s",
                            counters.devicesConnected.sum(),
                            upNow - up,
                            downNow - down,
                            counters.framesIn.sum(),
                            counters.framesOut.sum(),
                            devices.lastReading())
                    .stripTrailing());
            up = upNow;
            down = downNow;
        }
    }
}
