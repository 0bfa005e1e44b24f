// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** {@code sn-gateway run} with a configuration of the test, listening on free ports of 127.0.0.1. */
final class GatewayProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final String ADMIN = "admin pages are served";

    private final ChildProcess process;
    private final String listener;
    /** How many lanes had connected by the time it was ready, as far as {@link #awaitBroker} has not counted them. */
    private int connectedEarly;

    private GatewayProcess(ChildProcess process, String listener) {
        this.process = process;
        this.listener = listener;
        this.connectedEarly = (int) process.output().stream()
                .filter(GatewayProcess::tellsOfConnection)
                .count();
    }

    /**
     * Starts it and waits for its ready line.
     *
     * @param more configuration beyond listener and broker, as YAML
     */
    static GatewayProcess start(Path directory, int brokerPort, String more) throws IOException, InterruptedException {
        return start(directory, brokerPort, more, "");
    }

    /**
     * The same with options for the Java virtual machine.
     *
     * @param options as in SN_GATEWAY_OPTS
     */
    static GatewayProcess start(Path directory, int brokerPort, String more, String options)
            throws IOException, InterruptedException {
        return start(directory, 0, brokerPort, "pooled", more, options);
    }

    /** Starts one whose devices have a broker connection each. */
    static GatewayProcess startPerDevice(Path directory, int brokerPort, String more)
            throws IOException, InterruptedException {
        return start(directory, 0, brokerPort, "per-device", more, "");
    }

    /** Starts another at the address of one that has ended. */
    static GatewayProcess startAt(InetSocketAddress address, Path directory, int brokerPort, String more)
            throws IOException, InterruptedException {
        return start(directory, address.getPort(), brokerPort, "pooled", more, "");
    }

    /**
     * Starts one with another way to its broker.
     *
     * @param upstream section {@code upstream}, as a YAML map on one line
     */
    static GatewayProcess startWithUpstream(Path directory, String upstream, String more)
            throws IOException, InterruptedException {
        return start(directory, 0, upstream, more, "");
    }

    /**
     * Starts one with a DTLS listener instead of the one over UDP.
     *
     * @param keys of the listener besides type and bind, as in a YAML map on one line
     */
    static GatewayProcess startDtls(Path directory, int brokerPort, String keys, String more)
            throws IOException, InterruptedException {
        String listener = "{ type: dtls, bind: \"127.0.0.1:0\", %s }".formatted(keys);
        return startWithListener(directory, listener, brokerPort, more);
    }

    private static GatewayProcess start(
            Path directory, int ownPort, int brokerPort, String mode, String more, String options)
            throws IOException, InterruptedException {
        return start(directory, ownPort, upstream(mode, brokerPort), more, options);
    }

    private static String upstream(String mode, int brokerPort) {
        return "{ mode: %s, servers: [\"mqtt://127.0.0.1:%d\"], reconnect-max: 1s }".formatted(mode, brokerPort);
    }

    /**
     * Starts one with another listener.
     *
     * @param listener an entry of the section listeners, as a YAML map on one line
     */
    static GatewayProcess startWithListener(Path directory, String listener, int brokerPort, String more)
            throws IOException, InterruptedException {
        return launch(directory, listener, upstream("pooled", brokerPort), more, "");
    }

    private static GatewayProcess start(Path directory, int ownPort, String upstream, String more, String options)
            throws IOException, InterruptedException {
        return launch(directory, "{ type: udp, bind: \"127.0.0.1:%d\" }".formatted(ownPort), upstream, more, options);
    }

    private static GatewayProcess launch(Path directory, String listener, String upstream, String more, String options)
            throws IOException, InterruptedException {
        Path config = directory.resolve("sn-gateway.yaml");
        Files.writeString(config, """
                listeners:
                  - %s
                upstream: %s
                admin: { bind: "127.0.0.1:0" }
                %s
                """.formatted(listener, upstream, more));
        ChildProcess process = ChildProcess.launch(
                Map.of("SN_GATEWAY_OPTS", options), "sn-gateway", "run", "--config", config.toString());
        String ready = process.awaitLine(line -> line.startsWith("ready "), START);
        return new GatewayProcess(process, ready.substring("ready ".length()));
    }

    /** What its listener is called, such as {@code udp:127.0.0.1:40123}. */
    String listener() {
        return listener;
    }

    /** Where its UDP listener is. */
    InetSocketAddress address() {
        int port = Integer.parseInt(listener.substring(listener.lastIndexOf(':') + 1));
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** As {@code --gateway} of the simulator wants it. */
    String hostAndPort() {
        return "127.0.0.1:" + address().getPort();
    }

    /** Waits until every lane is connected to the broker. */
    void awaitBroker(int lanes) throws InterruptedException {
        for (int i = 0; i < lanes; i++) {
            if (connectedEarly > 0) {
                connectedEarly--;
            } else {
                process.awaitLine(GatewayProcess::tellsOfConnection, START);
            }
        }
    }

    /** Where its admin pages are. */
    URI admin() throws InterruptedException {
        Optional<String> told =
                process.output().stream().filter(line -> line.contains(ADMIN)).findFirst();
        if (told.isEmpty()) {
            int read = process.output().size();
            told = Optional.of(process.awaitLine(line -> line.contains(ADMIN), START));
            connectedEarly += (int) process.output().stream()
                    .skip(read)
                    .filter(GatewayProcess::tellsOfConnection)
                    .count();
        }
        String line = told.get();
        return URI.create(line.substring(line.indexOf("http://")).split(" ", 2)[0]);
    }

    private static boolean tellsOfConnection(String line) {
        return line.contains("connected to the broker") && !line.contains("cannot");
    }

    ChildProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.close();
    }
}
