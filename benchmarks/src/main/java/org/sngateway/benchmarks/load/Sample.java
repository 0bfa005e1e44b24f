// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * Readings of one moment; two of them make a measured window.
 *
 * @param gatewayCpuSeconds processor time of the gateway's process so far
 * @param machineCpuSeconds processor time of everything on this machine so far
 * @param generatorCpuSeconds processor time of the generator's loops so far
 * @param devices counters so far; its histogram covers the time since the sample before
 * @param kernelDrops datagrams dropped at the gateway's socket so far
 */
record Sample(
        long nanos,
        OptionalDouble gatewayCpuSeconds,
        OptionalDouble machineCpuSeconds,
        double generatorCpuSeconds,
        LoadStats devices,
        SinkCounters sink,
        long kernelDrops) {

    private static final double NANOS_PER_MICRO = 1e3;

    /** Rate, latency and processor figures of the window since {@code before}, in which {@code messages} were handled. */
    void figuresSince(Sample before, long messages, Map<String, Double> figures) {
        double seconds = (nanos - before.nanos) / 1e9;
        figures.put(Figures.PER_SECOND, messages / seconds);
        if (devices.latency.getTotalCount() > 0) {
            figures.put(Figures.P50_MICROS, devices.latency.getValueAtPercentile(50) / NANOS_PER_MICRO);
            figures.put(Figures.P99_MICROS, devices.latency.getValueAtPercentile(99) / NANOS_PER_MICRO);
        }
        double generatorCpu = generatorCpuSeconds - before.generatorCpuSeconds;
        if (gatewayCpuSeconds.isPresent() && before.gatewayCpuSeconds.isPresent()) {
            double cpu = gatewayCpuSeconds.getAsDouble() - before.gatewayCpuSeconds.getAsDouble();
            figures.put(Figures.GATEWAY_MILLIS_PER_1000, cpu * 1e6 / messages);
            figures.put(Figures.GATEWAY_CPU_PERCENT, cpu / seconds * 100);
            if (machineCpuSeconds.isPresent() && before.machineCpuSeconds.isPresent()) {
                double all = machineCpuSeconds.getAsDouble() - before.machineCpuSeconds.getAsDouble();
                figures.put(Figures.OTHER_CPU_PERCENT, Math.max(0, all - cpu - generatorCpu) / seconds * 100);
            }
        }
        figures.put(Figures.GENERATOR_MILLIS_PER_1000, generatorCpu * 1e6 / messages);
        figures.put(Figures.GENERATOR_CPU_PERCENT, generatorCpu / seconds * 100);
    }
}
