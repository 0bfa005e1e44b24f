// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.MqttClientConnectionConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.config.UpstreamConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerConnection;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One MQTT connection of the HiveMQ client, pinned to its loop: the client's channel lives there, and its results are passed on without
 * a change of thread. The client is the same from one connection to the next; when to connect, where to and with which credentials is
 * decided here.
 */
final class HivemqConnection implements BrokerConnection {
    /** The broker drops what is larger. No message that fits a frame of MQTT-SN, at most 65535 octets, is. */
    private static final int MAX_PACKET_OCTETS = 256 * 1024;

    /** Topics of a connection that are sent as a number, if the broker takes so many. */
    private static final int TOPIC_ALIASES = 16;

    /** What a gateway's connections have in common. */
    record Shared(
            UpstreamConfig config,
            Protocol protocol,
            AttemptMaker attempts,
            Executor blocking,
            FailureLog failureLog,
            GatewayCounters counters) {}

    private final Shared shared;
    private final UpstreamConfig config;
    private final Protocol protocol;
    private final Spec spec;
    private final OwnerLoop loop;
    private final Executor eventLoopGroup;
    private final Listener listener;
    private final MqttQos maxQos;
    private final TopicCache topics;
    private final ForbiddenPublishes forbidden;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private @Nullable Client client;
    private boolean sessionBegun;

    /** What the two ends have agreed on; null while there is no connection that the listener knows of. */
    private @Nullable MqttClientConnectionConfig agreed;

    /** Whether the client is between CONNECT and the answer. */
    private boolean attempting;

    /** Whether there is a connection that only ends an earlier session, or has a will that is not wanted any more. */
    private boolean clearing;

    private @Nullable UpstreamMessage will;

    /** Whether the connection, or the attempt, is to be followed by one with another will. */
    private boolean renewing;

    /** How the connection is closed for good; null until it is. */
    private @Nullable End end;

    /** Whether nothing is told any more. */
    private boolean finished;

    // of the attempts to connect
    private int server;
    /** Since there was a connection that lasted. */
    private int failures;
    /** Why they failed. */
    private final Set<Disconnection.Cause> said = EnumSet.noneOf(Disconnection.Cause.class);

    private long connectedAtNanos;

    HivemqConnection(Shared shared, Spec spec, OwnerLoop loop, Executor eventLoopGroup, Listener listener) {
        this.shared = shared;
        this.config = shared.config();
        this.protocol = shared.protocol();
        this.spec = spec;
        this.will = spec.will();
        this.loop = loop;
        this.eventLoopGroup = eventLoopGroup;
        this.listener = listener;
        this.maxQos = Objects.requireNonNull(MqttQos.fromCode(config.maxQos()));
        this.topics = TopicCache.of(spec.identity());
        this.forbidden = new ForbiddenPublishes(spec.clientId(), shared.counters());
    }

    // ---- connecting

    @Override
    public void open() {
        loop.assertOwner();
        attempt();
    }

    private void attempt() {
        if (end == null) {
            listener.onAttempt(this::begin);
        }
    }

    /** Connects to the server whose turn it is, once what that needs has been made elsewhere. */
    private void begin() {
        loop.assertOwner();
        if (end != null) {
            return;
        }
        ServerAddress wanted = serverNow();
        CompletableFuture<Attempt> made = new CompletableFuture<>();
        shared.blocking().execute(() -> {
            try {
                made.complete(shared.attempts().make(wanted, spec.identity()));
            } catch (IOException | UnusableCredentialsException | RuntimeException | Error failure) {
                made.completeExceptionally(failure);
            }
        });
        var unused = made.whenCompleteAsync(
                (attempt, failure) -> Reactions.run(loop, () -> {
                    if (end != null) {
                        return;
                    }
                    try {
                        connect(Objects.requireNonNull(attempt, () -> String.valueOf(failure)));
                    } catch (RuntimeException unusable) { // such as a client id that MQTT has no characters for
                        ended(failure != null ? failure : unusable);
                    }
                }),
                loop);
    }

    private void connect(Attempt attempt) {
        if (client == null) {
            client = new Client(
                    protocol,
                    shared.attempts().clientId(spec),
                    eventLoopGroup,
                    context -> Reactions.run(loop, () -> ended(context.getCause())),
                    publish -> Reactions.run(loop, () -> deliver(publish)));
        }
        attempting = true;
        renewing = false;
        PublishGate gate = forbidden.nextGate();
        client.connect(
                attempt.transport(),
                attempt.tls(),
                connectMessage(attempt),
                gate,
                connAck -> Reactions.run(loop, () -> onConnected(connAck, gate)));
    }

    private Mqtt5Connect connectMessage(Attempt attempt) {
        Mqtt5ConnectBuilder connect = Mqtt5Connect.builder()
                .keepAlive((int) config.keepAlive().toSeconds())
                .simpleAuth(attempt.login())
                .restrictions()
                // A message that is given up would take the alias with it that it introduces.
                .sendTopicAliasMaximum(forbidden.isCareful() ? 0 : TOPIC_ALIASES)
                .receiveMaximum(config.receiveMaximum())
                .maximumPacketSize(MAX_PACKET_OCTETS)
                .applyRestrictions();
        connect = protocol.session(connect, spec, sessionBegun);
        if (will != null) {
            connect = connect.willPublish(toMqtt(will, MqttTopic.of(will.topic())));
        }
        return connect.build();
    }

    private void onConnected(Mqtt5ConnAck connAck, @Nullable PublishGate gate) {
        Client connected = open(client);
        attempting = false;
        if (end != null) {
            protocol.close(connected, end);
            return;
        }
        boolean clearsSession = !sessionBegun && protocol.clearsFirst(spec, connAck.isSessionPresent());
        clearing = renewing || clearsSession;
        sessionBegun = !clearsSession;
        if (clearing) {
            protocol.close(connected, clearsSession ? End.END_SESSION : End.KEEP_SESSION);
            return;
        }
        connectedAtNanos = loop.nanoTime();
        agreed = connected.agreed();
        if (gate != null) {
            loop.after(ForbiddenPublishes.SETTLE, gate::begin);
        }
        listener.onConnected(protocol.offer(connAck, agreed));
    }

    /** The connection is lost or could not be made, for whatever reason; called once for each attempt. */
    private void ended(Throwable cause) {
        attempting = false;
        boolean wasClearing = clearing;
        clearing = false;
        boolean wasConnected = agreed != null;
        agreed = null;
        if (wasClearing && end == null) {
            if (!sessionBegun) {
                sessionBegun = true;
                open(client).discard(); // with the session it has given up the flow of messages
                client = null;
            }
            loop.execute(this::attempt);
            return;
        }
        if (renewing && wasConnected && end == null) {
            listener.onDisconnected(new Disconnection(Disconnection.Cause.CLOSED, "another will"));
            open(client).forgetSubscriptions();
            loop.execute(this::attempt);
            return;
        }
        if (end == null || wasConnected) {
            Disconnection disconnection = end == null
                    ? Causes.of(cause, serverNow(), wasConnected)
                    : new Disconnection(Disconnection.Cause.CLOSED, "closed");
            if (wasConnected) {
                forbidden.onLost(disconnection);
            }
            tell(disconnection, wasConnected);
        }
        if (end != null) { // the listener may have closed it just now
            finish(end);
            return;
        }
        if (wasConnected) {
            open(client).forgetSubscriptions();
        }
        // The broker is there; it is a message that has to be found.
        loop.after(wasConnected && forbidden.isCareful() ? config.reconnectMin() : backOff(), this::attempt);
    }

    /**
     * The next attempt goes to the first server after a connection that lasted, else to the next: a broker that accepts connections
     * only to close them is backed off from, too.
     */
    private void tell(Disconnection disconnection, boolean wasConnected) {
        boolean lasted = wasConnected
                && loop.nanoTime() - connectedAtNanos >= config.reconnectMax().toNanos();
        if (lasted) {
            failures = 0;
            said.clear();
        }
        if (end == null) {
            boolean isNew = said.add(disconnection.cause());
            boolean isDue = isNew || failures % FailureLog.EVERY == 0;
            shared.failureLog().report(spec, serverNow(), disconnection, wasConnected, isDue, loop.nanoTime());
        }
        failures++;
        server = lasted ? 0 : (server + 1) % config.servers().size();
        listener.onDisconnected(disconnection);
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

    // ---- messages

    @Override
    public void publish(UpstreamMessage message, PublishListener published) {
        loop.assertOwner();
        if (agreed == null) {
            published.onPublished(PublishOutcome.CONGESTION);
            return;
        }
        MqttTopic topic = topics.get(message.topic());
        if (topic == null || !brokerTakes(message, agreed)) {
            published.onPublished(PublishOutcome.REFUSED);
            return;
        }
        forbidden.onSent(message.qos());
        // What is thrown in a completion would vanish in its future.
        var unused = open(client)
                .publish(toMqtt(message, topic))
                .whenComplete((result, failure) -> Reactions.run(loop, () -> {
                    forbidden.onAnswered(message.qos());
                    if (!finished) {
                        published.onPublished(Answers.toPublish(failure));
                    }
                }));
    }

    /** Brokers close the connection for what they said they do not take (MQTT 5 §3.2.2.3.4 to §3.2.2.3.6). */
    private boolean brokerTakes(UpstreamMessage message, MqttClientConnectionConfig agreed) {
        if (qosToSend(message).getCode() > agreed.getMaximumQos().getCode()
                || (message.retain() && !agreed.isRetainAvailable())) {
            return false;
        }
        int payload = message.payload().length();
        int most = agreed.getSendMaximumPacketSize();
        return protocol.publishOctets(ByteBufUtil.utf8MaxBytes(message.topic()), payload, agreed) <= most
                || protocol.publishOctets(ByteBufUtil.utf8Bytes(message.topic()), payload, agreed) <= most;
    }

    private Mqtt5Publish toMqtt(UpstreamMessage message, MqttTopic topic) {
        return Mqtt5Publish.builder()
                .topic(topic)
                .payload(message.payload().asReadOnlyBuffer())
                .qos(qosToSend(message))
                .retain(message.retain())
                .build();
    }

    private MqttQos qosToSend(UpstreamMessage message) {
        MqttQos wanted = mqttQos(message.qos());
        return wanted.getCode() <= maxQos.getCode() ? wanted : maxQos;
    }

    private static MqttQos mqttQos(Qos qos) {
        return switch (qos) {
            case WITHOUT_SESSION, AT_MOST_ONCE -> MqttQos.AT_MOST_ONCE;
            case AT_LEAST_ONCE -> MqttQos.AT_LEAST_ONCE;
            case EXACTLY_ONCE -> MqttQos.EXACTLY_ONCE;
        };
    }

    private void deliver(Mqtt5Publish publish) {
        if (end != null) {
            return; // what comes behind our DISCONNECT cannot be acknowledged: the broker keeps it, or it was of no use
        }
        if (clearing && !sessionBegun) { // of the earlier session, which is being ended
            publish.acknowledge();
            return;
        }
        listener.onMessage(new BrokerMessage(
                publish.getTopic().toString(),
                Payload.wrap(publish.getPayloadAsBytes()),
                Qos.ofBits(publish.getQos().getCode()),
                publish.isRetain(),
                publish.getMessageExpiryInterval().orElse(BrokerMessage.NO_EXPIRY),
                publish::acknowledge));
    }

    // ---- subscriptions

    @Override
    public CompletionStage<List<FilterAnswer>> subscribe(List<FilterRequest> filters) {
        loop.assertOwner();
        if (agreed == null) {
            return CompletableFuture.completedFuture(Answers.congested(filters.size()));
        }
        Mqtt5Subscribe subscribe = Mqtt5Subscribe.builder()
                .addSubscriptions(filters.stream().map(HivemqConnection::toMqtt))
                .build();
        return open(client)
                .subscribe(subscribe)
                .handle((subAck, failure) -> filters.size() > 1 && Answers.isTooLarge(failure)
                        ? subscribe(firstHalf(filters))
                                .thenCombine(subscribe(secondHalf(filters)), HivemqConnection::joined)
                        : CompletableFuture.completedFuture(
                                Answers.toSubscribe(protocol, subAck, failure, filters.size())))
                .thenCompose(answers -> answers);
    }

    private static Mqtt5Subscription toMqtt(FilterRequest request) {
        return Mqtt5Subscription.builder()
                .topicFilter(request.filter().value())
                .qos(mqttQos(request.qos()))
                .retainHandling(
                        switch (request.retained()) {
                            case SEND -> Mqtt5RetainHandling.SEND;
                            case DO_NOT_SEND -> Mqtt5RetainHandling.DO_NOT_SEND;
                        })
                .build();
    }

    @Override
    public CompletionStage<Boolean> unsubscribe(List<TopicFilter> filters) {
        loop.assertOwner();
        if (agreed == null) {
            return CompletableFuture.completedFuture(false);
        }
        Mqtt5Unsubscribe unsubscribe = Mqtt5Unsubscribe.builder()
                .addTopicFilters(filters.stream().map(filter -> MqttTopicFilter.of(filter.value())))
                .build();
        return open(client)
                .unsubscribe(unsubscribe)
                .handle((unsubAck, failure) -> filters.size() > 1 && Answers.isTooLarge(failure)
                        ? unsubscribe(firstHalf(filters))
                                .thenCombine(unsubscribe(secondHalf(filters)), Boolean::logicalAnd)
                        : CompletableFuture.completedFuture(Answers.toUnsubscribe(failure)))
                .thenCompose(answered -> answered);
    }

    private static <T> List<T> firstHalf(List<T> list) {
        return list.subList(0, list.size() / 2);
    }

    private static <T> List<T> secondHalf(List<T> list) {
        return list.subList(list.size() / 2, list.size());
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static Client open(@Nullable Client client) {
        if (client == null) {
            throw new IllegalStateException("not connected yet");
        }
        return client;
    }

    // ---- closing

    @Override
    public void changeWill(@Nullable UpstreamMessage changed) {
        loop.assertOwner();
        will = changed;
        renewing = agreed != null || attempting;
        if (agreed != null && end == null) {
            open(client).disconnect(Mqtt5Disconnect.builder().build());
        }
    }

    @Override
    public CompletionStage<Void> close(End how) {
        if (loop.isOwner()) {
            closeHere(how);
        } else {
            loop.execute(() -> closeHere(how));
        }
        return closed;
    }

    /** Does not wait for an attempt to connect that is under way, unless a session is to be ended: if it succeeds, it is ended then. */
    private void closeHere(End how) {
        if (end != null) {
            return;
        }
        end = how;
        if (client != null && agreed != null) {
            protocol.close(client, how); // finishes when the connection has ended
        } else if (!attempting || !protocol.leavesSession(spec, how)) {
            finish(how);
        }
    }

    private void finish(End how) {
        if (finished) {
            return;
        }
        finished = true;
        if (client != null) {
            client.discard();
        }
        if (sessionBegun && protocol.leavesSession(spec, how)) {
            endSession();
        } else {
            closed.complete(null);
        }
    }

    /** Takes the place of the session the broker keeps with one that ends at once: one attempt, whatever comes of it. */
    private void endSession() {
        Spec ending = new Spec(spec.clientId(), spec.identity(), true, false, null);
        CompletableFuture<Void> decided = new CompletableFuture<>();
        HivemqConnection last = new HivemqConnection(
                shared, ending, loop, eventLoopGroup, new SessionEnding(() -> decided.complete(null)));
        var unused = decided.thenRun(() -> last.close(End.KEEP_SESSION).thenRun(() -> closed.complete(null)));
        last.server = server;
        last.open();
    }

    /** Tells when the attempt is decided. */
    private record SessionEnding(Runnable decided) implements Listener {
        @Override
        public void onConnected(BrokerOffer offer) {
            decided.run();
        }

        @Override
        public void onDisconnected(Disconnection disconnection) {
            decided.run();
        }

        @Override
        public void onMessage(BrokerMessage message) {
            message.acknowledge().run();
        }
    }
}
