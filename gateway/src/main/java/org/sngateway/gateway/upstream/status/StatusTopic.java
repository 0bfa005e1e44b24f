// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Says at the broker, in a retained message, that the gateway is there and how it is doing; that it is gone it says itself when it stops,
 * and else the broker, as a will.
 *
 * <p>It has a connection of its own: those that carry devices' messages keep their sessions at the broker, where a will is published late or
 * not at all, and none of them stands for the gateway. Nothing depends on it, so that it counts neither for readiness nor in the metrics.
 * Opened and closed from any thread, else confined to its loop.
 */
public final class StatusTopic implements BrokerConnection.Listener {
    /** How long closing waits for the broker to take the last message. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(StatusTopic.class);

    private final String topic;
    private final String version;
    private final Instant since;
    private final Duration interval;
    private final Supplier<Map<String, Long>> counts;
    private final OwnerLoop loop;
    private final BrokerConnection connection;

    private OwnerLoop.@Nullable Timer next;
    private boolean connected;
    /** What the broker has acknowledged on this connection; null when nothing. */
    private @Nullable String known;

    private boolean underWay;
    private boolean refusalTold;
    private @Nullable CompletableFuture<Void> closed;
    private boolean ended;

    /**
     * A topic that nothing is published to yet.
     *
     * @param topic as it stands at the broker
     * @param clientId of the connection
     * @param version of the gateway, of characters that JSON takes as they are
     * @param since when the gateway was started
     * @param interval how often to look whether there is something new to say
     * @param counts what there is to say, by names that JSON takes as they are; called on the loop, and fast
     */
    public StatusTopic(
            String topic,
            String clientId,
            String version,
            Instant since,
            Duration interval,
            Supplier<Map<String, Long>> counts,
            OwnerLoop loop,
            BrokerConnection.Factory connections) {
        this.topic = topic;
        this.version = version;
        this.since = since;
        this.interval = interval;
        this.counts = counts;
        this.loop = loop;
        this.connection = connections.create(
                new BrokerConnection.Spec(
                        clientId, new BrokerConnection.Identity.OfGateway(), true, false, message(offline())),
                loop,
                this);
    }

    /** Of the connection of the gateway with this name. */
    public static String clientId(String gatewayName) {
        return gatewayName + "-status";
    }

    private UpstreamMessage message(String json) {
        return new UpstreamMessage(topic, Payload.utf8(json), Qos.AT_LEAST_ONCE, true);
    }

    private String offline() {
        return "{\"status\":\"offline\",\"version\":\"" + version + "\"}";
    }

    private String online() {
        return counts.get().entrySet().stream()
                .map(count -> ",\"" + count.getKey() + "\":" + count.getValue())
                .collect(Collectors.joining(
                        "", "{\"status\":\"online\",\"version\":\"" + version + "\",\"since\":\"" + since + "\"", "}"));
    }

    /** Starts to connect, and goes on trying until closed. */
    public void open() {
        loop.execute(() -> {
            if (closed == null) {
                connection.open();
            }
        });
    }

    @Override
    public void onConnected(BrokerOffer offer) {
        connected = true;
        known = null;
        underWay = false;
        log.atDebug().addKeyValue("topic", topic).log("the status topic is served");
        tell();
    }

    @Override
    public void onDisconnected(Disconnection disconnection) {
        connected = false;
        stopTelling();
        CompletableFuture<Void> waiting = closed;
        if (waiting != null) {
            end(waiting);
        }
    }

    /** It subscribes to nothing. */
    @Override
    public void onMessage(BrokerMessage message) {
        message.acknowledge().run();
    }

    private void tell() {
        next = loop.after(interval, this::tell);
        String now = online();
        if (!underWay && !now.equals(known)) {
            underWay = true;
            connection.publish(message(now), outcome -> {
                underWay = false;
                if (outcome == PublishOutcome.ACCEPTED) {
                    known = now;
                } else if (outcome == PublishOutcome.REFUSED) {
                    onRefused();
                }
            });
        }
    }

    /** It will be no different the next time, as long as the connection lasts. */
    private void onRefused() {
        stopTelling();
        if (!refusalTold) {
            refusalTold = true;
            log.atWarn().addKeyValue("topic", topic).log("the broker refuses the status topic (upstream.status-topic)");
        }
    }

    private void stopTelling() {
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    /** Says that the gateway is gone, and disconnects; without waiting long for a broker that does not answer. The stage never fails. */
    public CompletionStage<Void> close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> close(done));
        return done;
    }

    private void close(CompletableFuture<Void> done) {
        closed = done;
        stopTelling();
        if (connected) {
            loop.after(PATIENCE, () -> end(done));
            connection.publish(message(offline()), outcome -> end(done));
        } else {
            end(done);
        }
    }

    private void end(CompletableFuture<Void> done) {
        if (!ended) {
            ended = true;
            var unused = connection.close(BrokerConnection.End.END_SESSION).thenRun(() -> done.complete(null));
        }
    }
}
