// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalDouble;

/** One scenario's set-up: a gateway between its own devices and its own sink. */
final class Rig implements AutoCloseable {
    /** Starts, or finds, the gateway once the sink listens. */
    interface GatewayStarter {
        GatewayUnderTest start(int sinkPort) throws LoadFailure, InterruptedException;
    }

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(100);

    private final LoadLoop deviceLoop;
    private final LoadLoop sinkLoop;
    private final CountingSink sink;
    private final GatewayUnderTest gateway;
    private final DeviceLoad load;

    private Rig(LoadLoop deviceLoop, LoadLoop sinkLoop, CountingSink sink, GatewayUnderTest gateway, DeviceLoad load) {
        this.deviceLoop = deviceLoop;
        this.sinkLoop = sinkLoop;
        this.sink = sink;
        this.gateway = gateway;
        this.load = load;
    }

    /**
     * Opens the sink, starts the gateway and waits until it has connected to the sink.
     *
     * @param sinkPort 0 for any
     */
    static Rig open(Settings settings, int sinkPort, SourceAddresses sources, GatewayStarter starter)
            throws LoadFailure, InterruptedException {
        LoadLoop deviceLoop = startLoop("load-devices");
        LoadLoop sinkLoop = settings.separateSink() ? startLoop("load-sink") : deviceLoop;
        GatewayUnderTest gateway = null;
        try {
            CountingSink sink = CountingSink.open(sinkLoop, sinkPort, settings.receiveMaximum());
            gateway = starter.start(sink.port());
            DeviceLoad load = new DeviceLoad(deviceLoop, gateway.address(), settings.payloadOctets(), sources);
            Rig rig = new Rig(deviceLoop, sinkLoop, sink, gateway, load);
            rig.awaitUpstream();
            return rig;
        } catch (LoadFailure | InterruptedException | RuntimeException e) {
            if (gateway != null) {
                gateway.close();
            }
            sinkLoop.close();
            deviceLoop.close();
            throw e;
        }
    }

    CountingSink sink() {
        return sink;
    }

    LoadLoop sinkLoop() {
        return sinkLoop;
    }

    DeviceLoad load() {
        return load;
    }

    GatewayUnderTest gateway() {
        return gateway;
    }

    /** Fails when the gateway or a loop is gone. */
    void checkAlive() throws LoadFailure {
        gateway.checkAlive();
        deviceLoop.checkAlive();
        sinkLoop.checkAlive();
    }

    /** Everything there is to read now. */
    Sample sample() throws LoadFailure, InterruptedException {
        checkAlive();
        OptionalDouble gatewayCpu = OptionalDouble.empty();
        if (gateway.process().isPresent()) {
            gatewayCpu = gateway.process().get().cpuSeconds();
        }
        long generatorNanos = deviceLoop.cpuNanos() + (sinkLoop == deviceLoop ? 0 : sinkLoop.cpuNanos());
        return new Sample(
                LoadClock.nanos(),
                gatewayCpu,
                ProcessProbe.machineCpuSeconds(),
                generatorNanos / 1e9,
                load.cutStats(),
                sink.counters(),
                ProcessProbe.udpDrops(gateway.address().getPort()));
    }

    @Override
    public void close() {
        gateway.close();
        sinkLoop.close();
        deviceLoop.close();
    }

    private void awaitUpstream() throws LoadFailure, InterruptedException {
        long deadline = LoadClock.nanos() + CONNECT_LIMIT.toNanos();
        while (sink.openConnections() == 0) {
            checkAlive();
            if (LoadClock.nanos() - deadline > 0) {
                throw new LoadFailure("the gateway has not connected to the sink at 127.0.0.1:" + sink.port());
            }
            LoadClock.pause(POLL);
        }
        LoadClock.pause(SETTLE);
    }

    private static LoadLoop startLoop(String name) throws LoadFailure {
        try {
            return LoadLoop.start(name);
        } catch (IOException e) {
            throw new LoadFailure("cannot open a selector", e);
        }
    }
}
