// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5MessageException;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientReconnector;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckRestrictions;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import io.reactivex.schedulers.Schedulers;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerTopics;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One MQTT 5 connection of the HiveMQ client, pinned to its loop: the client's channel lives there, and its results are passed on
 * without a change of thread. One global message flow is registered before connecting, so that no message meets a client without
 * one. The first connection of the process begins a new session at the broker, later ones resume it.
 *
 * <p>The client's reconnector is told to wait for an address, which this class provides when the back-off has passed and a name has
 * been resolved. Names are resolved on a thread of the common pool, since Netty's resolver would block the loop.
 */
final class HivemqConnection implements BrokerConnection {
    /** Topic names checked and encoded before; cleared when full. */
    private static final int TOPIC_CACHE = 10_000;

    /**
     * Messages the broker may send ahead of our acknowledgements: the protocol's maximum, so that a broker's own, smaller limit counts.
     * Mosquitto 2.0 takes a smaller one of ours for its limit and then sends more, which the client must answer by disconnecting.
     */
    private static final int RECEIVE_MAXIMUM = 65_535;

    /** The broker drops what is larger. No message that fits a frame of MQTT-SN, at most 65535 octets, is. */
    private static final int MAX_PACKET_OCTETS = 256 * 1024;

    private static final Logger log = LoggerFactory.getLogger(HivemqConnection.class);

    private final UpstreamConfig config;
    private final String clientId;
    private final @Nullable Mqtt5SimpleAuth credentials;
    private final OwnerLoop loop;
    private final Listener listener;
    private final Executor eventLoopGroup;
    private final Map<String, MqttTopic> topics = new HashMap<>();

    private @Nullable Mqtt5AsyncClient client;
    private boolean sessionBegun;
    private boolean closing;
    /** What the broker takes on this connection; null while there is none. */
    private @Nullable Mqtt5ConnAckRestrictions restrictions;

    // of the attempts to connect
    private int server;
    /** Since there was a connection that lasted. */
    private int failures;

    private long connectedAtNanos;
    /** The address for the next attempt, while it is waited for. */
    private @Nullable CompletableFuture<InetSocketAddress> nextAddress;

    HivemqConnection(
            UpstreamConfig config,
            String clientId,
            @Nullable Mqtt5SimpleAuth credentials,
            OwnerLoop loop,
            Executor eventLoopGroup,
            Listener listener) {
        this.config = config;
        this.clientId = clientId;
        this.credentials = credentials;
        this.loop = loop;
        this.eventLoopGroup = eventLoopGroup;
        this.listener = listener;
    }

    // ---- connecting

    @Override
    public void open() {
        loop.assertOwner();
        CompletableFuture<InetSocketAddress> address = new CompletableFuture<>();
        var unused = address.thenAccept(resolved -> Reactions.run(loop, () -> connect(resolved)));
        resolveFor(address);
    }

    private void connect(InetSocketAddress address) {
        Mqtt5AsyncClient created = create(address);
        client = created;
        created.publishes(MqttGlobalPublishFilter.ALL, this::onPublish, Runnable::run, true);
        // The outcome arrives through the listeners; the future itself only ends when connecting is given up on
        // closing.
        created.connect(connectMessage()).exceptionally(givenUp -> null);
    }

    private Mqtt5AsyncClient create(InetSocketAddress address) {
        return Mqtt5Client.builder()
                .identifier(clientId)
                .transportConfig()
                .serverAddress(address)
                .socketConnectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .mqttConnectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .applyTransportConfig()
                .executorConfig()
                .nettyExecutor(eventLoopGroup)
                .applicationScheduler(Schedulers.trampoline())
                .applyExecutorConfig()
                .addConnectedListener(context ->
                        Reactions.run(loop, () -> onConnected(((Mqtt5ClientConnectedContext) context).getConnAck())))
                .addDisconnectedListener(this::onDisconnected)
                .buildAsync();
    }

    /**
     * Without topic aliases: the client takes an alias for known even if the message that introduces it is too large to be sent, and
     * the broker closes the connection when it is used next.
     */
    private Mqtt5Connect connectMessage() {
        var connect = Mqtt5Connect.builder()
                .cleanStart(!sessionBegun)
                .keepAlive((int) config.keepAlive().toSeconds())
                .sessionExpiryInterval(config.sessionExpiry().toSeconds())
                .restrictions()
                .sendTopicAliasMaximum(0)
                .receiveMaximum(RECEIVE_MAXIMUM)
                .maximumPacketSize(MAX_PACKET_OCTETS)
                .applyRestrictions();
        return (credentials == null ? connect : connect.simpleAuth(credentials)).build();
    }

    private void onConnected(Mqtt5ConnAck connAck) {
        if (closing) {
            var unused = open(client).disconnect().exceptionally(alreadyGone -> null);
            return;
        }
        sessionBegun = true;
        connectedAtNanos = loop.nanoTime();
        restrictions = connAck.getRestrictions();
        listener.onConnected(connAck.getRestrictions().getReceiveMaximum());
    }

    private void onDisconnected(MqttClientDisconnectedContext context) {
        Mqtt5ClientReconnector reconnector = (Mqtt5ClientReconnector) context.getReconnector();
        Reactions.run(loop, () -> attemptEnded(context.getCause()));
        if (closing) {
            reconnector.reconnect(false);
            return;
        }
        CompletableFuture<InetSocketAddress> address = new CompletableFuture<>();
        reconnector
                .delay(0, TimeUnit.NANOSECONDS)
                .republishIfSessionExpired(true)
                .connect(connectMessage())
                .reconnectWhen(address, (resolved, givenUp) -> reconnect(reconnector, resolved));
        nextAddress = address;
        loop.after(backOff(), () -> resolveFor(address));
    }

    private void reconnect(Mqtt5ClientReconnector reconnector, @Nullable InetSocketAddress address) {
        nextAddress = null;
        if (closing || address == null) {
            reconnector.reconnect(false);
            return;
        }
        reconnector
                .transportConfig()
                .serverAddress(address)
                .socketConnectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .mqttConnectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .applyTransportConfig();
    }

    /** Completes {@code address} with that of the server whose turn it is, on this loop; one without is a failed attempt. */
    private void resolveFor(CompletableFuture<InetSocketAddress> address) {
        if (closing) {
            return;
        }
        ServerAddress wanted = serverNow();
        var unused = CompletableFuture.supplyAsync(() -> new InetSocketAddress(wanted.host(), wanted.port()))
                .whenCompleteAsync(
                        (found, failure) -> {
                            if (closing) {
                                return;
                            }
                            if (found != null && !found.isUnresolved()) {
                                address.complete(found);
                                return;
                            }
                            Reactions.run(
                                    loop,
                                    () -> attemptEnded(new UnknownHostException("unknown host " + wanted.host())));
                            loop.after(backOff(), () -> resolveFor(address));
                        },
                        loop);
    }

    /**
     * A connection is lost or could not be made. The next attempt goes to the first server after a connection that lasted, else to the
     * next: a broker that accepts connections only to close them is backed off from, too. Logs the first failure of a row and every
     * tenth after it.
     */
    private void attemptEnded(Throwable cause) {
        boolean wasConnected = restrictions != null;
        boolean lasted = wasConnected
                && loop.nanoTime() - connectedAtNanos >= config.reconnectMax().toNanos();
        restrictions = null;
        String reason = reason(cause);
        if (!closing && (wasConnected || failures % 10 == 0)) {
            log.atWarn()
                    .addKeyValue("client", clientId)
                    .addKeyValue("server", serverNow())
                    .addKeyValue("reason", reason)
                    .log(wasConnected ? "lost the broker" : "cannot connect to the broker");
        }
        failures = lasted ? 1 : failures + 1;
        server = lasted ? 0 : (server + 1) % config.servers().size();
        listener.onDisconnected(reason);
    }

    private ServerAddress serverNow() {
        return config.servers().get(server);
    }

    /** Doubles with each failure of a row, between the configured bounds, less up to half at random. */
    private Duration backOff() {
        long min = config.reconnectMin().toNanos();
        long max = config.reconnectMax().toNanos();
        long full = Math.min(max, min << Math.min(failures - 1, 20));
        return Duration.ofNanos(Math.max(1, full - ThreadLocalRandom.current().nextLong(full / 2 + 1)));
    }

    /** The broker's reason where it gave one, else the root of the failure. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof Mqtt5MessageException)) {
            cause = cause.getCause();
        }
        String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return cause instanceof Mqtt5DisconnectException disconnected
                ? text + " " + disconnected.getMqttMessage().getReasonCode()
                : text;
    }

    // ---- messages

    @Override
    public void publish(UpstreamMessage message, PublishListener published) {
        loop.assertOwner();
        MqttTopic topic = topic(message.topic());
        MqttQos qos = mqttQos(message.qos());
        if (topic == null || !brokerTakes(qos, message.retain())) {
            published.onPublished(PublishOutcome.REFUSED);
            return;
        }
        Mqtt5Publish publish = Mqtt5Publish.builder()
                .topic(topic)
                .payload(message.payload().asReadOnlyBuffer())
                .qos(qos)
                .retain(message.retain())
                .build();
        // What is thrown in a completion would vanish in its future.
        var unused = open(client)
                .publish(publish)
                .whenComplete((result, failure) ->
                        Reactions.run(loop, () -> published.onPublished(Answers.toPublish(failure))));
    }

    /** Brokers close the connection for what they said they do not take (MQTT 5 §3.2.2.3.4, §3.2.2.3.5). */
    private boolean brokerTakes(MqttQos qos, boolean retain) {
        return restrictions == null
                || (qos.getCode() <= restrictions.getMaximumQos().getCode()
                        && (!retain || restrictions.isRetainAvailable()));
    }

    /** Null when no message may be published to it. */
    private @Nullable MqttTopic topic(String name) {
        MqttTopic topic = topics.get(name);
        if (topic == null && BrokerTopics.isPublishable(name)) {
            if (topics.size() >= TOPIC_CACHE) {
                topics.clear();
            }
            topic = MqttTopic.of(name);
            topics.put(name, topic);
        }
        return topic;
    }

    /** Whatever happens here, the client must not see it: it would end the flow of messages. */
    private void onPublish(Mqtt5Publish publish) {
        Reactions.run(loop, () -> deliver(publish));
    }

    private void deliver(Mqtt5Publish publish) {
        Payload payload = Payload.wrap(publish.getPayloadAsBytes());
        Qos qos = Qos.ofBits(publish.getQos().getCode());
        listener.onMessage(publish.getTopic().toString(), payload, qos, publish.isRetain(), publish::acknowledge);
    }

    @Override
    public CompletionStage<List<FilterAnswer>> subscribe(List<TopicFilter> filters, Qos qos) {
        loop.assertOwner();
        List<Mqtt5Subscription> subscriptions = filters.stream()
                .map(filter -> Mqtt5Subscription.builder()
                        .topicFilter(filter.value())
                        .qos(mqttQos(qos))
                        .build())
                .toList();
        return open(client)
                .subscribe(
                        Mqtt5Subscribe.builder().addSubscriptions(subscriptions).build())
                .handle((subAck, failure) -> Answers.toSubscribe(subAck, failure, filters.size()));
    }

    @Override
    public CompletionStage<Void> unsubscribe(List<TopicFilter> filters) {
        loop.assertOwner();
        return open(client)
                .unsubscribe(Mqtt5Unsubscribe.builder()
                        .addTopicFilters(filters.stream()
                                .map(filter -> MqttTopicFilter.of(filter.value()))
                                .toList())
                        .build())
                .handle((unsubAck, failure) -> null);
    }

    private static MqttQos mqttQos(Qos qos) {
        return switch (qos) {
            case WITHOUT_SESSION, AT_MOST_ONCE -> MqttQos.AT_MOST_ONCE;
            case AT_LEAST_ONCE -> MqttQos.AT_LEAST_ONCE;
            case EXACTLY_ONCE -> MqttQos.EXACTLY_ONCE;
        };
    }

    private static Mqtt5AsyncClient open(@Nullable Mqtt5AsyncClient client) {
        if (client == null) {
            throw new IllegalStateException("not connected yet");
        }
        return client;
    }

    // ---- closing

    /** Does not wait for an attempt to connect that is under way: if it succeeds, it is ended then. */
    @Override
    public CompletionStage<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> {
            closing = true;
            if (nextAddress != null) {
                nextAddress.cancel(false);
            }
            if (client != null && restrictions != null) {
                var unused = client.disconnect().whenComplete((done, failure) -> closed.complete(null));
            } else {
                closed.complete(null);
            }
        });
        return closed;
    }
}
