// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.upstream.pool.ModelBroker;
import org.sngateway.testsupport.ManualLoop;

/**
 * Fifty devices behind the gateway's pool get what they would get with an MQTT connection of their own: random histories, told by their
 * seeds, before a broker in memory that delays every connection by other random times. {@code -Dsn.histories=5000} runs that many,
 * {@code -Dsn.seed=7} begins with that seed.
 */
class OracleTest {
    static final int DEVICES = 50;
    static final int STEPS = 12;
    static final String CONFIG = """
            upstream: { retained-quiet-time: 200ms, max-lanes: 16, max-filters-per-subscribe: 20 }
            sessions: { retry-interval: 1s, retry-count: 100, sleep-buffer: { messages: 1000, bytes: 1MiB } }
            """;

    private static final int MAX_DELAY_MILLIS = 40;

    @TempDir
    private Path directory;

    @Test
    void shouldGiveEveryDeviceWhatPlainMqttGivesIt() throws Exception {
        run(1, 60, 0);
    }

    @Test
    void shouldGiveEveryDeviceWhatPlainMqttGivesItWhenDatagramsAreLost() throws Exception {
        run(1_000_001, 40, 10);
    }

    private void run(long first, int defaultCount, int lossPercent) throws Exception {
        GatewayConfig config = config(directory, CONFIG);
        long begin = Long.getLong("sn.seed", first);
        int count = Integer.getInteger("sn.histories", defaultCount);
        for (long seed = begin; seed < begin + count; seed++) {
            run(seed, config, lossPercent);
        }
    }

    private static void run(long seed, GatewayConfig config, int lossPercent) {
        Random random = new Random(seed);
        ModelBroker plainBroker = new ModelBroker(random, MAX_DELAY_MILLIS);
        plainBroker.oneCopy = true;
        ManualLoop plainLoop = new ManualLoop();
        try (World gateway = new ModelGatewayWorld(
                        DEVICES, 2, config, new ModelBroker(random, MAX_DELAY_MILLIS), random, lossPercent);
                World plain = new PlainWorld("plain", DEVICES, plainBroker, plainLoop, settling(plainLoop))) {
            new History(random, DEVICES, STEPS, List.of(gateway, plain)).run();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("seed " + seed + ", losing " + lossPercent + " % of the datagrams", failure);
        }
    }

    private static PlainWorld.Settling settling(ManualLoop loop) {
        return new PlainWorld.Settling() {
            @Override
            public void await(BooleanSupplier isDone, BooleanSupplier isRight) {
                do {
                    loop.advance(Duration.ofSeconds(1));
                } while (!isDone.getAsBoolean());
            }

            @Override
            public void run(Runnable action) {
                loop.run(action);
            }
        };
    }

    static GatewayConfig config(Path directory, String yaml) throws Exception {
        Path file = directory.resolve("sn-gateway.yaml");
        try {
            return ConfigReader.read(Files.writeString(file, yaml));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
