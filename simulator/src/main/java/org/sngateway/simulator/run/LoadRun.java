// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.run;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import org.sngateway.simulator.check.ObserverPool;
import org.sngateway.simulator.node.Node;
import org.sngateway.simulator.node.NodeConfig;
import org.sngateway.simulator.node.NodeFleet;
import org.sngateway.simulator.node.NodeSink;
import org.sngateway.simulator.profile.PublishWindow;
import org.sngateway.simulator.profile.SteadyLoad;
import org.sngateway.simulator.radio.RadioNetwork;
import org.sngateway.simulator.report.LiveFigures;
import org.sngateway.simulator.report.ProgressDisplay;
import org.sngateway.simulator.report.RunReport;
import org.sngateway.simulator.time.SimulatorClock;

/**
 * One load run: subscribe at the broker, connect the nodes, publish, wait until everything sent is accounted for or nothing
 * comes any more, report. {@link #stop} may be called from any thread, the rest belongs to one.
 */
public final class LoadRun {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(10);
    /** Once everything has arrived: how long a duplicate gets to show up. */
    private static final Duration DUPLICATES = Duration.ofMillis(300);
    /** How long DISCONNECT gets to be answered. */
    private static final Duration FAREWELL = Duration.ofMillis(500);
    /** After this time a closed port counts as no gateway, rather than one that is still starting. */
    private static final Duration UNREACHABLE_AFTER = Duration.ofSeconds(3);

    private final LoadOptions options;
    private final ProgressDisplay progress;
    private final SimulatorClock clock = new SimulatorClock();
    private final int runId = new SecureRandom().nextInt();
    private final PublishWindow window = new PublishWindow();
    private final LongAdder unsent = new LongAdder();
    private final List<SteadyLoad> loads = new ArrayList<>();
    private final SplittableRandom phases;
    private final LoadMonitor monitor;
    private volatile boolean isStopped;

    public LoadRun(LoadOptions options, ProgressDisplay progress) {
        this.options = options;
        this.progress = progress;
        this.phases = new SplittableRandom(options.seed());
        String[] topics = new String[options.nodes()];
        for (int node = 0; node < topics.length; node++) {
            topics[node] = topic(node);
        }
        this.monitor = new LoadMonitor(runId, options.sizeOctets(), topics, clock);
    }

    private String topic(int node) {
        return topic(node % options.observers(), Integer.toString(node));
    }

    private String topic(int observer, String nodeLevel) {
        return "sim/" + runName() + "/" + observer + "/" + nodeLevel + "/data";
    }

    private String runName() {
        return String.format(Locale.ROOT, "%08x", runId);
    }

    /** Ends the run early, with a report of what was done so far. */
    public void stop() {
        isStopped = true;
    }

    /**
     * Runs from beginning to end.
     *
     * @throws IOException when it could not be run: broker or gateway cannot be reached, sockets cannot be opened; the message
     *     is a sentence for the user
     */
    public RunReport run() throws IOException, InterruptedException {
        try (ObserverPool observers = ObserverPool.connect(
                        options.broker(),
                        "sim-" + runName() + "-observer-",
                        options.observers(),
                        BROKER_TIMEOUT,
                        monitor);
                NodeFleet fleet = NodeFleet.open(
                        options.network(), options.nodes(), options.loops(), clock, monitor, this::createNode)) {
            observers.subscribe(observer -> topic(observer, "+"), options.qos());
            connect(fleet);
            publish(fleet);
            fleet.finish();
            settle();
            fleet.disconnect();
            clock.pause(FAREWELL);
        } finally {
            progress.finish();
        }
        loads.forEach(SteadyLoad::settle);
        return report();
    }

    private Node createNode(int number, NodeSink sink) {
        SteadyLoad.Shape shape = new SteadyLoad.Shape(
                runId, options.rate().intervalNanos(options.nodes()), options.qos(), options.sizeOctets());
        SteadyLoad load = new SteadyLoad(shape, number, phases.nextDouble(), window, unsent);
        loads.add(load);
        NodeConfig config = new NodeConfig(
                number, "sim-" + runName() + "-" + number, List.of(topic(number)), List.of(), options.timing());
        return new Node(config, load, sink, monitor);
    }

    private void connect(NodeFleet fleet) throws IOException, InterruptedException {
        long spacingNanos = Duration.ofSeconds(1).toNanos() / options.connectPerSecond();
        long start = clock.nanoTime();
        fleet.start(start, spacingNanos);
        long end = start
                + spacingNanos * options.nodes()
                + options.connectTimeout().toNanos();
        while (!isStopped && monitor.ready() < options.nodes() && clock.nanoTime() < end) {
            boolean isHopeless = monitor.everReady() == 0
                    && monitor.isUnreachable()
                    && clock.nanoTime() - start > UNREACHABLE_AFTER.toNanos();
            if (isHopeless) {
                break;
            }
            show("connecting", (double) monitor.ready() / options.nodes());
            clock.pause(POLL);
        }
        if (monitor.everReady() == 0 && !isStopped) {
            throw new IOException("no node could connect to the gateway at "
                    + options.network().gateway() + ": " + whyNot());
        }
    }

    private String whyNot() {
        String refusal = monitor.lastRefusal();
        if (refusal != null) {
            return refusal;
        }
        return monitor.isUnreachable()
                ? "nothing listens on that UDP port"
                : options.network().silence();
    }

    private void publish(NodeFleet fleet) throws InterruptedException {
        long start = clock.nanoTime() + POLL.toNanos();
        long end = start + options.duration().toNanos();
        window.open(start, end);
        fleet.wake();
        while (!isStopped && clock.nanoTime() < end) {
            show(
                    "publishing",
                    (double) (clock.nanoTime() - start) / options.duration().toNanos());
            clock.pause(POLL);
        }
        window.close(clock.nanoTime());
    }

    /** Until all is accounted for; or nothing is awaited and nothing has come for a while; or retransmission has run out. */
    private void settle() throws InterruptedException {
        long start = clock.nanoTime();
        NodeConfig.Timing timing = options.timing();
        long end = start
                + timing.retryInterval().toNanos() * (timing.retryCount() + 1)
                + options.settle().toNanos();
        long quietNanos = options.settle().toNanos();
        while (!isStopped && clock.nanoTime() < end) {
            boolean isNothingAwaited = monitor.outstanding() == 0;
            if (isNothingAwaited && monitor.received() + monitor.rejected() >= monitor.sent()) {
                clock.pause(DUPLICATES);
                return;
            }
            long quietSince = Math.max(start, monitor.lastProgressNanos());
            if (isNothingAwaited && clock.nanoTime() - quietSince > quietNanos) {
                return;
            }
            show("settling", (double) monitor.received() / Math.max(1, monitor.sent()));
            clock.pause(POLL);
        }
    }

    private void show(String phase, double done) {
        long nowNanos = clock.nanoTime();
        progress.update(
                new LiveFigures(
                        phase,
                        Math.max(0, Math.min(1, done)),
                        monitor.ready(),
                        options.nodes(),
                        monitor.sent(),
                        monitor.acknowledged(),
                        monitor.received()),
                nowNanos);
    }

    private RunReport report() {
        double publishSeconds = window.openNanos() / 1e9;
        double receiveSeconds = Math.max(0, monitor.lastArrivalNanos() - window.startNanos()) / 1e9;
        return new RunReport(
                new RunReport.Setup(
                        runName(),
                        options.network().gateway(),
                        written(options.broker()),
                        options.nodes(),
                        options.rate().toString(),
                        options.qos().level(),
                        options.sizeOctets(),
                        options.seed()),
                monitor.everReady(),
                publishSeconds,
                Math.max(publishSeconds, receiveSeconds),
                monitor.verdict(),
                unsent.sum(),
                monitor.rejected(),
                monitor.altered(),
                monitor.malformed(),
                monitor.retransmissions(),
                monitor.reconnects(),
                monitor.endToEnd(),
                monitor.acknowledgement(),
                options.network() instanceof RadioNetwork radio
                        ? new RunReport.Radio(
                                radio.counts().up(), radio.counts().down())
                        : null);
    }

    private static String written(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
