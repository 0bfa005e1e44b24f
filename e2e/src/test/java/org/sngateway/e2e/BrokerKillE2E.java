// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.testsupport.MosquittoProcess;

/**
 * Two hundred devices under steady load in both directions while the broker is killed and started again, which keeps its sessions: what was
 * acknowledged arrives, QoS 2 exactly once, each topic in order. System properties: {@code broker.kills}, how often; {@code broker.rate},
 * messages in a second each way; {@code broker.seed} to see the same choices again.
 */
class BrokerKillE2E {
    private static final int KILLS = Integer.getInteger("broker.kills", 2);
    private static final int RATE = Integer.getInteger("broker.rate", 200);
    private static final long SEED = Long.getLong("broker.seed", System.nanoTime());
    private static final int DEVICES = 200;
    private static final int LANES = 2;
    private static final int MAX_UNACKNOWLEDGED = 500;
    /** In which the broker, cut off, deals with what has reached it. */
    private static final int SETTLE_MILLIS = 200;

    /**
     * It saves when it is told to; saving all the time would be most of what it does. With {@code max_inflight_messages 0} it would send what is
     * between PUBREL and PUBCOMP once more as PUBLISH (docs/brokers.md).
     */
    private static final String[] BROKER = {
        "persistence true", "autosave_interval 0", "max_queued_messages 0", "max_inflight_messages 1000"
    };

    private static final Duration QUIET = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final CrashLedger ledger = new CrashLedger();
    private final Semaphore unacknowledged = new Semaphore(MAX_UNACKNOWLEDGED);
    private volatile boolean loading = true;

    /** @param stores whether the gateway keeps messages on disk while the broker is away, and acknowledges them at once */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLoseNothingWhenTheBrokerIsKilled(boolean stores) throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        Path brokersOwn = Files.createDirectory(directory.resolve("broker"));
        try (MosquittoProcess broker = MosquittoProcess.start(brokersOwn, BROKER);
                SeveredProxy proxy = new SeveredProxy(broker.port());
                GatewayProcess gateway = GatewayProcess.start(directory, proxy.port(), configuration(stores))) {
            gateway.awaitBroker(LANES);
            Mqtt5AsyncClient subscriber = Applications.connect("subscriber", proxy.port());
            subscribe(subscriber);
            Mqtt5AsyncClient publisher = Applications.connect("publisher", proxy.port());
            Duration every = Duration.ofSeconds(1).multipliedBy(DEVICES).dividedBy(RATE);
            try (DeviceFleet fleet = new DeviceFleet(DEVICES, gateway.address(), ledger, every, random)) {
                await(fleet::isReady, "all devices have subscribed");
                Thread load = new Thread(() -> publishDown(publisher, fleet.devices()), "load");
                load.start();

                for (int i = 0; i < KILLS; i++) {
                    Thread.sleep(1_000 + random.nextInt(1_000));
                    kill(broker, proxy);
                }
                Thread.sleep(1_000 + random.nextInt(1_000));

                loading = false;
                load.join();
                fleet.beQuiet();
                await(fleet::isIdle, "the devices get their acknowledgements");
                awaitRest();
                System.out.printf(
                        "broker killed %d times, gateway %s store, seed %d%n%s%n%s%nlost %s%nviolations %s%n",
                        KILLS,
                        stores ? "with" : "without",
                        SEED,
                        ledger.summary("up"),
                        ledger.summary("down"),
                        missing(),
                        ledger.violations());
                assertThat(missing()).as("acknowledged and lost, seed %d", SEED).isEmpty();
                assertThat(ledger.violations()).as("seed %d", SEED).isEmpty();
                assertThat(unacknowledged.availablePermits())
                        .as("all of the application's messages are acknowledged")
                        .isEqualTo(MAX_UNACKNOWLEDGED);
                // It has been the load it says, in both directions.
                assertThat(ledger.arrivals()).isGreaterThan((long) KILLS * RATE * 2);
            } finally {
                loading = false;
                var unused = subscriber.disconnect();
                var unusedEither = publisher.disconnect();
            }
        }
    }

    private String configuration(boolean stores) {
        return """
                gateway: { shards: %d }
                sessions:
                  retry-interval: 2s
                  sleep-buffer: { messages: 100000, bytes: 64MiB }
                %s
                """.formatted(LANES, stores ? "store: { directory: " + directory.resolve("store") + " }" : "");
    }

    private void subscribe(Mqtt5AsyncClient subscriber) {
        subscriber
                .subscribeWith()
                .topicFilter("up/#")
                .qos(MqttQos.EXACTLY_ONCE)
                .callback(message -> ledger.arrivedUp(
                        message.getTopic().toString(),
                        Long.parseLong(new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8))))
                .send()
                .join();
    }

    /** The application's messages for devices; only a bounded number waits while the broker is away. */
    private void publishDown(Mqtt5AsyncClient publisher, List<FleetDevice> devices) {
        Random choice = new Random(SEED + 1);
        long next = System.nanoTime();
        try {
            while (loading) {
                if (!unacknowledged.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                    continue;
                }
                int qos = 1 + choice.nextInt(2);
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
                next = Math.max(next + TimeUnit.SECONDS.toNanos(1) / RATE, System.nanoTime());
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void kill(MosquittoProcess broker, SeveredProxy proxy) throws Exception {
        proxy.sever();
        Thread.sleep(SETTLE_MILLIS);
        broker.save();
        broker.kill();
        proxy.mend();
        Thread.sleep(random.nextInt(1_000));
        broker.restart();
    }

    private static void await(BooleanSupplier wanted, String what) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!wanted.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    /** Waits until nothing is missing and nothing comes any more, duplicates included, or nothing has come for long. */
    private void awaitRest() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long arrivals = -1;
        long quietSince = System.nanoTime();
        while (System.nanoTime() < deadline && System.nanoTime() - quietSince < QUIET.toNanos()) {
            boolean complete = missing().isEmpty() && unacknowledged.availablePermits() == MAX_UNACKNOWLEDGED;
            if (ledger.arrivals() != arrivals) {
                arrivals = ledger.arrivals();
                quietSince = System.nanoTime();
            } else if (complete && System.nanoTime() - quietSince > TimeUnit.SECONDS.toNanos(3)) {
                return;
            }
            Thread.sleep(200);
        }
    }

    private List<String> missing() {
        return ledger.missing(List.of("up/", "down/"));
    }
}
