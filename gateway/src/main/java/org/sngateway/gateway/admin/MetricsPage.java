// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.message.MessageType;
import org.sngateway.gateway.admin.MetricFamilies.PairSeries;
import org.sngateway.gateway.admin.MetricFamilies.Series;
import org.sngateway.gateway.admin.MetricFamilies.TimeSeries;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.ConnectionStatus.State;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.MessageCounts;
import org.sngateway.gateway.observe.PublishStats;
import org.sngateway.gateway.store.CommitLatency;
import org.sngateway.gateway.store.RefusalCause;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.transport.LineStats;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.dtls.DtlsStats;

/**
 * {@code /metrics}: all that the gateway counts, read when it is asked for, so that counting costs no more than it did. Each family
 * stands in docs/operating.md.
 */
final class MetricsPage implements Page {
    private static final double NANOS_PER_SECOND = 1e9;

    private final AdminSources sources;
    private final List<LoopProbe> probes;
    private final long startedNanos;

    MetricsPage(AdminSources sources, List<LoopProbe> probes) {
        this.sources = sources;
        this.probes = probes;
        this.startedNanos = sources.nanoClock().getAsLong();
    }

    @Override
    public Answer answer() {
        MetricFamilies to = new MetricFamilies();
        devices(to, sources.counters());
        downlink(to, sources.counters());
        broker(to, sources.counters());
        sources.store().get().ifPresent(store -> store(to, store));
        connections(to, sources.counters().connections.list());
        publishing(to, sources.counters().publishStats.list());
        listeners(to);
        dtls(to);
        loops(to);
        to.gauge(
                "sn_gateway_uptime_seconds",
                "Time since the gateway was started.",
                (sources.nanoClock().getAsLong() - startedNanos) / NANOS_PER_SECOND);
        ProcessMetrics.add(to);
        return new Answer(200, MetricFamilies.CONTENT_TYPE, to.text());
    }

    private void devices(MetricFamilies to, GatewayCounters counters) {
        to.gauge(
                "sn_gateway_sessions",
                "Sessions by state, kept ones of devices that are not connected included.",
                "state",
                List.of(
                        new Series("disconnected", counters.sessionsDisconnected.sum()),
                        new Series("connecting", counters.sessionsConnecting.sum()),
                        new Series("active", counters.sessionsActive.sum()),
                        new Series("asleep", counters.sessionsAsleep.sum()),
                        new Series("awake", counters.sessionsAwake.sum()),
                        new Series("lost", counters.sessionsLost.sum())));
        to.gauge(
                "sn_gateway_sessions_limit",
                "How many sessions there may be.",
                sources.limits().sessions());
        to.gauge(
                "sn_gateway_devices_connected",
                "Devices that are connected, sleeping ones included.",
                counters.devicesConnected.sum());
        to.counter(
                "sn_gateway_connects_total",
                "CONNECTs of devices by result.",
                "result",
                List.of(
                        new Series("accepted", counters.connectsAccepted.sum()),
                        new Series("refused", counters.connectsRefused.sum())));
        to.counter(
                "sn_gateway_devices_lost_total",
                "Devices not heard of within their keep-alive, or that did not answer.",
                counters.devicesLost.sum());
        messages(
                to,
                "sn_gateway_messages_received_total",
                "Well-formed messages received from devices.",
                "sn_gateway_message_received_bytes_total",
                "Octets of the well-formed messages received, without what the transport adds.",
                counters.framesIn);
        messages(
                to,
                "sn_gateway_messages_sent_total",
                "Messages sent to devices, retransmissions included.",
                "sn_gateway_message_sent_bytes_total",
                "Octets of the messages sent, without what the transport adds.",
                counters.framesOut);
        to.counter(
                "sn_gateway_messages_ignored_total",
                "Well-formed messages that the state of their session does not allow, or from peers without a session.",
                counters.messagesIgnored.sum());
        Map<MalformedReason, Long> malformed = counters.malformed();
        to.counter(
                "sn_gateway_malformed_frames_total",
                "Frames received that are no message, by reason.",
                "reason",
                Arrays.stream(MalformedReason.values())
                        .map(reason -> new Series(label(reason), malformed.getOrDefault(reason, 0L)))
                        .toList());
    }

    /** By type and transport; types that have not occurred are left out, but for PUBLISH. */
    private void messages(
            MetricFamilies to, String name, String help, String octetsName, String octetsHelp, MessageCounts counts) {
        Map<String, List<Integer>> listeners = IntStream.range(
                        0, sources.listeners().size())
                .boxed()
                .collect(Collectors.groupingBy(
                        i -> transport(sources.listeners().get(i).address()), TreeMap::new, Collectors.toList()));
        List<PairSeries> messages = new ArrayList<>();
        List<PairSeries> octets = new ArrayList<>();
        listeners.forEach((transport, numbers) -> {
            for (MessageType type : MessageType.values()) {
                long count = numbers.stream()
                        .mapToLong(one -> counts.messages(one, type))
                        .sum();
                if (count > 0 || type == MessageType.PUBLISH) {
                    messages.add(new PairSeries(label(type), transport, count));
                    octets.add(new PairSeries(
                            label(type),
                            transport,
                            numbers.stream()
                                    .mapToLong(one -> counts.octets(one, type))
                                    .sum()));
                }
            }
        });
        to.counter(name, help, "type", "transport", messages);
        to.counter(octetsName, octetsHelp, "type", "transport", octets);
    }

    /** The first word of a listener's address. */
    private static String transport(String address) {
        int end = address.indexOf(':');
        return end < 0 ? address : address.substring(0, end);
    }

    private void downlink(MetricFamilies to, GatewayCounters counters) {
        to.gauge(
                "sn_gateway_buffered_messages",
                "Messages that wait for devices, those under way to them included.",
                counters.bufferedMessages.sum());
        to.gauge(
                "sn_gateway_buffered_bytes",
                "What the messages that wait for devices count for limits.",
                counters.bufferedOctets.sum());
        to.gauge(
                "sn_gateway_buffered_limit_bytes",
                "What may wait for all devices together.",
                sources.limits().bufferOctets());
        to.gauge(
                "sn_gateway_in_flight_messages",
                "Messages to devices that wait for an answer, one for a device at most.",
                counters.messagesInFlight.sum());
        to.counter(
                "sn_gateway_retransmissions_total",
                "Messages sent to devices again because no answer came.",
                counters.retransmissions.sum());
        to.counter(
                "sn_gateway_queue_dropped_messages_total",
                "Messages for a device dropped because its queue was full, by QoS.",
                "qos",
                List.of(
                        new Series("0", counters.queueDroppedQos0.sum()),
                        new Series("1-2", counters.queueDroppedQos1.sum())));
        to.counter(
                "sn_gateway_undeliverable_messages_total",
                "Messages for a device that are too large for its transport, that it refused or no topic id was left for, or that expired.",
                "reason",
                List.of(
                        new Series("too-large", counters.downlinkTooLarge.sum()),
                        new Series("refused", counters.undeliverable.sum()),
                        new Series("expired", counters.expired.sum())));
    }

    private static void broker(MetricFamilies to, GatewayCounters counters) {
        to.gauge(
                "sn_gateway_broker_device_connections",
                "Connections to the broker that devices of their own have now, in per-device mode.",
                counters.deviceConnectionsUp.sum());
        to.counter(
                "sn_gateway_broker_publishes_sent_total",
                "Messages handed to the connections to the broker.",
                counters.publishesUp.sum());
        to.counter(
                "sn_gateway_broker_publishes_acknowledged_total",
                "Messages of QoS 1 and 2 that the broker has acknowledged.",
                counters.publishesAcknowledged.sum());
        to.counter(
                "sn_gateway_broker_publishes_dropped_total",
                "Messages of QoS 0 dropped because the broker was away or did not keep up.",
                counters.upstreamDropped.sum());
        to.counter(
                "sn_gateway_broker_publishes_congested_total",
                "Messages of QoS 1 and 2 answered with congestion because the broker was away or did not keep up.",
                counters.upstreamCongested.sum());
        to.counter(
                "sn_gateway_journal_written_messages_total",
                "Messages of QoS 1 and 2 written to the journal because the broker was away or late.",
                counters.journalled.sum());
        to.counter(
                "sn_gateway_broker_publishes_given_up_total",
                "QoS 1 and 2 messages given up because the broker closed the connection each time it got them.",
                counters.publishesGivenUp.sum());
        to.counter(
                "sn_gateway_journal_refused_messages_total",
                "Messages of the journal that the broker refused, although their devices had been told that they arrived.",
                counters.journalRefused.sum());
        to.counter(
                "sn_gateway_broker_shared_messages_undelivered_total",
                "Messages of shared subscriptions dropped because no member was left.",
                counters.sharedUndelivered.sum());
        to.counter(
                "sn_gateway_broker_retained_not_asked_total",
                "Subscriptions of devices whose retained messages were not asked for.",
                counters.retainedNotAsked.sum());
        to.counter(
                "sn_gateway_broker_resubscribes_refused_total",
                "Filters that the broker did not grant again on a later connection.",
                counters.resubscribesRefused.sum());
        to.counter(
                "sn_gateway_broker_copies_forgotten_total",
                "Messages of which a device with overlapping filters waited for another copy, forgotten because there were too many.",
                counters.copiesForgotten.sum());
        to.counter(
                "sn_gateway_broker_messages_received_total",
                "Messages from the broker, each counted once however many devices they are for.",
                counters.publishesDown.sum());
        to.counter(
                "sn_gateway_broker_messages_unmatched_total",
                "Messages from the broker that no device subscribes to.",
                counters.downlinkUnmatched.sum());
        to.counter(
                "sn_gateway_broker_messages_dropped_total",
                "Messages of QoS 0 from the broker dropped because the shards did not keep up.",
                counters.downlinkDropped.sum());
    }

    private void store(MetricFamilies to, StoreStatus store) {
        to.gauge(
                "sn_gateway_store_limit_bytes",
                "How large the database may become.",
                sources.limits().storeOctets());
        to.gauge(
                "sn_gateway_store_pending_limit_bytes",
                "What may wait to be written.",
                sources.limits().pendingOctets());
        to.gauge(
                "sn_gateway_store_journal_limit_bytes",
                "What the messages in the journal may count.",
                sources.limits().journalOctets());
        to.gauge(
                "sn_gateway_store_step_age_seconds",
                "For how long the store's writer has been at one step, such as a commit; 0 while it has nothing to do.",
                store.atWork().toNanos() / NANOS_PER_SECOND);
        to.gauge(
                "sn_gateway_store_state",
                "The state of the store: 1 for the one it is in.",
                "state",
                Arrays.stream(StoreStatus.State.values())
                        .map(state -> new Series(label(state), state == store.state() ? 1 : 0))
                        .toList());
        to.counter(
                "sn_gateway_store_refused_changes_total",
                "Changes that were not kept, by cause.",
                "cause",
                Arrays.stream(RefusalCause.values())
                        .map(cause -> new Series(label(cause), store.refused().getOrDefault(cause, 0L)))
                        .toList());
        to.gauge("sn_gateway_store_pending_bytes", "What waits to be written.", store.pendingOctets());
        to.gauge("sn_gateway_store_file_bytes", "The database and its write-ahead log.", store.fileOctets());
        to.gauge("sn_gateway_store_journal_messages", "Messages in the journal.", store.journalEntries());
        to.gauge(
                "sn_gateway_store_journal_bytes",
                "What the messages in the journal count for its bound, with those that wait to be written.",
                store.journalOctets());
        to.gauge("sn_gateway_store_waiting_messages", "Stored messages that wait for devices.", store.deliveries());
        to.gauge(
                "sn_gateway_store_waiting_bytes",
                "What the stored messages that wait for devices count for limits.",
                store.deliveryOctets());
        to.add(HistogramSnapshot.builder()
                .name("sn_gateway_store_commit_seconds")
                .help("How long transactions took, from the first change to the end of the commit.")
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets(store.latency()))
                        .sum(store.latency().total().toNanos() / NANOS_PER_SECOND)
                        .build())
                .build());
    }

    private static ClassicHistogramBuckets buckets(CommitLatency latency) {
        double[] upperBounds = DoubleStream.concat(
                        CommitLatency.BOUNDS.stream().mapToDouble(bound -> bound.toNanos() / NANOS_PER_SECOND),
                        DoubleStream.of(Double.POSITIVE_INFINITY))
                .toArray();
        return ClassicHistogramBuckets.of(
                upperBounds,
                latency.counts().stream().mapToLong(Long::longValue).toArray());
    }

    private static void connections(MetricFamilies to, List<ConnectionStatus.Snapshot> connections) {
        to.gauge(
                "sn_gateway_broker_connected",
                "Whether a connection to the broker is up: 1 or 0.",
                "connection",
                series(connections, connection -> connection.state() == State.CONNECTED ? 1 : 0));
        to.counter(
                "sn_gateway_broker_connects_total",
                "How often the broker has accepted a connection.",
                "connection",
                series(connections, ConnectionStatus.Snapshot::connects));
        to.counter(
                "sn_gateway_broker_disconnects_total",
                "How often a connection to the broker was lost.",
                "connection",
                series(connections, ConnectionStatus.Snapshot::disconnects));
        to.counter(
                "sn_gateway_broker_failed_attempts_total",
                "Attempts to connect to the broker that failed.",
                "connection",
                series(connections, ConnectionStatus.Snapshot::failedAttempts));
    }

    private static void publishing(MetricFamilies to, Collection<PublishStats.Snapshot> connections) {
        to.gauge(
                "sn_gateway_broker_in_flight_messages",
                "Messages that a connection has been given and the broker has not acknowledged.",
                "connection",
                connections.stream()
                        .map(one -> new Series(one.name(), one.inFlight()))
                        .toList());
        to.gauge(
                "sn_gateway_broker_queued_messages",
                "Messages that wait until the broker takes more.",
                "connection",
                connections.stream()
                        .map(one -> new Series(one.name(), one.queued()))
                        .toList());
        to.gauge(
                "sn_gateway_broker_queued_bytes",
                "Topics and payloads of the messages that wait until the broker takes more.",
                "connection",
                connections.stream()
                        .map(one -> new Series(one.name(), one.queuedOctets()))
                        .toList());
        to.histogram(
                "sn_gateway_broker_acknowledgement_seconds",
                "How long the broker took to acknowledge messages of QoS 1 and 2.",
                "connection",
                connections.stream()
                        .map(one -> new TimeSeries(one.name(), one.acknowledgements()))
                        .toList());
    }

    private static List<Series> series(
            List<ConnectionStatus.Snapshot> connections, Function<ConnectionStatus.Snapshot, Number> value) {
        return connections.stream()
                .map(connection -> new Series(connection.name(), value.apply(connection)))
                .toList();
    }

    /** A listener's figures at one moment. */
    private record ListenerStats(String address, TransportStats stats) {}

    private void listeners(MetricFamilies to) {
        List<ListenerStats> listeners = sources.listeners().stream()
                .map(one -> new ListenerStats(one.address(), one.transport().stats()))
                .toList();
        listenerCounter(
                to,
                "sn_gateway_frames_received_total",
                "Frames received, malformed ones included.",
                listeners,
                TransportStats::framesIn);
        listenerCounter(
                to,
                "sn_gateway_received_bytes_total",
                "Octets of the frames received.",
                listeners,
                TransportStats::octetsIn);
        listenerCounter(
                to,
                "sn_gateway_frames_sent_total",
                "Frames handed to the operating system.",
                listeners,
                TransportStats::framesOut);
        listenerCounter(
                to, "sn_gateway_sent_bytes_total", "Octets of the frames sent.", listeners, TransportStats::octetsOut);
        listenerCounter(
                to,
                "sn_gateway_send_failures_total",
                "Frames that could not be sent.",
                listeners,
                TransportStats::sendFailures);
        listenerCounter(
                to,
                "sn_gateway_kernel_dropped_datagrams_total",
                "Datagrams that the operating system dropped, mostly because the receive buffer was full.",
                listeners.stream()
                        .filter(one -> one.stats.kernelDrops() >= 0) // where the system tells
                        .toList(),
                TransportStats::kernelDrops);
        lines(to);
    }

    /** A serial line's figures at one moment. */
    private record LineFigures(String address, LineStats stats) {}

    private void lines(MetricFamilies to) {
        List<LineFigures> lines = sources.listeners().stream()
                .flatMap(
                        one -> one.transport().lineStats().stream().map(stats -> new LineFigures(one.address(), stats)))
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        to.gauge(
                "sn_gateway_serial_port_open",
                "Whether a serial port is open: 1 or 0.",
                "listener",
                lineSeries(lines, stats -> stats.open() ? 1 : 0));
        to.counter(
                "sn_gateway_serial_port_opens_total",
                "How often a serial port was opened; more than once when it was away.",
                "listener",
                lineSeries(lines, LineStats::opens));
        to.counter(
                "sn_gateway_serial_port_failed_opens_total",
                "Attempts to open a serial port that failed.",
                "listener",
                lineSeries(lines, LineStats::failedOpens));
        to.counter(
                "sn_gateway_serial_resynchronisations_total",
                "How often octets of a serial line were dropped that are no frame, up to where the next one may begin.",
                "listener",
                lineSeries(lines, LineStats::rejections));
        to.counter(
                "sn_gateway_serial_dropped_frames_total",
                "Frames that were not sent over a serial line because its queue was full or its port away.",
                "listener",
                lineSeries(lines, LineStats::dropped));
        to.counter(
                "sn_gateway_serial_undelivered_frames_total",
                "Frames of which a radio module said that they did not arrive.",
                "listener",
                lineSeries(lines, LineStats::undelivered));
        to.counter(
                "sn_gateway_serial_faults_total",
                "Errors of the gateway's own that closed a serial port; it is opened again.",
                "listener",
                lineSeries(lines, LineStats::faults));
    }

    private static List<Series> lineSeries(List<LineFigures> lines, Function<LineStats, Number> value) {
        return lines.stream()
                .map(one -> new Series(one.address, value.apply(one.stats)))
                .toList();
    }

    /** A DTLS listener's figures at one moment. */
    private record DtlsListenerStats(String address, DtlsStats stats) {
        Series series(Number value) {
            return new Series(address, value);
        }

        <K extends Enum<K>> Stream<PairSeries> series(Map<K, Long> values) {
            return values.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(one -> new PairSeries(address, label(one.getKey()), one.getValue()));
        }
    }

    private void dtls(MetricFamilies to) {
        List<DtlsListenerStats> listeners = sources.listeners().stream()
                .flatMap(one -> one.dtls().get().map(stats -> new DtlsListenerStats(one.address(), stats)).stream())
                .toList();
        if (listeners.isEmpty()) {
            return;
        }
        to.gauge(
                "sn_gateway_dtls_connections",
                "DTLS connections.",
                "listener",
                listeners.stream()
                        .map(one -> one.series(one.stats.connections()))
                        .toList());
        to.gauge(
                "sn_gateway_dtls_certificate_expiry_timestamp_seconds",
                "When the certificate that a listener shows ends, or the first of its chain; in seconds since 1970.",
                "listener",
                listeners.stream()
                        .flatMap(one -> Optional.ofNullable(one.stats.certificateEnds())
                                .map(ends -> one.series(ends.getEpochSecond()))
                                .stream())
                        .toList());
        to.gauge(
                "sn_gateway_dtls_handshakes_under_way",
                "DTLS handshakes that have begun and not ended.",
                "listener",
                listeners.stream()
                        .map(one -> one.series(one.stats.handshakesUnderWay()))
                        .toList());
        to.counter(
                "sn_gateway_dtls_handshakes_total",
                "DTLS handshakes that succeeded, by whether an earlier session was taken up.",
                "listener",
                "kind",
                listeners.stream()
                        .flatMap(one -> Stream.of(
                                new PairSeries(one.address, "full", one.stats.fullHandshakes()),
                                new PairSeries(one.address, "resumed", one.stats.resumptions())))
                        .toList());
        to.counter(
                "sn_gateway_dtls_failed_handshakes_total",
                "DTLS handshakes that came to nothing, by cause.",
                "listener",
                "cause",
                listeners.stream()
                        .flatMap(one -> one.series(one.stats.failedHandshakes()))
                        .toList());
        to.counter(
                "sn_gateway_dtls_dropped_records_total",
                "DTLS records dropped, by reason.",
                "listener",
                "reason",
                listeners.stream()
                        .flatMap(one -> one.series(one.stats.droppedRecords()))
                        .toList());
        to.counter(
                "sn_gateway_dtls_moves_total",
                "How often a device with a connection id was heard at a new address.",
                "listener",
                listeners.stream().map(one -> one.series(one.stats.moves())).toList());
    }

    private static void listenerCounter(
            MetricFamilies to,
            String name,
            String help,
            List<ListenerStats> listeners,
            Function<TransportStats, Number> value) {
        to.counter(
                name,
                help,
                "listener",
                listeners.stream()
                        .map(one -> new Series(one.address, value.apply(one.stats)))
                        .toList());
    }

    private void loops(MetricFamilies to) {
        to.histogram(
                "sn_gateway_event_loop_delay_seconds",
                "How late a shard's event loop got its turn, asked once a second.",
                "shard",
                probes.stream()
                        .map(probe -> new TimeSeries(probe.name(), probe.delays()))
                        .toList());
        long now = sources.nanoClock().getAsLong();
        to.gauge(
                "sn_gateway_event_loop_last_turn_age_seconds",
                "How long ago a shard's event loop was last seen to turn, about a second at most unless it is stuck.",
                "shard",
                probes.stream()
                        .map(probe -> new Series(probe.name(), probe.nanosSinceTurn(now) / NANOS_PER_SECOND))
                        .toList());
        to.counter(
                "sn_gateway_event_loop_failed_tasks_total",
                "Tasks of a shard's event loop that have thrown; each is an error in the gateway.",
                "shard",
                probes.stream()
                        .map(probe -> new Series(probe.name(), probe.failedTasks()))
                        .toList());
    }

    static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
