// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.store.DurableStore;
import org.sngateway.gateway.store.StoreReader;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.transport.loop.Clocks;

/**
 * The store of the packaged gateway as power cuts at random moments would leave it, under load of kept devices, with the broker away part of the
 * time: all that was acknowledged is in every copy.
 *
 * <p>{@code -Dpower.copies} sets how many copies, {@code -Dpower.seed} repeats the choices of a run, though not its timing.
 */
@EnabledOnOs(OS.LINUX) // freezes with SIGSTOP and looks at /proc
class PowerCutE2E {
    private static final int COPIES = Integer.getInteger("power.copies", 40);
    private static final long SEED = Long.getLong("power.seed", new Random().nextLong());
    private static final int LANES = 2;
    private static final int DEVICES = 8;
    private static final int COPIES_OF_AN_OUTAGE = 5;
    private static final int MAX_SPINS = 200_000;
    private static final int MAX_PAUSE_MILLIS = 150;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final PowerCutLedger ledger = new PowerCutLedger();
    private final List<PowerCutDevice> devices = new ArrayList<>();
    private final Map<String, Integer> checked = new TreeMap<>();
    private final Set<Throwable> failures = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    @Test
    void shouldHaveEverythingThatWasAcknowledgedInEveryCopy() throws Exception {
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        int torn = 0;
        try (MosquittoProcess broker = MosquittoProcess.start(
                        Files.createDirectory(directory.resolve("broker")),
                        "max_queued_messages 0",
                        "max_inflight_messages 0");
                WatchingProxy proxy = new WatchingProxy(broker.port(), ledger::acknowledgedToBroker);
                GatewayProcess gateway = GatewayProcess.start(directory, proxy.port(), configuration())) {
            try {
                gateway.awaitBroker(LANES);
                startDevices(gateway);
                start("load", () -> publishDown(broker.port()));
                for (int i = 1; i <= COPIES; i++) {
                    if (i % COPIES_OF_AN_OUTAGE == 0) {
                        toggle(broker);
                    }
                    if (copyAndCheck(gateway, directory.resolve("copy-" + i), i)) {
                        torn++;
                    }
                }
            } finally {
                ended = true;
                devices.forEach(PowerCutDevice::end);
            }
        }
        System.out.printf("power cuts: %d copies, %d torn, seed %d, checked %s%n", COPIES, torn, SEED, checked);
        assertThat(failures).isEmpty();
        assertThat(torn).as("copies with something lost or torn").isPositive();
        assertThat(checked.keySet())
                .containsExactlyInAnyOrder(
                        "delivery", "exchange", "session", "subscription", "topic-id", "uplink", "will");
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

    private void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((any, failure) -> {
            if (!ended) {
                failures.add(failure);
            }
        });
        thread.start();
    }

    private void startDevices(GatewayProcess gateway) throws IOException, InterruptedException {
        for (int i = 0; i < DEVICES; i++) {
            PowerCutDevice device = new PowerCutDevice("dev-" + i, gateway.address(), ledger, random.nextLong());
            devices.add(device);
            start("dev-" + i, device);
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!devices.stream().allMatch(PowerCutDevice::isReady)) {
            assertThat(failures).isEmpty();
            assertThat(System.nanoTime()).as("devices subscribe in time").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    /** What is lost with the broker does not matter: the proxy tells what the gateway has taken. */
    private void publishDown(int brokerPort) {
        Mqtt5AsyncClient application = MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(brokerPort)
                .automaticReconnect()
                .initialDelay(50, TimeUnit.MILLISECONDS)
                .maxDelay(200, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
        application.connect().join();
        Random choice = new Random(SEED + 1);
        try {
            for (int i = 0; !ended; i++) {
                if (application.getState().isConnected()) {
                    var unused = application
                            .publishWith()
                            .topic(devices.get(choice.nextInt(DEVICES)).topic())
                            .qos(MqttQos.fromCode(1 + i % 2))
                            .payload(("down " + i).getBytes(StandardCharsets.UTF_8))
                            .send();
                }
                Thread.sleep(choice.nextInt(8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void toggle(MosquittoProcess broker) throws IOException {
        if (broker.isRunning()) {
            broker.kill();
            ledger.brokerIsAway();
        } else {
            ledger.brokerComesBack();
            broker.restart();
        }
    }

    /** Whether the power cut has cost anything. */
    private boolean copyAndCheck(GatewayProcess gateway, Path copy, int number) throws Exception {
        Thread.sleep(random.nextInt(MAX_PAUSE_MILLIS));
        for (int spins = random.nextInt(MAX_SPINS); spins > 0; spins--) {
            Thread.onSpinWait();
        }
        Path original = directory.resolve("store");
        Files.createDirectory(copy);
        Set<String> promised = ledger.facts();
        gateway.process().freeze();
        promised.retainAll(ledger.facts());
        for (String name : List.of("gateway.db", "gateway.db-wal", "gateway.db-shm")) {
            Files.copy(original.resolve(name), copy.resolve(name));
        }
        gateway.process().thaw();
        boolean torn = PowerCut.in(copy, random);
        Set<String> found = read(copy);
        Set<String> lost = new HashSet<>(promised);
        lost.removeAll(found);
        assertThat(lost).as("lost in copy %d, seed %d", number, SEED).isEmpty();
        promised.forEach(fact -> checked.merge(fact.substring(0, fact.indexOf(' ')), 1, Integer::sum));
        delete(copy);
        return torn;
    }

    private static Set<String> read(Path copy) throws IOException {
        Set<String> found = new HashSet<>();
        // As the gateway does when it starts.
        try (DurableStore store =
                DurableStore.open(copy, GatewayConfig.defaults().store(), Clocks.wall(), Clocks.monotonic())) {
            store.load(device -> PowerCutLedger.read(device, found), placement -> {});
        }
        try (StoreReader reader = StoreReader.open(copy)) {
            reader.journal(entry -> PowerCutLedger.read(entry, found));
            assertThat(reader.findings()).isEmpty();
        }
        try (Stream<Path> files = Files.list(copy)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.contains("corrupt"));
        }
        return found;
    }

    private static void delete(Path copy) throws IOException {
        try (Stream<Path> files = Files.list(copy)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(copy);
    }
}
