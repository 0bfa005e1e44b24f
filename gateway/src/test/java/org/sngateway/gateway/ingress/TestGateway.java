// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.gateway.config.ConfigReader;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.session.BufferBudget;
import org.sngateway.gateway.session.Session;
import org.sngateway.gateway.session.SessionSettings;
import org.sngateway.gateway.store.FakeStore;
import org.sngateway.gateway.upstream.FakeUplink;
import org.sngateway.gateway.upstream.SessionKeeper;
import org.sngateway.testsupport.FakeTransport;
import org.sngateway.testsupport.LockstepDevice;
import org.sngateway.testsupport.ManualLoop;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.Transport;
import org.sngateway.transport.forwarder.ForwarderTransport;

/**
 * The gateway between its network and its broker, both played by the test, in virtual time. Whatever a device sends or the broker
 * answers is worked off before the call returns, on all shards, unless the test holds them.
 */
public final class TestGateway {
    /** What the clock of the wall says at the start; it runs with the first loop. */
    public static final Instant START = Instant.EPOCH.plusSeconds(1_000_000);

    private static final Map<String, GatewayConfig> CONFIGS = new ConcurrentHashMap<>();

    private final List<ManualLoop> loops;
    private final List<FakeUplink> uplinks;
    private final List<Shard> shards;
    private final FakeTransport transport;
    private final ClientDirectory directory;
    private final GatewayCounters counters = new GatewayCounters();
    private final BufferBudget budget;
    private boolean held;

    private TestGateway(
            int shardCount,
            GatewayConfig config,
            FakeTransport transport,
            SessionKeeper keeper,
            @Nullable FakeStore store,
            Instant timeOfDay) {
        this.transport = transport;
        directory = new ClientDirectory(config.sessions().max());
        loops = IntStream.range(0, shardCount).mapToObj(i -> new ManualLoop()).toList();
        uplinks = loops.stream().map(FakeUplink::new).toList();
        budget = new BufferBudget(config.sessions().sleepBufferTotalOctets());
        SessionSettings settings = new SessionSettings(
                config,
                counters,
                budget,
                keeper,
                store,
                () -> timeOfDay.plus(loops.get(0).elapsed()));
        Transport listener = new ForwarderTransport(transport);
        shards = new ArrayList<>();
        for (int i = 0; i < shardCount; i++) {
            loops.get(i).setOwner(false);
            shards.add(new Shard(loops.get(i), uplinks.get(i), List.of(listener), directory, settings));
        }
        List<Transport.Port> ports = new ArrayList<>();
        for (int i = 0; i < shardCount; i++) {
            ports.add(new Transport.Port(loops.get(i), shards.get(i)));
        }
        listener.open(ports).toCompletableFuture().join();
    }

    /** One shard, every setting at its default. */
    public static TestGateway start() {
        return start("");
    }

    /** One shard, with this configuration file. */
    public static TestGateway start(String yaml) {
        return start(1, yaml);
    }

    public static TestGateway start(int shards, String yaml) {
        return new TestGateway(shards, config(yaml), new FakeTransport(), SessionKeeper.GATEWAY, null, START);
    }

    /** One shard, where the broker keeps the sessions of devices that are away. */
    public static TestGateway withSessionsAtBroker(String yaml) {
        return new TestGateway(1, config(yaml), new FakeTransport(), SessionKeeper.BROKER, null, START);
    }

    /** One shard behind a network with frames of this size. */
    public static TestGateway withFramesOf(int maxFrameOctets, String yaml) {
        return new TestGateway(
                1, config(yaml), new FakeTransport(0, maxFrameOctets), SessionKeeper.GATEWAY, null, START);
    }

    /** One shard with this store, and with the sessions that are in it: as after a restart. */
    public static TestGateway withStore(FakeStore store, String yaml) {
        return withStore(store, yaml, START);
    }

    /** The same, with a clock of the wall that says this. */
    public static TestGateway withStore(FakeStore store, String yaml, Instant timeOfDay) {
        TestGateway gateway = restored(store, 1, yaml, timeOfDay);
        gateway.listen();
        return gateway;
    }

    /** With the sessions that are in this store, spread over the shards, before its listeners are open. */
    public static TestGateway restored(FakeStore store, int shards, String yaml, Instant timeOfDay) {
        TestGateway gateway =
                new TestGateway(shards, config(yaml), new FakeTransport(), SessionKeeper.GATEWAY, store, timeOfDay);
        store.attach(gateway.loop());
        RestoredSessions sessions = new RestoredSessions(config(yaml).listeners());
        store.load(sessions::add, placement -> {});
        CompletableFuture<Void> done = sessions.restore(gateway.shards);
        gateway.settle();
        done.join();
        return gateway;
    }

    /** The listeners are open. */
    public void listen() {
        shards.forEach(shard -> ((ManualLoop) shard.loop()).run(shard::onListening));
        settle();
    }

    private static GatewayConfig config(String yaml) {
        return CONFIGS.computeIfAbsent(yaml, TestGateway::read);
    }

    private static GatewayConfig read(String yaml) {
        try {
            Path file = Files.createTempFile("sn-gateway", ".yaml");
            try {
                Files.writeString(file, yaml);
                return ConfigReader.read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InvalidConfigException failure) {
            throw new IllegalArgumentException(failure);
        }
    }

    // ---- devices

    /** Makes the listener a line on which messages take this long for each octet. */
    public void slowDown(long nanosPerOctet) {
        transport.slowDown(nanosPerOctet);
    }

    /** The device at address {@code number}, whose frames arrive on shard 0. */
    public LockstepDevice device(int number) {
        return device(number, 0);
    }

    /** The device at address {@code number}, whose frames arrive on {@code shard}. */
    public LockstepDevice device(int number, int shard) {
        return device(transport.address(number), shard);
    }

    /** The device at {@code address}, whose frames arrive on {@code shard}. */
    public LockstepDevice device(DeviceAddress address, int shard) {
        transport.attach(address, shard);
        return new LockstepDevice(transport, address, task -> {
            loops.get(shard).run(task);
            settle();
        });
    }

    /** A message reaches shard 0 past the codec, which would not let it through. */
    public void receiveUndecoded(LockstepDevice from, SnMessage message) {
        loops.get(0).run(() -> shards.get(0).onFrame(from.address(), new DecodeResult.Decoded(message)));
        settle();
    }

    // ---- the broker

    public FakeUplink uplink() {
        return uplinks.get(0);
    }

    public FakeUplink uplink(int shard) {
        return uplinks.get(shard);
    }

    // ---- time and threads

    /** Lets time pass on every shard. */
    public void advance(Duration duration) {
        settle();
        loops.forEach(loop -> loop.advance(duration));
        settle();
    }

    /** From now on what one shard posts to another waits for {@link #settle(int)}. */
    public void hold() {
        held = true;
    }

    /** Works off what has been posted to {@code shard}. */
    public void settle(int shard) {
        loops.get(shard).runPending();
    }

    /** Works off all that waits, and holds nothing any more. */
    public void release() {
        held = false;
        settle();
    }

    private void settle() {
        while (!held && loops.stream().anyMatch(loop -> loop.pendingTasks() > 0)) {
            loops.forEach(ManualLoop::runPending);
        }
    }

    public ManualLoop loop() {
        return loops.get(0);
    }

    // ---- operators

    /** The sessions as operators see them; to be asked by {@link #whileTurning}. */
    public SessionSurvey survey() {
        return new SessionSurvey(directory, loop()::nanoTime);
    }

    /** What a thread that waits for loops gets to know. */
    public <T> T whileTurning(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread asker = new Thread(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception failure) {
                answer.completeExceptionally(failure);
            }
        });
        asker.start();
        while (!answer.isDone()) {
            loops.forEach(ManualLoop::runPending);
            Thread.onSpinWait();
        }
        return answer.join();
    }

    // ---- what the gateway knows

    public GatewayCounters counters() {
        return counters;
    }

    /** What waits for all devices together. */
    public BufferBudget budget() {
        return budget;
    }

    /** How many sessions there are. */
    public int sessions() {
        return directory.size();
    }

    /** Octets that wait for all devices. */
    public long bufferedOctets() {
        return budget.usedOctets();
    }

    /** The session of a client id, which there is. */
    /** The store can be written again. */
    public void storeWorks() {
        shards.forEach(shard -> ((ManualLoop) shard.loop()).run(shard::onStoreWorks));
    }

    public boolean hasSession(String clientId) {
        return directory.find(clientId) != null;
    }

    public Session session(String clientId) {
        return Objects.requireNonNull(directory.find(clientId), clientId);
    }

    public Shard shard(int number) {
        return shards.get(number);
    }
}
