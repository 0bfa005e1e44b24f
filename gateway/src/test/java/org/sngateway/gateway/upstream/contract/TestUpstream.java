// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.Upstream;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.gateway.upstream.dedicated.DedicatedSettings;
import org.sngateway.gateway.upstream.dedicated.DedicatedUpstream;
import org.sngateway.gateway.upstream.hivemq.HivemqConnectionFactory;
import org.sngateway.gateway.upstream.pool.PooledUpstream;
import org.sngateway.transport.loop.EventLoopOwnerLoop;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoops;

/** An upstream as a gateway with two shards has it, and the loops it lives on. */
final class TestUpstream implements AutoCloseable {
    static final int PATIENCE_SECONDS = 30;
    private static final int SHARDS = 2;
    /** Longer than a busy machine takes between two retained messages. */
    private static final String QUIET_TIME = "500ms";

    private final OwnerLoops loops = OwnerLoops.start(SHARDS);
    private final GatewayCounters counters = new GatewayCounters();
    private final Upstream upstream;
    private boolean closed;

    private TestUpstream(Variant variant, GatewayConfig config) {
        HivemqConnectionFactory connections =
                new HivemqConnectionFactory(config.upstream(), loop -> ((EventLoopOwnerLoop) loop).group(), counters);
        String name = config.gateway().name();
        upstream = variant.isPooled()
                ? new PooledUpstream(loops.loops(), connections, config.upstream(), name, counters)
                : new DedicatedUpstream(
                        loops.loops(),
                        connections,
                        DedicatedSettings.of(name, config.upstream(), config.sessions()),
                        counters);
    }

    /**
     * Opens one and waits until every shard is connected.
     *
     * @param name what its client ids begin with, another for each at a broker
     * @param directory for its configuration
     */
    static TestUpstream open(Variant variant, int port, String name, Path directory) throws Exception {
        TestUpstream opened = new TestUpstream(variant, config(variant, port, name, directory));
        opened.upstream.open();
        opened.awaitConnected();
        return opened;
    }

    private static GatewayConfig config(Variant variant, int port, String name, Path directory)
            throws IOException, InvalidConfigException {
        Path file = Files.writeString(directory.resolve("contract.yaml"), """
                gateway: { name: %s }
                upstream:
                  servers: ["mqtt://127.0.0.1:%d"]
                  mode: %s
                  version: %s
                  max-qos: %d
                  reconnect-min: 100ms
                  reconnect-max: 400ms
                  retained-quiet-time: %s
                """.formatted(
                        name,
                        port,
                        variant.isPooled() ? "pooled" : "per-device",
                        variant.isMqtt5() ? "5" : "3",
                        variant.maxQos(),
                        QUIET_TIME));
        return ConfigReader.read(file);
    }

    /** Waits until every shard can reach the broker. */
    void awaitConnected() {
        for (int shard = 0; shard < SHARDS; shard++) {
            await(connected(shard));
        }
    }

    private CompletableFuture<Void> connected(int shard) {
        CompletableFuture<Void> connected = new CompletableFuture<>();
        OwnerLoop loop = loop(shard);
        loop.execute(() -> lookAgain(shard, loop, connected));
        return connected;
    }

    private void lookAgain(int shard, OwnerLoop loop, CompletableFuture<Void> connected) {
        if (uplink(shard).isConnected()) {
            connected.complete(null);
        } else if (!connected.isDone()) {
            loop.after(Duration.ofMillis(20), () -> lookAgain(shard, loop, connected));
        }
    }

    GatewayCounters counters() {
        return counters;
    }

    OwnerLoop loop(int shard) {
        return loops.loops().get(shard);
    }

    Uplink uplink(int shard) {
        return upstream.uplink(shard);
    }

    /** A device of one of the shards, not connected yet. */
    TestDevice device(int shard, String clientId) {
        return new TestDevice(loop(shard), uplink(shard), clientId);
    }

    void publishWithoutSession(UpstreamMessage message) {
        loop(0).execute(() -> uplink(0).publishWithoutSession(message));
    }

    /** Closes the upstream, and keeps the loops. */
    void closeUpstream() {
        if (!closed) {
            closed = true;
            await(upstream.close().toCompletableFuture());
        }
    }

    static <T> T await(CompletableFuture<T> answer) {
        return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** What {@code call} returns on {@code loop}. */
    static <T> T on(OwnerLoop loop, Supplier<T> call) {
        return await(CompletableFuture.supplyAsync(call, loop));
    }

    @Override
    public void close() {
        closeUpstream();
        loops.close();
        assertThat(loops.loops().stream()
                        .mapToLong(EventLoopOwnerLoop::failedTasks)
                        .sum())
                .as("tasks that threw")
                .isZero();
    }
}
