// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.hivemq.HivemqConnectionFactory;
import org.sngateway.testsupport.MosquittoProcess;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/**
 * As {@link OracleTest}, with sockets: devices over UDP, a whole gateway and a Mosquitto on one side, MQTT clients and another Mosquitto
 * on the other. A few histories unless {@code -Dsn.histories=100} asks for more.
 */
class OracleIT {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int DEFAULT_HISTORIES = 6;

    @TempDir
    private Path directory;

    @BeforeEach
    void needMosquitto() {
        assumeTrue(MosquittoProcess.isInstalled(), "Mosquitto is not installed");
    }

    @Test
    void shouldGiveEveryDeviceWhatPlainMqttGivesIt() throws Exception {
        long begin = Long.getLong("sn.seed", 1);
        int count = Integer.getInteger("sn.histories", DEFAULT_HISTORIES);
        for (long seed = begin; seed < begin + count; seed++) {
            try {
                run(seed);
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    private void run(long seed) throws Exception {
        try (MosquittoProcess gatewaysBroker = MosquittoProcess.start(newDirectory(), "max_queued_messages 0");
                MosquittoProcess plainBroker = MosquittoProcess.start(newDirectory(), "max_queued_messages 0");
                OwnerLoops loops = OwnerLoops.start(1);
                World gateway = new UdpGatewayWorld(OracleTest.DEVICES, config(gatewaysBroker.port()));
                World plain = plain(config(plainBroker.port()), loops.loops().get(0))) {
            new History(new Random(seed), OracleTest.DEVICES, OracleTest.STEPS, List.of(gateway, plain)).run();
        }
    }

    private Path newDirectory() throws Exception {
        return Files.createTempDirectory(directory, "broker");
    }

    private GatewayConfig config(int brokerPort) throws Exception {
        return OracleTest.config(directory, """
                gateway: { shards: 2 }
                admin: { bind: off }
                listeners: [{ type: udp, bind: "127.0.0.1:0" }]
                upstream: { servers: ["mqtt://127.0.0.1:%d"], retained-quiet-time: 100ms, status-topic: off }
                sessions: { sleep-buffer: { messages: 1000, bytes: 1MiB } }
                """.formatted(brokerPort));
    }

    private static World plain(GatewayConfig config, EventLoopOwnerLoop loop) {
        return new PlainWorld(
                "plain",
                OracleTest.DEVICES,
                new HivemqConnectionFactory(
                        config.upstream(), each -> ((EventLoopOwnerLoop) each).group(), new GatewayCounters()),
                loop,
                settling(loop));
    }

    private static PlainWorld.Settling settling(EventLoopOwnerLoop loop) {
        return new PlainWorld.Settling() {
            @Override
            public void await(BooleanSupplier isDone, BooleanSupplier isRight) {
                long begin = System.nanoTime();
                boolean done = false;
                while (!done && System.nanoTime() - begin < PATIENCE.toNanos()) {
                    boolean[] answered = new boolean[1];
                    run(() -> answered[0] = isDone.getAsBoolean());
                    done = answered[0] && isRight.getAsBoolean();
                }
            }

            @Override
            public void run(Runnable action) {
                CompletableFuture.runAsync(action, loop)
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join();
            }
        };
    }
}
