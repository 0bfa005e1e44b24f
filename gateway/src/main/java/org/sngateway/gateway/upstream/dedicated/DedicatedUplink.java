// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.PublishStats;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.PublishQueue;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/** One shard's devices, each with a connection of its own, and the shard's connection beside them. */
final class DedicatedUplink implements Uplink {
    /**
     * What the shards share.
     *
     * @param ownClientIds of the gateway's own connections
     * @param connectsPerSecond of one shard
     */
    record Shared(
            BrokerConnection.Factory connections,
            DedicatedSettings settings,
            Set<String> ownClientIds,
            QueueBudget budget,
            ClosingConnections closings,
            double connectsPerSecond,
            GatewayCounters counters) {}

    private final OwnerLoop loop;
    private final Shared shared;
    private final PublishQueue.Limits limits;
    private final GatewayConnection own;
    /** One for all connections of the shard: there are as many as devices. */
    private final PublishStats publishStats;

    private final ConnectTurns turns;
    private final Set<DeviceConnection> open = new HashSet<>();
    private LossBurst losses;
    private boolean closing;

    /**
     * @param shard whose uplink it is
     * @param ownClientId of its own connection
     */
    DedicatedUplink(int shard, String ownClientId, OwnerLoop loop, Shared shared) {
        this.loop = loop;
        this.shared = shared;
        DedicatedSettings settings = shared.settings();
        this.limits = new PublishQueue.Limits(
                settings.maxInFlight(), settings.maxQueued(), settings.maxQueuedOctets(), settings.keepsQos0());
        this.publishStats = shared.counters().publishStats.register("devices");
        this.own = new GatewayConnection(
                shard, ownClientId, loop, shared.connections(), limits, shared.counters(), publishStats);
        this.turns = new ConnectTurns(loop, shared.connectsPerSecond());
        this.losses = new LossBurst(loop.nanoTime());
    }

    void open() {
        loop.assertOwner();
        own.open();
    }

    @Override
    public DeviceUplink forDevice(Subscriber device) {
        return new DedicatedDevice(device, this);
    }

    @Override
    public void publishWithoutSession(UpstreamMessage message) {
        loop.assertOwner();
        own.publish(message, outcome -> {});
    }

    @Override
    public boolean isConnected() {
        return own.isConnected();
    }

    // ---- what its devices share

    /** Since when the shard's own connection has been up; null while it is not. */
    @Nullable
    Long connectedSinceNanos() {
        return own.connectedSinceNanos();
    }

    /** Whether a device calls itself as one of the gateway's own connections does, which it would take over. */
    boolean isOwnClientId(String device) {
        return shared.ownClientIds().contains(shared.settings().clientIdOf().apply(device));
    }

    BrokerConnection.Factory connections() {
        return shared.connections();
    }

    DedicatedSettings settings() {
        return shared.settings();
    }

    PublishQueue.Limits limits() {
        return limits;
    }

    QueueBudget budget() {
        return shared.budget();
    }

    GatewayCounters counters() {
        return shared.counters();
    }

    PublishStats publishStats() {
        return publishStats;
    }

    ConnectTurns turns() {
        return turns;
    }

    /** Counts a message that is not taken. */
    void countRefused(UpstreamMessage message) {
        (message.qos() == Qos.AT_MOST_ONCE ? shared.counters().upstreamDropped : shared.counters().upstreamCongested)
                .increment();
    }

    void onOpening(DeviceConnection connection) {
        open.add(connection);
    }

    /** @param closed when the broker can be asked for this client id again */
    void onLeaving(String clientId, CompletionStage<Void> closed) {
        shared.closings().add(clientId, closed);
    }

    void onClosing(DeviceConnection connection) {
        open.remove(connection);
    }

    /** The connections that are lost at about this time. */
    LossBurst lossesAt(long nowNanos) {
        if (losses.isOver(nowNanos)) {
            losses = new LossBurst(nowNanos);
        }
        return losses;
    }

    /** How many connections of devices there are, lost ones included. */
    int connectionCount() {
        return open.size();
    }

    /** The end of this device's last connection, or null when there is nothing to wait for. */
    @Nullable
    CompletionStage<Void> closingOf(String clientId) {
        return shared.closings().of(clientId);
    }

    // ---- end

    boolean isClosing() {
        return closing;
    }

    /**
     * Waits, within limits, for what the broker has not acknowledged. No will is published: the devices are not lost, they will connect
     * to this gateway or another one soon.
     */
    CompletionStage<Void> close() {
        loop.assertOwner();
        closing = true;
        Stream<CompletionStage<Void>> devices = List.copyOf(open).stream()
                .map(connection -> connection.close(
                        connection.beganSession()
                                ? BrokerConnection.End.END_SESSION
                                : BrokerConnection.End.KEEP_SESSION));
        return CompletableFuture.allOf(Stream.concat(devices, Stream.of(own.close(DeviceConnection.DRAIN_PATIENCE)))
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new));
    }
}
