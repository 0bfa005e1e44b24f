// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.testsupport.MosquittoProcess;

/**
 * Two hundred devices publish and hear beside a flood of junk: nothing that was acknowledged is lost, acknowledgements come in time, and the
 * gateway keeps nothing of the junk. System properties: {@code flood.rate}, datagrams of junk in a second; {@code flood.seconds}, for how
 * long; {@code flood.p99.millis}, in what time 99 of 100 acknowledgements have to come: 100 on an idle machine, more by default for busy ones.
 */
class FloodE2E {
    private static final int RATE = Integer.getInteger("flood.rate", 50_000);
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("flood.seconds", 3));
    /** How long a flood lasts before it counts: the virtual machine has not compiled yet what becomes of junk. */
    private static final Duration COLD = Duration.ofSeconds(2);

    private static final Duration P99 = Duration.ofMillis(Integer.getInteger("flood.p99.millis", 500));
    private static final int DEVICES = 200;
    private static final int DOWN_PER_SECOND = 100;
    private static final int MANY = 1_000;
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** What is kept of junk would have to fit in there, beside what the gateway needs: of 200,000 datagrams not even 200 octets each. */
    private static final String SMALL_HEAP = "-Xmx64m";
    /** As much as the heap may still grow to, and the code that is compiled meanwhile. */
    private static final long OTHER_OCTETS = 80 << 20;

    @TempDir
    private Path directory;

    private final Random random = new Random(1);
    private final CrashLedger ledger = new CrashLedger();
    private volatile boolean loading = true;

    @Test
    void shouldServeDevicesWhileOneSourceSendsJunk() throws Exception {
        flood(1, "source-rate");
    }

    @Test
    void shouldServeDevicesWhileManySourcesSendJunk() throws Exception {
        flood(MANY, "client-id");
    }

    /** @param refusal a reason that has to be counted */
    private void flood(int sources, String refusal) throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        try (MosquittoProcess broker = MosquittoProcess.start(Files.createDirectory(directory.resolve("broker")));
                GatewayProcess gateway = GatewayProcess.start(directory, broker.port(), """
                        admission: { allow: "device*", rate: { per-device: 100/s, per-source: 5000/s } }
                        """, SMALL_HEAP)) {
            AdminPages pages = new AdminPages(gateway);
            Mqtt5AsyncClient app = application(broker.port());
            try (DeviceFleet fleet = new DeviceFleet(DEVICES, gateway.address(), ledger, EVERY, random)) {
                await(fleet::isReady, "all devices have subscribed");
                Thread load = new Thread(() -> publishDown(app, fleet.devices()), "load");
                load.start();
                Thread.sleep(TIME.toMillis() / 2); // all warm up
                List<Duration> unused = ledger.takeAcknowledgementTimes();
                Thread.sleep(1_000);
                double octetsBefore = pages.metric("process_resident_memory_bytes");
                Duration p99Before = p99(ledger.takeAcknowledgementTimes());

                long reached;
                Duration p99AtFirst;
                try (JunkFlood flood = new JunkFlood(gateway.address(), sources, RATE, random)) {
                    Thread.sleep(COLD.toMillis());
                    p99AtFirst = p99(ledger.takeAcknowledgementTimes());
                    Thread.sleep(TIME.toMillis());
                    reached = flood.end();
                }
                List<Duration> times = ledger.takeAcknowledgementTimes();

                loading = false;
                load.join();
                fleet.beQuiet();
                await(fleet::isIdle, "the devices get their acknowledgements");
                await(() -> missing().isEmpty(), "all arrives");
                double octetsAfter = pages.metric("process_resident_memory_bytes");
                System.out.printf(
                        "%d datagrams of junk a second from %d sources (wanted %d); %d acknowledgements, p50 %s, p99 %s"
                                + " (before %s, in the first seconds %s), longest %s; resident %+.1f MiB; %.0f refused (%s), %.0f dropped by the kernel%n",
                        reached,
                        sources,
                        RATE,
                        times.size(),
                        times.get(times.size() / 2),
                        p99(times),
                        p99Before,
                        p99AtFirst,
                        times.get(times.size() - 1),
                        (octetsAfter - octetsBefore) / (1 << 20),
                        pages.metric("sn_gateway_refusals_total{reason=\"" + refusal + "\"}"),
                        refusal,
                        pages.metric(
                                "sn_gateway_kernel_dropped_datagrams_total{listener=\"" + gateway.listener() + "\"}"));
                assertThat(missing()).as("acknowledged and lost").isEmpty();
                assertThat(ledger.violations()).isEmpty();
                assertThat(times.size()).as("the devices were at work").isGreaterThan((int)
                        (DEVICES * TIME.toSeconds()));
                assertThat(pages.metric("sn_gateway_refusals_total{reason=\"" + refusal + "\"}"))
                        .isGreaterThan(100);
                assertThat(pages.metric("sn_gateway_sessions{state=\"active\"}"))
                        .isEqualTo(DEVICES);
                assertThat(octetsAfter - octetsBefore)
                        .as("nothing is kept of junk")
                        .isLessThan(OTHER_OCTETS);
                assumeTrue(p99Before.compareTo(P99.dividedBy(2)) < 0, "too busy a machine, without any flood");
                assertThat(p99(times)).as("99 of 100 acknowledgements").isLessThan(P99);
            } finally {
                loading = false;
                var unusedEither = app.disconnect();
            }
        }
    }

    private static Duration p99(List<Duration> times) {
        return times.get(times.size() * 99 / 100);
    }

    private Mqtt5AsyncClient application(int port) {
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier("application")
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildAsync();
        client.connect().join();
        client.subscribeWith()
                .topicFilter("up/#")
                .qos(MqttQos.EXACTLY_ONCE)
                .callback(message -> ledger.arrivedUp(
                        message.getTopic().toString(),
                        Long.parseLong(new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8))))
                .send()
                .join();
        return client;
    }

    private void publishDown(Mqtt5AsyncClient application, List<FleetDevice> devices) {
        Random choice = new Random(2);
        long next = System.nanoTime();
        try {
            while (loading) {
                int qos = 1 + choice.nextInt(2);
                String topic = devices.get(choice.nextInt(devices.size())).down(qos);
                long seq = ledger.nextDown(topic);
                var unused = application
                        .publishWith()
                        .topic(topic)
                        .qos(MqttQos.fromCode(qos))
                        .payload(Long.toString(seq).getBytes(StandardCharsets.UTF_8))
                        .send()
                        .whenComplete((result, failure) -> {
                            if (failure == null && result.getError().isEmpty()) {
                                ledger.downAcknowledged(topic, seq);
                            }
                        });
                next = Math.max(next + TimeUnit.SECONDS.toNanos(1) / DOWN_PER_SECOND, System.nanoTime());
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(BooleanSupplier wanted, String what) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!wanted.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private List<String> missing() {
        return ledger.missing(List.of("up/", "down/"));
    }
}
