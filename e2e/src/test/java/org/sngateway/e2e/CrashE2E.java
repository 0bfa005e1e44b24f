// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.testsupport.MosquittoProcess;

/**
 * The crash test: under random load in both directions the gateway, the broker, or both are killed at random moments and started again. What
 * was acknowledged must arrive, in order, and at QoS 2 once; only around an end of the gateway may a message of QoS 2 come twice (docs/store.md).
 * System properties: {@code crash.rounds}; {@code crash.seed} to see the same choices again; {@code crash.victims}, such as {@code GATEWAY,BROKER}.
 */
class CrashE2E {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 50);
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
    private static final List<Victim> VICTIMS = Stream.of(
                    System.getProperty("crash.victims", "GATEWAY,BROKER,BOTH").split(","))
            .map(Victim::valueOf)
            .toList();
    private static final int DEVICES_OF_A_KIND = 4;
    private static final int LANES = 2;
    private static final int MAX_UNACKNOWLEDGED = 200;
    /** In which the broker, cut off, deals with what has reached it. */
    private static final int SETTLE_MILLIS = 200;

    private static final Duration QUIET = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private enum Victim {
        GATEWAY,
        BROKER,
        BOTH
    }

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final CrashLedger ledger = new CrashLedger();
    private final List<CrashDevice> devices = new ArrayList<>();
    private final Semaphore unacknowledged = new Semaphore(MAX_UNACKNOWLEDGED);
    private volatile boolean loading = true;

    @Test
    void shouldLoseNothingThatWasAcknowledged() throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        Path brokersOwn = Files.createDirectory(directory.resolve("broker"));
        String[] settings = Stream.concat(
                        Stream.of(MosquittoProcess.persistent()),
                        Stream.of("max_queued_messages 0", "max_inflight_messages 1000"))
                .toArray(String[]::new);
        try (MosquittoProcess broker = MosquittoProcess.start(brokersOwn, settings);
                SeveredProxy proxy = new SeveredProxy(broker.port())) {
            GatewayProcess gateway = GatewayProcess.start(directory, proxy.port(), configuration());
            try {
                gateway.awaitBroker(LANES);
                Mqtt5AsyncClient application = Applications.connect("application", proxy.port());
                application
                        .subscribeWith()
                        .topicFilter("up/#")
                        .qos(MqttQos.EXACTLY_ONCE)
                        .callback(message ->
                                ledger.arrivedUp(message.getTopic().toString(), Long.parseLong(text(message))))
                        .send()
                        .join();
                Mqtt5AsyncClient publisher = Applications.connect("publisher", proxy.port());
                startDevices(gateway.address());
                Thread load = new Thread(() -> publishDown(publisher), "load");
                load.start();

                Map<Victim, Integer> ends = new EnumMap<>(Victim.class);
                for (int round = 0; round < ROUNDS; round++) {
                    Victim victim = VICTIMS.get(random.nextInt(VICTIMS.size()));
                    ends.merge(victim, 1, Integer::sum);
                    gateway = crash(victim, gateway, broker, proxy);
                }

                loading = false;
                load.join();
                devices.forEach(CrashDevice::beQuiet);
                awaitRest();
                System.out.printf(
                        "crash test: rounds %d %s, seed %d%n%s%n%s%n",
                        ROUNDS, ends, SEED, ledger.summary("up"), ledger.summary("down"));
                System.out.printf("lost %s%nviolations %s%n", missing(), ledger.violations());
                assertThat(missing()).as("acknowledged and lost, seed %d", SEED).isEmpty();
                assertThat(ledger.violations()).as("seed %d", SEED).isEmpty();
            } finally {
                devices.forEach(CrashDevice::end);
                gateway.close();
            }
        }
    }

    private String configuration() {
        return """
                gateway: { shards: %d }
                sessions:
                  retry-interval: 1s
                  sleep-buffer: { messages: 100000, bytes: 64MiB }
                store: { directory: %s }
                """.formatted(LANES, directory.resolve("store"));
    }

    private static String text(Mqtt5Publish message) {
        return new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8);
    }

    private void startDevices(InetSocketAddress gateway) throws IOException, InterruptedException {
        for (CrashDevice.Kind kind : CrashDevice.Kind.values()) {
            for (int i = 0; i < DEVICES_OF_A_KIND; i++) {
                String name = kind.name().toLowerCase(Locale.ROOT) + i;
                CrashDevice device = new CrashDevice(name, kind, gateway, ledger, random.nextLong());
                devices.add(device);
                Thread thread = new Thread(device, name);
                thread.setDaemon(true);
                thread.start();
            }
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!devices.stream().allMatch(CrashDevice::isSubscribed)) {
            assertThat(System.nanoTime()).as("devices subscribe in time").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    /** The application's messages for devices; only a bounded number waits while the broker is away. */
    private void publishDown(Mqtt5AsyncClient publisher) {
        Random choice = new Random(SEED + 1);
        try {
            while (loading) {
                if (unacknowledged.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                    int qos = choice.nextInt(3);
                    String topic = devices.get(choice.nextInt(devices.size())).down(qos);
                    long seq = ledger.nextDown(topic);
                    var unused = publisher
                            .publishWith()
                            .topic(topic)
                            .qos(MqttQos.fromCode(qos))
                            .payload(Long.toString(seq).getBytes(StandardCharsets.UTF_8))
                            .send()
                            .whenComplete((result, failure) -> {
                                unacknowledged.release();
                                if (failure == null && result.getError().isEmpty()) {
                                    ledger.downAcknowledged(topic, seq);
                                }
                            });
                    Thread.sleep(choice.nextInt(20));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private GatewayProcess crash(Victim victim, GatewayProcess gateway, MosquittoProcess broker, SeveredProxy proxy)
            throws Exception {
        Thread.sleep(300 + random.nextInt(1_200));
        if (victim != Victim.GATEWAY) {
            proxy.sever();
            ledger.brokerCutOff();
            Thread.sleep(SETTLE_MILLIS);
            broker.save();
            broker.kill();
            proxy.mend();
            Thread.sleep(random.nextInt(700));
        }
        GatewayProcess running = gateway;
        if (victim != Victim.BROKER) {
            gateway.process().kill();
            gateway.process().awaitExit(Duration.ofSeconds(10));
            ledger.gatewayEnded();
            Thread.sleep(random.nextInt(300));
            if (victim == Victim.BOTH && random.nextBoolean()) {
                broker.restart();
            }
            running = GatewayProcess.startAt(gateway.address(), directory, proxy.port(), configuration());
        }
        if (!broker.isRunning()) {
            broker.restart();
        }
        return running;
    }

    /** Waits until nothing is missing, or nothing has come for a while. */
    private void awaitRest() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long arrivals = -1;
        long quietSince = System.nanoTime();
        while (System.nanoTime() < deadline && System.nanoTime() - quietSince < QUIET.toNanos()) {
            if (ledger.arrivals() != arrivals) {
                arrivals = ledger.arrivals();
                quietSince = System.nanoTime();
            } else if (missing().isEmpty() && System.nanoTime() - quietSince > TimeUnit.SECONDS.toNanos(3)) {
                return;
            }
            Thread.sleep(200);
        }
    }

    /** Devices of clean sessions are promised nothing of what was sent to them. */
    private List<String> missing() {
        List<String> prefixes = new ArrayList<>(List.of("up/"));
        devices.stream()
                .filter(device -> device.kind() != CrashDevice.Kind.CLEAN)
                .forEach(device ->
                        prefixes.add(device.down(0).substring(0, device.down(0).length() - 1)));
        return ledger.missing(prefixes);
    }
}
