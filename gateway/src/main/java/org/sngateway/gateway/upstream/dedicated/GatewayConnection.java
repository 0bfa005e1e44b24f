// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.gateway.observe.ConnectionStatus;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.observe.PublishStats;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishQueue;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * A shard's own connection: for what is published without a session, and to know whether the broker can be reached while no device
 * is there.
 */
final class GatewayConnection implements BrokerConnection.Listener {
    private static final Logger log = LoggerFactory.getLogger(GatewayConnection.class);

    private final OwnerLoop loop;
    private final String clientId;
    private final BrokerConnection connection;
    private final ConnectionStatus status;
    private final PublishQueue publishes;
    private boolean connected;
    private long connectedNanos;

    private boolean closing;
    private OwnerLoop.@Nullable Timer patienceEnd;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** @param shard whose it is */
    GatewayConnection(
            int shard,
            String clientId,
            OwnerLoop loop,
            BrokerConnection.Factory connections,
            PublishQueue.Limits limits,
            GatewayCounters counters,
            PublishStats publishStats) {
        this.loop = loop;
        this.clientId = clientId;
        this.status = counters.connections.register("gateway-" + shard);
        this.connection = connections.create(
                new BrokerConnection.Spec(clientId, new BrokerConnection.Identity.OfGateway(), true, false, null),
                loop,
                this);
        this.publishes = new PublishQueue(loop, connection, limits, counters, publishStats);
    }

    void open() {
        loop.assertOwner();
        if (!closing) {
            connection.open();
        }
    }

    boolean isConnected() {
        return connected && !closing;
    }

    /** Since when it has been up; null while it is not. */
    @Nullable
    Long connectedSinceNanos() {
        return connected ? connectedNanos : null;
    }

    void publish(UpstreamMessage message, PublishListener listener) {
        publishes.publish(message, outcome -> {
            listener.onPublished(outcome);
            closeWhenDrained();
        });
    }

    @Override
    public void onConnected(BrokerOffer offer) {
        connected = true;
        connectedNanos = loop.nanoTime();
        status.connected(connectedNanos);
        log.atInfo()
                .addKeyValue("client", clientId)
                .addKeyValue("send-maximum", offer.sendMaximum())
                .log("connected to the broker");
        publishes.onConnected(offer);
    }

    @Override
    public void onDisconnected(Disconnection disconnection) {
        connected = false;
        status.disconnected(loop.nanoTime(), disconnection.reason());
        publishes.onDisconnected();
        closeWhenDrained();
    }

    /** It subscribes to nothing. */
    @Override
    public void onMessage(BrokerMessage message) {
        message.acknowledge().run();
    }

    /** Disconnects as soon as what is under way is acknowledged, but within {@code patience}. */
    CompletionStage<Void> close(Duration patience) {
        loop.assertOwner();
        if (!closing) {
            closing = true;
            patienceEnd = loop.after(patience, this::closeNow);
            closeWhenDrained();
        }
        return closed;
    }

    private void closeWhenDrained() {
        if (closing && (!connected || publishes.isIdle())) {
            closeNow();
        }
    }

    /** Once. */
    private void closeNow() {
        if (patienceEnd != null) {
            patienceEnd.cancel();
            patienceEnd = null;
            publishes.close();
            var unused = connection.close(BrokerConnection.End.END_SESSION).thenRun(() -> closed.complete(null));
        }
    }
}
