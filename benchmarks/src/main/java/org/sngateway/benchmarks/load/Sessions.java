// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The rows about sessions rather than messages: how fast they are made, and what an idle one weighs. */
final class Sessions {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final double MEBI = 1024.0 * 1024.0;
    private static final int MEMORY_STEPS = 2;

    private final Rig rig;
    private final Settings settings;
    private final Map<String, Long> counts = new LinkedHashMap<>();

    private Sessions(Rig rig, Settings settings) {
        this.rig = rig;
        this.settings = settings;
    }

    /** New sessions per second; one round more than asked for, the first being the warm-up. Between rounds the sessions end. */
    static Row connectRate(Rig rig, Settings settings) throws LoadFailure, InterruptedException {
        return new Sessions(rig, settings).connectRate();
    }

    /** Memory of the gateway before, after one and after two steps of sessions; the second step counts. */
    static Row memory(Rig rig, Settings settings) throws LoadFailure, InterruptedException {
        return new Sessions(rig, settings).memory();
    }

    private Row connectRate() throws LoadFailure, InterruptedException {
        List<Map<String, Double>> figures = new ArrayList<>();
        for (int round = 0; round <= settings.rounds(); round++) {
            List<Device> devices = rig.load().create(settings.connects(), Device.Role.IDLE);
            Sample before = rig.sample();
            Handshakes.Outcome joined = join(devices);
            Sample after = rig.sample();
            if (round > 0) {
                figures.add(connectFigures(before, after, joined));
                Throughput.add(
                        counts, "retransmissions", after.devices().retransmissions - before.devices().retransmissions);
                Throughput.add(counts, "kernelDrops", after.kernelDrops() - before.kernelDrops());
            }
            leave(devices);
        }
        return new Row(Scenario.CONNECTS, figures, counts, null);
    }

    private static Map<String, Double> connectFigures(Sample before, Sample after, Handshakes.Outcome joined) {
        Map<String, Double> figures = new LinkedHashMap<>();
        after.figuresSince(before, joined.succeeded(), figures);
        figures.put(Figures.PER_SECOND, joined.perSecond());
        figures.put(Figures.P50_MICROS, joined.latency().getValueAtPercentile(50) / 1e3);
        figures.put(Figures.P99_MICROS, joined.latency().getValueAtPercentile(99) / 1e3);
        return figures;
    }

    private Row memory() throws LoadFailure, InterruptedException {
        ProcessProbe process = rig.gateway()
                .process()
                .orElseThrow(() -> new LoadFailure("the gateway's process is not known; name it with --pid"));
        List<Device> devices = new ArrayList<>();
        Map<String, Double> figures = new LinkedHashMap<>();
        Memory last = Memory.of(process);
        last.put("idle", figures);
        for (int step = 1; step <= MEMORY_STEPS; step++) {
            List<Device> more = rig.load().create(settings.connects(), Device.Role.IDLE);
            devices.addAll(more);
            join(more);
            LoadClock.pause(SETTLE);
            Memory now = Memory.of(process);
            now.put("sessions" + step * settings.connects(), figures);
            now.putPerSession("step" + step, last, settings.connects(), figures);
            last = now;
        }
        leave(devices);
        return new Row(Scenario.MEMORY, List.of(figures), counts, null);
    }

    private Handshakes.Outcome join(List<Device> devices) throws LoadFailure, InterruptedException {
        Handshakes.Outcome joined = rig.load().join(devices, settings.outstanding(), LIMIT);
        Throughput.add(counts, "failed", joined.failed());
        if (joined.succeeded() == 0) {
            rig.checkAlive();
            throw new LoadFailure("no device could connect");
        }
        return joined;
    }

    private void leave(List<Device> devices) throws LoadFailure, InterruptedException {
        List<Device> connected = devices.stream().filter(Device::isReady).toList();
        Throughput.add(
                counts,
                "failedToLeave",
                rig.load().leave(connected, settings.outstanding(), LIMIT).failed());
    }

    /** Octets after a garbage collection. */
    private record Memory(double rssOctets, OptionalDouble heapOctets) {
        static Memory of(ProcessProbe process) throws LoadFailure {
            boolean collected = process.collectGarbage();
            OptionalLong heap = collected ? process.heapUsedOctets() : OptionalLong.empty();
            OptionalLong rss = process.rssOctets();
            if (rss.isEmpty()) {
                throw new LoadFailure("/proc says nothing about the memory of process " + process.pid());
            }
            return new Memory(
                    (double) rss.getAsLong(),
                    heap.isPresent() ? OptionalDouble.of((double) heap.getAsLong()) : OptionalDouble.empty());
        }

        void put(String when, Map<String, Double> figures) {
            figures.put(when + "RssMebioctets", rssOctets / MEBI);
            if (heapOctets.isPresent()) {
                figures.put(when + "HeapMebioctets", heapOctets.getAsDouble() / MEBI);
            }
        }

        void putPerSession(String step, Memory before, int sessions, Map<String, Double> figures) {
            figures.put(step + Figures.RSS_PER_SESSION, (rssOctets - before.rssOctets) / sessions);
            if (heapOctets.isPresent() && before.heapOctets.isPresent()) {
                figures.put(
                        step + Figures.HEAP_PER_SESSION,
                        (heapOctets.getAsDouble() - before.heapOctets.getAsDouble()) / sessions);
            }
        }
    }
}
