// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An application behind a broker, made with the HiveMQ client: it subscribes, publishes, and keeps what it gets. Every call waits for the
 * broker's answer. It does not connect again by itself. For one thread.
 */
public abstract class MqttApp implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SESSION_SECONDS = 3600;
    private static final int MAX_UNDER_WAY = 10;

    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();

    /**
     * A message that the application got.
     *
     * @param payload read as UTF-8
     * @param qos 0..2
     * @param retained whether it has the RETAIN flag
     */
    public record Message(String topic, String payload, int qos, boolean retained) {}

    private MqttApp() {}

    /**
     * An application that is not connected yet.
     *
     * @param port of a broker on 127.0.0.1
     */
    public static MqttApp of(MqttVersion version, int port, String clientId) {
        return of(version, port, clientId, false, null);
    }

    /**
     * As {@link #of(MqttVersion, int, String)}.
     *
     * @param tls null for none
     */
    public static MqttApp of(
            MqttVersion version, int port, String clientId, boolean webSocket, @Nullable MqttClientSslConfig tls) {
        MqttClientBuilder builder = MqttClient.builder()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port);
        if (webSocket) {
            builder = builder.webSocketWithDefaultConfig();
        }
        if (tls != null) {
            builder = builder.sslConfig(tls);
        }
        return version == MqttVersion.MQTT_5
                ? new Version5(builder.useMqttVersion5().buildAsync())
                : new Version3(builder.useMqttVersion3().buildAsync());
    }

    // ---- what it does

    /**
     * Connects; what comes is kept from now on.
     *
     * @param keepsSession whether the session that the broker has goes on, and outlives the connection
     */
    public final void connect(boolean keepsSession) throws Exception {
        await(connecting(keepsSession));
    }

    /**
     * Subscribes.
     *
     * @param qos 0..2
     * @return the granted QoS
     */
    public final int subscribe(String filter, int qos) throws Exception {
        return await(subscribing(filter, qos(qos)));
    }

    /** Ends a subscription. */
    public final void unsubscribe(String filter) throws Exception {
        await(unsubscribing(filter));
    }

    /** Publishes a message that is not retained, and waits for the acknowledgement unless {@code qos} is 0. */
    public final void publish(String topic, String payload, int qos) throws Exception {
        publish(topic, payload, qos, false);
    }

    /** The same, retained or not. */
    public final void publish(String topic, String payload, int qos, boolean retain) throws Exception {
        await(publishing(topic, payload, qos(qos), retain, null));
    }

    /** Publishes a message of QoS 1 that the broker forgets after {@code expiry}; with MQTT 5 only. */
    public final void publishExpiring(String topic, String payload, Duration expiry) throws Exception {
        await(publishing(topic, payload, MqttQos.AT_LEAST_ONCE, false, expiry));
    }

    /** Publishes one message after the other, no more under way than every broker takes, and waits for all acknowledgements. */
    public final void publishAll(String topic, List<String> payloads, int qos) throws Exception {
        Deque<CompletableFuture<?>> underWay = new ArrayDeque<>();
        for (String payload : payloads) {
            if (underWay.size() == MAX_UNDER_WAY) {
                await(underWay.remove());
            }
            underWay.add(publishing(topic, payload, qos(qos), false, null));
        }
        for (CompletableFuture<?> one : underWay) {
            await(one);
        }
    }

    /** Disconnects. */
    public final void disconnect() throws Exception {
        await(disconnecting());
    }

    /** Disconnects if it is connected. */
    @Override
    public final void close() {
        disconnecting().exceptionally(notConnected -> null).join();
    }

    // ---- what it gets

    /** The next message, in the order they came; waits for it. */
    public final Message awaitMessage() throws InterruptedException {
        Message message = received.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (message == null) {
            throw new AssertionError("no message came");
        }
        return message;
    }

    /** The next messages. */
    public final List<Message> awaitMessages(int count) throws InterruptedException {
        List<Message> messages = new ArrayList<>(count);
        while (messages.size() < count) {
            Message message = received.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new AssertionError("only %d of %d messages came: %s".formatted(messages.size(), count, messages));
            }
            messages.add(message);
        }
        return messages;
    }

    /** The messages that came and were not taken yet, in order; does not wait. */
    public final List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        received.drainTo(messages);
        return messages;
    }

    final void onMessage(MqttTopic topic, byte[] payload, MqttQos qos, boolean retained) {
        received.add(
                new Message(topic.toString(), new String(payload, StandardCharsets.UTF_8), qos.getCode(), retained));
    }

    // ---- the two versions

    abstract CompletableFuture<?> connecting(boolean keepsSession);

    abstract CompletableFuture<Integer> subscribing(String filter, MqttQos qos);

    abstract CompletableFuture<?> unsubscribing(String filter);

    abstract CompletableFuture<?> publishing(
            String topic, String payload, MqttQos qos, boolean retain, @Nullable Duration expiry);

    abstract CompletableFuture<Void> disconnecting();

    private static MqttQos qos(int qos) {
        return Objects.requireNonNull(MqttQos.fromCode(qos), () -> "QoS " + qos);
    }

    private static <T> T await(CompletableFuture<T> answer)
            throws ExecutionException, InterruptedException, TimeoutException {
        return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static final class Version5 extends MqttApp {
        private final Mqtt5AsyncClient client;

        Version5(Mqtt5AsyncClient client) {
            this.client = client;
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    message -> onMessage(
                            message.getTopic(), message.getPayloadAsBytes(), message.getQos(), message.isRetain()));
        }

        @Override
        CompletableFuture<?> connecting(boolean keepsSession) {
            return client.connectWith()
                    .cleanStart(!keepsSession)
                    .sessionExpiryInterval(keepsSession ? SESSION_SECONDS : 0)
                    .send();
        }

        @Override
        CompletableFuture<Integer> subscribing(String filter, MqttQos qos) {
            return client.subscribeWith()
                    .topicFilter(filter)
                    .qos(qos)
                    .send()
                    .thenApply(answer -> answer.getReasonCodes().get(0).getCode());
        }

        @Override
        CompletableFuture<?> unsubscribing(String filter) {
            return client.unsubscribeWith().topicFilter(filter).send();
        }

        @Override
        CompletableFuture<?> publishing(
                String topic, String payload, MqttQos qos, boolean retain, @Nullable Duration expiry) {
            var message = Mqtt5Publish.builder()
                    .topic(topic)
                    .payload(payload.getBytes(StandardCharsets.UTF_8))
                    .qos(qos)
                    .retain(retain);
            return client.publish(
                            expiry == null
                                    ? message.build()
                                    : message.messageExpiryInterval(expiry.toSeconds())
                                            .build())
                    .thenCompose(Version5::result);
        }

        /** A refusal is part of an answer that does not fail. */
        private static CompletableFuture<Void> result(Mqtt5PublishResult answer) {
            Throwable error = answer.getError().orElse(null);
            return error == null ? CompletableFuture.completedFuture(null) : CompletableFuture.failedFuture(error);
        }

        @Override
        CompletableFuture<Void> disconnecting() {
            return client.disconnect();
        }
    }

    private static final class Version3 extends MqttApp {
        private final Mqtt3AsyncClient client;

        Version3(Mqtt3AsyncClient client) {
            this.client = client;
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    message -> onMessage(
                            message.getTopic(), message.getPayloadAsBytes(), message.getQos(), message.isRetain()));
        }

        @Override
        CompletableFuture<?> connecting(boolean keepsSession) {
            return client.connectWith().cleanSession(!keepsSession).send();
        }

        @Override
        CompletableFuture<Integer> subscribing(String filter, MqttQos qos) {
            return client.subscribeWith()
                    .topicFilter(filter)
                    .qos(qos)
                    .send()
                    .thenApply(answer -> answer.getReturnCodes().get(0).getCode());
        }

        @Override
        CompletableFuture<?> unsubscribing(String filter) {
            return client.unsubscribeWith().topicFilter(filter).send();
        }

        @Override
        CompletableFuture<?> publishing(
                String topic, String payload, MqttQos qos, boolean retain, @Nullable Duration expiry) {
            if (expiry != null) {
                throw new IllegalArgumentException("MQTT 3.1.1 has no message expiry");
            }
            return client.publish(Mqtt3Publish.builder()
                    .topic(topic)
                    .payload(payload.getBytes(StandardCharsets.UTF_8))
                    .qos(qos)
                    .retain(retain)
                    .build());
        }

        @Override
        CompletableFuture<Void> disconnecting() {
            return client.disconnect();
        }
    }
}
