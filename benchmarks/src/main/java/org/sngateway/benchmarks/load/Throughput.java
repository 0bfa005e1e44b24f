// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows that measure messages per second: a stream that starts, warms up, is measured, stops; as many rounds as asked for. */
abstract class Throughput {
    private static final Duration JOIN_LIMIT = Duration.ofSeconds(60);

    final Rig rig;
    final Settings settings;
    final List<Device> devices;
    private final Scenario scenario;

    private Throughput(Scenario scenario, Rig rig, Settings settings, Device.Role role) {
        this.scenario = scenario;
        this.rig = rig;
        this.settings = settings;
        devices = rig.load().create(settings.devices(), role);
    }

    static Row run(Scenario scenario, Rig rig, Settings settings) throws LoadFailure, InterruptedException {
        Throughput throughput = switch (scenario) {
            case UPLINK_QOS1 -> new UplinkQos1Stream(rig, settings);
            case JOURNAL_QOS1 -> new JournalStream(rig, settings);
            case UPLINK_QOS0 -> new UplinkQos0Stream(rig, settings);
            case DOWNLINK_QOS1 -> new DownlinkStream(rig, settings);
            case CONNECTS, MEMORY -> throw new IllegalArgumentException(scenario + " has no message rate");
        };
        return throughput.measure();
    }

    abstract void start() throws LoadFailure, InterruptedException;

    /** Stops and lets what is on its way arrive; adds what did not to the counts. */
    abstract void stop(Sample beforeRound, Map<String, Long> counts) throws LoadFailure, InterruptedException;

    /** What there is to do between two rounds; adds to the figures of the one before. */
    void afterRound(Sample beforeRound, Map<String, Double> figures, Map<String, Long> counts)
            throws LoadFailure, InterruptedException {}

    /** The messages this scenario counts, of all time. */
    abstract long messages(Sample sample);

    private Row measure() throws LoadFailure, InterruptedException {
        Handshakes.Outcome joined = rig.load().join(devices, settings.outstanding(), JOIN_LIMIT);
        if (joined.failed() > 0) {
            rig.checkAlive();
            throw new LoadFailure(joined.failed() + " of " + devices.size() + " devices could not connect");
        }
        rig.load().supervise(devices);
        List<Map<String, Double>> figures = new ArrayList<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        for (int round = 0; round < settings.rounds(); round++) {
            Sample beforeRound = rig.sample();
            start();
            LoadClock.pause(settings.warmUp());
            Sample before = rig.sample();
            LoadClock.pause(settings.measured());
            Sample after = rig.sample();
            stop(beforeRound, counts);
            Map<String, Double> figuresOfRound = new LinkedHashMap<>();
            after.figuresSince(before, messages(after) - messages(before), figuresOfRound);
            afterRound(beforeRound, figuresOfRound, counts);
            figures.add(figuresOfRound);
            count(beforeRound, rig.sample(), counts);
        }
        rig.load().leave(devices.stream().filter(Device::isReady).toList(), settings.outstanding(), JOIN_LIMIT);
        return new Row(scenario, figures, counts, null);
    }

    private static void count(Sample before, Sample after, Map<String, Long> counts) {
        LoadStats is = after.devices();
        LoadStats was = before.devices();
        add(counts, "retransmissions", is.retransmissions - was.retransmissions);
        add(counts, "refused", is.refused - was.refused);
        add(counts, "sessionsLost", is.sessionsLost - was.sessionsLost);
        add(counts, "unexpectedFrames", is.unexpected - was.unexpected);
        add(counts, "duplicates", is.duplicates - was.duplicates);
        add(counts, "brokerDuplicates", after.sink().duplicates - before.sink().duplicates);
        add(counts, "brokerProtocolErrors", after.sink().protocolErrors - before.sink().protocolErrors);
        add(counts, "kernelDrops", after.kernelDrops() - before.kernelDrops());
    }

    static void add(Map<String, Long> counts, String name, long count) {
        counts.merge(name, count, Long::sum);
    }

    /** Each device has one message in flight. */
    private static final class UplinkQos1Stream extends Throughput {
        UplinkQos1Stream(Rig rig, Settings settings) {
            super(Scenario.UPLINK_QOS1, rig, settings, Device.Role.PUBLISHER);
        }

        @Override
        void start() throws LoadFailure, InterruptedException {
            rig.load().startUplinkQos1(devices);
        }

        @Override
        void stop(Sample beforeRound, Map<String, Long> counts) throws LoadFailure, InterruptedException {
            int open = rig.load().stopUplinkQos1(devices);
            Sample after = rig.sample();
            long acknowledged = messages(after) - messages(beforeRound);
            long counted = after.sink().publishesQos1 - beforeRound.sink().publishesQos1;
            add(counts, "unacknowledged", open);
            add(counts, "acknowledgedButNotAtBroker", Math.max(0, acknowledged - counted));
        }

        @Override
        long messages(Sample sample) {
            return sample.devices().acknowledged;
        }
    }

    /** Each device has one message in flight, and the gateway no broker; then the broker comes and gets all of them. */
    private static final class JournalStream extends Throughput {
        private static final Duration NOTICED = Duration.ofMillis(500);
        private static final Duration POLL = Duration.ofMillis(20);
        private static final Duration STALLED = Duration.ofSeconds(30);
        private static final Duration SETTLE = Duration.ofSeconds(1);

        JournalStream(Rig rig, Settings settings) {
            super(Scenario.JOURNAL_QOS1, rig, settings, Device.Role.PUBLISHER);
        }

        @Override
        void start() throws LoadFailure, InterruptedException {
            rig.sink().goAway();
            LoadClock.pause(NOTICED);
            rig.load().startUplinkQos1(devices);
        }

        @Override
        void stop(Sample beforeRound, Map<String, Long> counts) throws LoadFailure, InterruptedException {
            add(counts, "unacknowledged", rig.load().stopUplinkQos1(devices));
        }

        @Override
        void afterRound(Sample beforeRound, Map<String, Double> figures, Map<String, Long> counts)
                throws LoadFailure, InterruptedException {
            Sample before = rig.sample();
            long acknowledged = messages(before) - messages(beforeRound);
            if (before.sink().publishesQos1 > beforeRound.sink().publishesQos1) {
                throw new LoadFailure("the broker was away and got messages");
            }
            rig.sink().comeBack();
            awaitReplay(before, acknowledged, figures);
            LoadClock.pause(SETTLE); // the gateway takes what the broker has out of its journal
            Sample after = rig.sample();
            long arrived = after.sink().publishesQos1 - before.sink().publishesQos1;
            long inOrder = after.sink().inOrder - before.sink().inOrder;
            Map<String, Double> replay = new LinkedHashMap<>();
            after.figuresSince(before, arrived, replay);
            Double cpu = replay.get(Figures.GATEWAY_MILLIS_PER_1000);
            if (cpu != null) {
                figures.put(Figures.REPLAY_GATEWAY_MILLIS_PER_1000, cpu);
            }
            add(counts, "replayed", arrived);
            add(counts, "lostOrOvertaken", Math.max(0, acknowledged - inOrder));
            add(counts, "repeated", arrived - inOrder);
        }

        /** From the first message to the last. */
        private void awaitReplay(Sample before, long expected, Map<String, Double> figures)
                throws LoadFailure, InterruptedException {
            long arrived = 0;
            long firstNanos = 0;
            long arrivedAtFirst = 0;
            long progressNanos = LoadClock.nanos();
            while (arrived < expected) {
                LoadClock.pause(POLL);
                rig.checkAlive();
                long now = LoadClock.nanos();
                long counted = rig.sink().counters().publishesQos1 - before.sink().publishesQos1;
                if (arrived == 0 && counted > 0) {
                    firstNanos = now;
                    arrivedAtFirst = counted;
                }
                if (counted > arrived) {
                    progressNanos = now;
                    arrived = counted;
                } else if (now - progressNanos > STALLED.toNanos()) {
                    throw new LoadFailure("the broker got " + arrived + " of " + expected + " acknowledged messages");
                }
            }
            figures.put(
                    Figures.REPLAYED_PER_SECOND,
                    (arrived - arrivedAtFirst) * 1e9 / Math.max(1, progressNanos - firstNanos));
        }

        @Override
        long messages(Sample sample) {
            return sample.devices().acknowledged;
        }
    }

    /** A window of messages on their way. */
    private static final class UplinkQos0Stream extends Throughput {
        private static final Duration QUIET = Duration.ofMillis(300);
        private static final int MAX_QUIET_WAITS = 10;

        private @Nullable UplinkQos0 stream;

        UplinkQos0Stream(Rig rig, Settings settings) {
            super(Scenario.UPLINK_QOS0, rig, settings, Device.Role.PUBLISHER);
        }

        @Override
        void start() throws LoadFailure, InterruptedException {
            long countedBefore = rig.sink().counters().publishes;
            LoadLoop loop = rig.load().loop();
            UplinkQos0 started = loop.call(() -> {
                UplinkQos0 created = new UplinkQos0(devices, settings.window(), countedBefore);
                loop.addTick(created);
                return created;
            });
            stream = started;
            rig.sinkLoop()
                    .execute(() -> rig.sink().onProgress(() -> {
                        long counted = rig.sink().publishes();
                        loop.execute(() -> started.onCounted(counted));
                    }));
        }

        @Override
        void stop(Sample beforeRound, Map<String, Long> counts) throws LoadFailure, InterruptedException {
            UplinkQos0 stopped = Objects.requireNonNull(stream, "started before");
            LoadLoop loop = rig.load().loop();
            loop.execute(stopped::stop);
            loop.execute(() -> loop.removeTick(stopped));
            awaitQuiet();
            Sample after = rig.sample();
            long sent = after.devices().sent - beforeRound.devices().sent;
            add(counts, "sent", sent);
            add(counts, "lost", sent - (messages(after) - messages(beforeRound)));
        }

        @Override
        long messages(Sample sample) {
            return sample.sink().publishes;
        }

        private void awaitQuiet() throws LoadFailure, InterruptedException {
            long before = -1;
            long now = rig.sink().counters().publishes;
            for (int i = 0; i < MAX_QUIET_WAITS && now != before; i++) {
                LoadClock.pause(QUIET);
                before = now;
                now = rig.sink().counters().publishes;
            }
        }
    }

    /** Each device has subscribed to a topic of its own. */
    private static final class DownlinkStream extends Throughput {
        private final DownlinkDriver driver;
        private boolean started;

        DownlinkStream(Rig rig, Settings settings) {
            super(Scenario.DOWNLINK_QOS1, rig, settings, Device.Role.SUBSCRIBER);
            driver = new DownlinkDriver(
                    rig.sinkLoop(), rig.sink(), devices, settings.payloadOctets(), settings.downlinkPerSecond());
        }

        @Override
        void start() throws LoadFailure, InterruptedException {
            if (!started) {
                started = true;
                rig.load().loop().execute(() -> rig.load().deliveredListener(driver::onDelivered));
                rig.sinkLoop().execute(() -> rig.sinkLoop().addTick(driver));
            }
            rig.sinkLoop().execute(driver::start);
        }

        @Override
        void stop(Sample beforeRound, Map<String, Long> counts) throws LoadFailure, InterruptedException {
            long stallsBefore = counts.getOrDefault("stalls", 0L);
            rig.sinkLoop().execute(driver::stop);
            LoadClock.pause(Duration.ofSeconds(1));
            Sample after = rig.sample();
            long stalls = rig.sinkLoop().call(driver::stalls);
            add(counts, "stalls", stalls - stallsBefore);
            counts.put("unsubscribed", rig.sinkLoop().call(driver::unsubscribed));
            add(counts, "sent", after.sink().delivered - beforeRound.sink().delivered);
            add(counts, "acknowledgedToBroker", after.sink().acknowledgements - beforeRound.sink().acknowledgements);
            add(counts, "lost", after.devices().missed - beforeRound.devices().missed);
        }

        @Override
        long messages(Sample sample) {
            return sample.devices().received;
        }
    }
}
