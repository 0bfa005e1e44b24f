// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.check;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sngateway.codec.message.Qos;

/**
 * An MQTT 5 connection of the simulator's own to the broker: sees what comes out there and can publish. It keeps its session
 * and reconnects, so a broker that restarts with its sessions intact loses nothing for it.
 */
public final class BrokerObserver implements AutoCloseable {
    private static final long SESSION_SECONDS = 600;
    private static final int MAX_RECEIVE = 65535;
    private static final long RECONNECT_MILLIS = 200;

    private final Mqtt5AsyncClient client;
    private final String where;
    private final Duration timeout;

    private BrokerObserver(Mqtt5AsyncClient client, String where, Duration timeout) {
        this.client = client;
        this.where = where;
        this.timeout = timeout;
    }

    /** Hears of every message of one connection, one at a time, on the connection's event loop. */
    @FunctionalInterface
    public interface ArrivalListener {
        /** {@code payload} is read-only and may be kept. */
        void onArrival(String topic, ByteBuffer payload);
    }

    /**
     * Connects, with an arrival listener in place before the first message can come.
     *
     * @param timeout how long to wait for each answer of the broker
     * @throws IOException when the broker cannot be reached or refuses; says which broker and why
     */
    public static BrokerObserver connect(
            InetSocketAddress broker, String clientId, Duration timeout, ArrivalListener listener) throws IOException {
        AtomicBoolean isUp = new AtomicBoolean();
        Mqtt5AsyncClient client = Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost(broker.getHostString())
                .serverPort(broker.getPort())
                .transportConfig()
                .mqttConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .applyTransportConfig()
                .addDisconnectedListener(context -> {
                    // Not before the first connection, so that an unreachable broker is said at once.
                    if (isUp.get() && context.getSource() != MqttDisconnectSource.USER) {
                        ((Mqtt5ClientDisconnectedContext) context)
                                .getReconnector()
                                .reconnect(true)
                                .delay(RECONNECT_MILLIS, TimeUnit.MILLISECONDS)
                                .connect(connectMessage(false));
                    }
                })
                .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                message -> listener.onArrival(message.getTopic().toString(), payloadOf(message)),
                Runnable::run);
        BrokerObserver observer =
                new BrokerObserver(client, "mqtt://" + broker.getHostString() + ":" + broker.getPort(), timeout);
        observer.await("cannot connect", client.connect(connectMessage(true)));
        isUp.set(true);
        return observer;
    }

    private static Mqtt5Connect connectMessage(boolean cleanStart) {
        return Mqtt5Connect.builder()
                .cleanStart(cleanStart)
                .sessionExpiryInterval(SESSION_SECONDS)
                .restrictions()
                .receiveMaximum(MAX_RECEIVE)
                .applyRestrictions()
                .build();
    }

    private static ByteBuffer payloadOf(Mqtt5Publish message) {
        return message.getPayload().orElseGet(() -> ByteBuffer.allocate(0));
    }

    /**
     * Subscribes and waits for the broker's consent.
     *
     * @throws IOException when the broker refuses or does not answer in time
     */
    public void subscribe(String filter, Qos qos) throws IOException {
        await(
                "cannot subscribe to " + filter,
                client.subscribeWith().topicFilter(filter).qos(mqttQos(qos)).send());
    }

    /** Publishes at QoS 1, without waiting for the outcome. */
    public void publish(String topic, byte[] payload) {
        CompletableFuture<?> unused = client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .send();
    }

    private void await(String failure, CompletableFuture<?> answer) throws IOException {
        try {
            answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("broker " + where + ": " + failure + ": " + reasonOf(e), e);
        } catch (TimeoutException e) {
            throw new IOException(
                    "broker " + where + ": " + failure + ": no answer in " + timeout.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("broker " + where + ": " + failure + ": interrupted", e);
        }
    }

    /** The innermost message: the client wraps "Connection refused" twice. */
    private static String reasonOf(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        return message == null ? innermost.getClass().getSimpleName() : message;
    }

    private static MqttQos mqttQos(Qos qos) {
        MqttQos found = MqttQos.fromCode(qos.level());
        if (found == null) {
            throw new IllegalArgumentException("qos is " + qos + ", allowed is 0, 1 or 2");
        }
        return found;
    }

    /** Ends the connection and, at the broker, its session. */
    @Override
    public void close() {
        try {
            await(
                    "cannot disconnect",
                    client.disconnectWith().sessionExpiryInterval(0).send());
        } catch (IOException e) {
            // The broker is gone already; the session expires by itself.
        }
    }
}
