// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;
import static org.sngateway.testsupport.Messages.connAck;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.publish1;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.MalformedReason;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.MessageType;
import org.sngateway.gateway.ingress.TestGateway;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.MessageCounts;
import org.sngateway.gateway.observe.PublishStats;
import org.sngateway.gateway.store.CommitLatency;
import org.sngateway.gateway.store.RefusalCause;
import org.sngateway.gateway.store.StoreStatus;
import org.sngateway.testsupport.LockstepDevice;
import org.sngateway.transport.LineStats;
import org.sngateway.transport.Transport;
import org.sngateway.transport.TransportStats;
import org.sngateway.transport.dtls.DtlsStats;
import org.sngateway.transport.dtls.HandshakeFailure;
import org.sngateway.transport.dtls.RecordDrop;

class MetricsPageTest {
    private static final Path HOME = Path.of(System.getProperty("sn.home"));

    private static final StoreStatus STORE = new StoreStatus(
            StoreStatus.State.FULL,
            "the disk is full",
            Duration.ofSeconds(3),
            false,
            Duration.ofMillis(1_500),
            11,
            9,
            Map.of(RefusalCause.JOURNAL, 12L, RefusalCause.QUEUE, 13L),
            new CommitLatency(
                    List.of(1L, 2L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 3L),
                    Duration.ofMillis(45_500),
                    Duration.ZERO),
            14,
            15,
            16,
            17,
            18);

    static final AdminSources.Limits LIMITS = new AdminSources.Limits(101, 102, 103, 104, 105);

    private final ProbedLoop loop = new ProbedLoop();
    private final LoopProbe probe = new LoopProbe(new AdminSources.Shard("shard-0", loop, () -> 3), loop.nanoTime());

    private MetricsPage page(GatewayCounters counters) {
        AdminSources sources = new AdminSources(
                counters,
                LIMITS,
                () -> Optional.of(STORE),
                List.of(
                        new AdminSources.Listener("udp:127.0.0.1:1", transport(7), () -> Optional.of(DTLS)),
                        new AdminSources.Listener("udp:[::1]:\"1\\", transport(-1)),
                        new AdminSources.Listener(
                                "serial:/dev/ttyUSB0",
                                new CountingTransport(
                                        new TransportStats(1, 20, 3, 40, 5, -1),
                                        new LineStats(true, 2, 7, 3, 4, 6, 8)))),
                List.of(),
                loop::nanoTime);
        return new MetricsPage(sources, List.of(probe));
    }

    private static final DtlsStats DTLS = new DtlsStats(
            3,
            2,
            5,
            4,
            Map.of(
                    HandshakeFailure.WRONG_KEY,
                    6L,
                    HandshakeFailure.UNKNOWN_IDENTITY,
                    7L,
                    HandshakeFailure.CERTIFICATE,
                    0L),
            Map.of(RecordDrop.REPLAYED, 8L),
            9,
            Instant.ofEpochSecond(1_800_000_000));

    @Test
    void shouldShowWhatDtlsListenersCount() throws IOException {
        assertThat(text(page(new GatewayCounters())))
                .contains("sn_gateway_dtls_certificate_expiry_timestamp_seconds{listener=\"udp:127.0.0.1:1\"} 1.8E9")
                .contains("sn_gateway_dtls_connections{listener=\"udp:127.0.0.1:1\"} 3.0")
                .contains("sn_gateway_dtls_handshakes_total{kind=\"resumed\",listener=\"udp:127.0.0.1:1\"} 4.0")
                .contains(
                        "sn_gateway_dtls_failed_handshakes_total{cause=\"wrong-key\",listener=\"udp:127.0.0.1:1\"} 6.0")
                .contains("sn_gateway_dtls_dropped_records_total{listener=\"udp:127.0.0.1:1\",reason=\"replayed\"} 8.0")
                .contains("sn_gateway_dtls_moves_total{listener=\"udp:127.0.0.1:1\"} 9.0");
    }

    private static Transport transport(long kernelDrops) {
        return new CountingTransport(new TransportStats(1, 20, 3, 40, 5, kernelDrops), null);
    }

    private static MetricsLint read(MetricsPage page) {
        return new MetricsLint(text(page));
    }

    private static String text(MetricsPage page) {
        Answer answer = page.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldShowEveryCounter() throws IllegalAccessException {
        GatewayCounters counters = new GatewayCounters();
        Map<String, Double> expected = new TreeMap<>();
        double value = 700_001;
        for (Field field : GatewayCounters.class.getFields()) {
            if (field.get(counters) instanceof LongAdder counter) {
                counter.add((long) value);
                expected.put(field.getName(), value++);
            }
        }
        assertThat(expected).hasSizeGreaterThan(15);

        assertThat(read(page(counters)).samples().values()).containsAll(expected.values());
    }

    @Test
    void shouldShowMalformedFramesByReason() {
        GatewayCounters counters = new GatewayCounters();
        counters.countMalformed(MalformedReason.TOO_SHORT);
        counters.countMalformed(MalformedReason.TOO_SHORT);

        MetricsLint page = read(page(counters));

        assertThat(page.value("sn_gateway_malformed_frames_total{reason=\"too-short\"}"))
                .isEqualTo(2);
        assertThat(page.value("sn_gateway_malformed_frames_total{reason=\"qos\"}"))
                .isZero();
        assertThat(page.samples().keySet())
                .filteredOn(series -> series.startsWith("sn_gateway_malformed_frames_total"))
                .hasSameSizeAs(MalformedReason.values());
    }

    @Test
    void shouldShowListenersAndLeaveOutWhatTheSystemDoesNotTell() {
        MetricsLint page = read(page(new GatewayCounters()));

        assertThat(page.value("sn_gateway_frames_received_total{listener=\"udp:127.0.0.1:1\"}"))
                .isEqualTo(1);
        assertThat(page.value("sn_gateway_received_bytes_total{listener=\"udp:127.0.0.1:1\"}"))
                .isEqualTo(20);
        assertThat(page.value("sn_gateway_frames_sent_total{listener=\"udp:127.0.0.1:1\"}"))
                .isEqualTo(3);
        assertThat(page.value("sn_gateway_sent_bytes_total{listener=\"udp:[::1]:\\\"1\\\\\"}"))
                .isEqualTo(40);
        assertThat(page.value("sn_gateway_send_failures_total{listener=\"udp:127.0.0.1:1\"}"))
                .isEqualTo(5);
        assertThat(page.samples().keySet())
                .filteredOn(series -> series.startsWith("sn_gateway_kernel_dropped_datagrams_total"))
                .containsExactly("sn_gateway_kernel_dropped_datagrams_total{listener=\"udp:127.0.0.1:1\"}");
    }

    @Test
    void shouldShowSerialLinesAndNoOtherListenerAmongThem() {
        MetricsLint page = read(page(new GatewayCounters()));

        String label = "{listener=\"serial:/dev/ttyUSB0\"}";
        assertThat(page.value("sn_gateway_serial_port_open" + label)).isEqualTo(1);
        assertThat(page.value("sn_gateway_serial_port_opens_total" + label)).isEqualTo(2);
        assertThat(page.value("sn_gateway_serial_port_failed_opens_total" + label))
                .isEqualTo(7);
        assertThat(page.value("sn_gateway_serial_resynchronisations_total" + label))
                .isEqualTo(3);
        assertThat(page.value("sn_gateway_serial_dropped_frames_total" + label)).isEqualTo(4);
        assertThat(page.value("sn_gateway_serial_faults_total" + label)).isEqualTo(8);
        assertThat(page.value("sn_gateway_serial_undelivered_frames_total" + label))
                .isEqualTo(6);
        assertThat(page.samples().keySet())
                .filteredOn(series -> series.startsWith("sn_gateway_serial_"))
                .hasSize(7);
    }

    @Test
    void shouldShowConnectionsAndLoops() {
        GatewayCounters counters = new GatewayCounters();
        counters.connections.register("lane-0").connected(1);
        counters.connections.register("lane-1").disconnected(1, "refused");
        MetricsPage page = page(counters);
        probe.start();
        loop.fireLate(Duration.ZERO);
        loop.fireLate(Duration.ofMillis(300));
        loop.pass(Duration.ofMillis(250));

        MetricsLint lint = read(page);

        assertThat(lint.value("sn_gateway_broker_connected{connection=\"lane-0\"}"))
                .isEqualTo(1);
        assertThat(lint.value("sn_gateway_broker_connected{connection=\"lane-1\"}"))
                .isZero();
        assertThat(lint.value("sn_gateway_broker_failed_attempts_total{connection=\"lane-1\"}"))
                .isEqualTo(1);
        assertThat(lint.value("sn_gateway_event_loop_delay_seconds_sum{shard=\"shard-0\"}"))
                .isCloseTo(0.3, within(1e-9));
        assertThat(lint.value("sn_gateway_event_loop_last_turn_age_seconds{shard=\"shard-0\"}"))
                .isEqualTo(0.25);
        assertThat(lint.value("sn_gateway_event_loop_failed_tasks_total{shard=\"shard-0\"}"))
                .isEqualTo(3);
        assertThat(lint.value("sn_gateway_uptime_seconds")).isCloseTo(2.55, within(1e-9));
    }

    @Test
    void shouldShowTheStore() {
        MetricsLint page = read(page(new GatewayCounters()));

        assertThat(page.value("sn_gateway_store_state{state=\"full\"}")).isEqualTo(1);
        assertThat(page.value("sn_gateway_store_state{state=\"ok\"}")).isZero();
        assertThat(page.value("sn_gateway_store_state{state=\"failed\"}")).isZero();
        assertThat(page.value("sn_gateway_store_pending_bytes")).isEqualTo(11);
        assertThat(page.value("sn_gateway_store_refused_changes_total{cause=\"journal\"}"))
                .isEqualTo(12);
        assertThat(page.value("sn_gateway_store_refused_changes_total{cause=\"queue\"}"))
                .isEqualTo(13);
        assertThat(page.value("sn_gateway_store_refused_changes_total{cause=\"full\"}"))
                .isZero();
        assertThat(page.value("sn_gateway_store_commit_seconds_bucket{le=\"0.002\"}"))
                .isEqualTo(3);
        assertThat(page.value("sn_gateway_store_commit_seconds_bucket{le=\"10.0\"}"))
                .isEqualTo(3);
        assertThat(page.value("sn_gateway_store_commit_seconds_count")).isEqualTo(6);
        assertThat(page.value("sn_gateway_store_commit_seconds_sum")).isEqualTo(45.5);
        assertThat(page.value("sn_gateway_store_journal_messages")).isEqualTo(14);
        assertThat(page.value("sn_gateway_store_journal_bytes")).isEqualTo(15);
        assertThat(page.value("sn_gateway_store_waiting_messages")).isEqualTo(16);
        assertThat(page.value("sn_gateway_store_waiting_bytes")).isEqualTo(17);
        assertThat(page.value("sn_gateway_store_file_bytes")).isEqualTo(18);
    }

    @Test
    void shouldShowTheProcess() {
        MetricsLint page = read(page(new GatewayCounters()));

        assertThat(page.value("jvm_memory_used_bytes{area=\"heap\"}")).isGreaterThan(1 << 20);
        assertThat(page.value("jvm_threads_current")).isPositive();
        assertThat(page.value("process_cpu_seconds_total")).isPositive();
        assertThat(page.value("process_open_fds")).isGreaterThan(2);
        assertThat(page.samples().keySet())
                .anyMatch(series -> series.startsWith("jvm_gc_collection_seconds_count{gc="));
        assertThat(page.value("sn_gateway_build_info{java=\"" + Runtime.version() + "\",version=\"development\"}"))
                .isEqualTo(1);
        if (Files.exists(Path.of("/proc/self/status"))) {
            assertThat(page.value("process_resident_memory_bytes")).isGreaterThan(16 << 20);
        }
    }

    @Test
    void shouldAddUpTheListenersOfATransport() {
        GatewayCounters counters = new GatewayCounters();
        MessageCounts.Tally tally = counters.framesOut.tally(3);
        tally.count(0, MessageType.REGISTER, 10);
        tally.count(1, MessageType.REGISTER, 20);
        tally.count(2, MessageType.REGISTER, 40);

        MetricsLint page = read(page(counters));

        assertThat(page.value("sn_gateway_messages_sent_total{transport=\"udp\",type=\"register\"}"))
                .isEqualTo(2);
        assertThat(page.value("sn_gateway_message_sent_bytes_total{transport=\"udp\",type=\"register\"}"))
                .isEqualTo(30);
        assertThat(page.value("sn_gateway_message_sent_bytes_total{transport=\"serial\",type=\"register\"}"))
                .isEqualTo(40);
        assertThat(page.value("sn_gateway_messages_received_total{transport=\"serial\",type=\"publish\"}"))
                .isZero();
    }

    @Test
    void shouldShowWhatIsOnItsWayToTheBroker() {
        GatewayCounters counters = new GatewayCounters();
        PublishStats lane = counters.publishStats.register("lane-0");
        lane.addInFlight(3);
        lane.addQueued(2, 50);
        lane.acknowledged(Duration.ofMillis(4).toNanos());
        lane.acknowledged(Duration.ofMinutes(1).toNanos());
        counters.publishStats.register("devices").addInFlight(4);
        counters.publishStats.register("devices").addInFlight(5);

        MetricsLint page = read(page(counters));

        String label = "{connection=\"lane-0\"}";
        assertThat(page.value("sn_gateway_broker_in_flight_messages" + label)).isEqualTo(3);
        assertThat(page.value("sn_gateway_broker_queued_messages" + label)).isEqualTo(2);
        assertThat(page.value("sn_gateway_broker_queued_bytes" + label)).isEqualTo(50);
        String times = "sn_gateway_broker_acknowledgement_seconds";
        assertThat(page.value(times + "_bucket{connection=\"lane-0\",le=\"0.0025\"}"))
                .isZero();
        assertThat(page.value(times + "_bucket{connection=\"lane-0\",le=\"0.005\"}"))
                .isEqualTo(1);
        assertThat(page.value(times + "_count" + label)).isEqualTo(2);
        assertThat(page.value(times + "_sum" + label)).isEqualTo(60.004);
        assertThat(page.value("sn_gateway_broker_in_flight_messages{connection=\"devices\"}"))
                .isEqualTo(9);
    }

    @Test
    void shouldShowTheLimits() {
        MetricsLint page = read(page(new GatewayCounters()));

        assertThat(page.value("sn_gateway_sessions_limit")).isEqualTo(101);
        assertThat(page.value("sn_gateway_buffered_limit_bytes")).isEqualTo(102);
        assertThat(page.value("sn_gateway_store_limit_bytes")).isEqualTo(103);
        assertThat(page.value("sn_gateway_store_pending_limit_bytes")).isEqualTo(104);
        assertThat(page.value("sn_gateway_store_journal_limit_bytes")).isEqualTo(105);
        assertThat(page.value("sn_gateway_store_step_age_seconds")).isEqualTo(1.5);
    }

    @Test
    void shouldMoveWhenADevicePublishes() {
        TestGateway gateway = TestGateway.start("topics: { predefined: { 1: sensors/t } }");
        MetricsPage page = page(gateway.counters());
        MetricsLint before = read(page);
        assertThat(before.value("sn_gateway_messages_received_total{transport=\"udp\",type=\"publish\"}"))
                .isZero();
        assertThat(before.value("sn_gateway_sessions{state=\"active\"}")).isZero();

        LockstepDevice device = gateway.device(1);
        device.send(connect("t-17"));
        device.expect(connAck());
        device.send(publish1(1, predefined(1), "21.5"));

        MetricsLint after = read(page);
        assertThat(after.value("sn_gateway_connects_total{result=\"accepted\"}"))
                .isEqualTo(1);
        assertThat(after.value("sn_gateway_devices_connected")).isEqualTo(1);
        assertThat(after.value("sn_gateway_sessions{state=\"active\"}")).isEqualTo(1);
        for (String series : List.of(
                "received_total{transport=\"udp\",type=\"connect\"}",
                "received_total{transport=\"udp\",type=\"publish\"}",
                "sent_total{transport=\"udp\",type=\"connack\"}")) {
            assertThat(after.value("sn_gateway_messages_" + series)).isEqualTo(1);
        }
        assertThat(after.value("sn_gateway_message_received_bytes_total{transport=\"udp\",type=\"publish\"}"))
                .isEqualTo(SnCodec.encodedOctets(publish1(1, predefined(1), "21.5")));
        assertThat(after.samples())
                .doesNotContainKey("sn_gateway_messages_sent_total{transport=\"udp\",type=\"pingresp\"}");
    }

    /** Each family stands in the table of docs/operating.md with its type, and no other. */
    @Test
    void shouldBeDocumented() throws IOException {
        Matcher rows = Pattern.compile("(?m)^\\| `([a-z_]+)` \\| (\\w+) \\|")
                .matcher(Files.readString(HOME.resolve("docs/operating.md")));
        Map<String, String> documented = new TreeMap<>();
        while (rows.find()) {
            documented.put(rows.group(1), rows.group(2));
        }

        assertThat(documented).isEqualTo(new TreeMap<>(full().families()));
    }

    /** A page with every family. */
    static MetricsLint full() {
        return read(new MetricsPageTest().page(busy()));
    }

    private static GatewayCounters busy() {
        GatewayCounters counters = new GatewayCounters();
        counters.connections.register("lane-0");
        counters.publishStats.register("lane-0");
        return counters;
    }

    @Test
    void shouldPleasePromtool(@TempDir Path directory) throws Exception {
        Promtool.assumeInstalled();
        Path metrics = Files.writeString(directory.resolve("metrics"), text(page(busy())));

        assertThat(Promtool.run(metrics, "check", "metrics")).isEmpty();
    }

    @Test
    void shouldFindWhatIsWrongWithAPage() {
        String good = "# HELP sn_gateway_a_total What.\n# TYPE sn_gateway_a_total counter\nsn_gateway_a_total 1.0\n";
        assertThatCode(() -> new MetricsLint(good)).doesNotThrowAnyException();

        List<String> accepted = new ArrayList<>();
        for (String bad : List.of(
                good.stripTrailing(),
                good + good,
                good + "sn_gateway_a_total 2.0\n",
                good + "sn_gateway_b_total 2.0\n",
                good.replace("a_total", "a"),
                good.replace("counter", "gauge"),
                good.replace("What.", ""),
                good.replace("sn_gateway_a_total 1.0", "sn_gateway_a_total{x=1} 1.0"),
                good.replace("1.0", "one"),
                good.replace("sn_gateway_a", "sn_gateway-a"))) {
            try {
                accepted.add(bad + new MetricsLint(bad).families());
            } catch (AssertionError found) {
                // As it should be.
            }
        }
        assertThat(accepted).isEmpty();
    }
}
