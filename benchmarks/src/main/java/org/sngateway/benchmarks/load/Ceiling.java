// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the devices reach against an {@link EchoGateway} in this process: the most a row of this benchmark could show. */
final class Ceiling {
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration MEASURED = Duration.ofSeconds(3);
    private static final Duration JOIN_LIMIT = Duration.ofSeconds(30);

    private Ceiling() {}

    /** Figures of uplink QoS 1, by the names in {@link Figures}. */
    static Map<String, Double> measure(Settings settings, SourceAddresses sources)
            throws LoadFailure, InterruptedException {
        try (LoadLoop echoLoop = LoadLoop.start("load-echo");
                LoadLoop deviceLoop = LoadLoop.start("load-devices")) {
            EchoGateway echo = EchoGateway.open(echoLoop);
            DeviceLoad load = new DeviceLoad(deviceLoop, echo.address(), settings.payloadOctets(), sources);
            List<Device> devices = load.create(settings.devices(), Device.Role.PUBLISHER);
            if (load.join(devices, settings.outstanding(), JOIN_LIMIT).failed() > 0) {
                throw new LoadFailure("devices got no answer from the echo");
            }
            load.supervise(devices);
            load.startUplinkQos1(devices);
            LoadClock.pause(WARM_UP);
            long cpuBefore = deviceLoop.cpuNanos();
            long before = LoadClock.nanos();
            long acknowledgedBefore = load.cutStats().acknowledged;
            LoadClock.pause(MEASURED);
            LoadStats stats = load.cutStats();
            long messages = stats.acknowledged - acknowledgedBefore;
            long nanos = LoadClock.nanos() - before;
            long cpuNanos = deviceLoop.cpuNanos() - cpuBefore;
            load.stopUplinkQos1(devices);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put(Figures.PER_SECOND, messages * 1e9 / nanos);
            figures.put(Figures.P50_MICROS, stats.latency.getValueAtPercentile(50) / 1e3);
            figures.put(Figures.P99_MICROS, stats.latency.getValueAtPercentile(99) / 1e3);
            figures.put(Figures.GENERATOR_MILLIS_PER_1000, cpuNanos / 1e3 / messages);
            figures.put(Figures.GENERATOR_CPU_PERCENT, cpuNanos * 100.0 / nanos);
            return figures;
        } catch (IOException e) {
            throw new LoadFailure("cannot open a selector", e);
        }
    }
}
