// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.MqttAsyncClient;
import com.hivemq.client.internal.mqtt.MqttClientConfig;
import com.hivemq.client.internal.mqtt.MqttClientConnectionConfig;
import com.hivemq.client.internal.mqtt.MqttClientTransportConfigImpl;
import com.hivemq.client.internal.mqtt.codec.decoder.MqttDecoder;
import com.hivemq.client.internal.mqtt.handler.publish.outgoing.MqttOutgoingQosHandler;
import com.hivemq.client.internal.mqtt.handler.subscribe.MqttSubscriptionHandler;
import com.hivemq.client.internal.mqtt.message.connect.MqttConnect;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedListener;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.unsuback.Mqtt5UnsubAck;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.reactivex.schedulers.Schedulers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client of the HiveMQ library, from one connection to the next: it keeps the packet identifiers of what is under way, so that
 * QoS 2 stays exactly once when the broker keeps the session. Confined to the loop it is pinned to; what it answers, it answers there.
 *
 * <p>Below its public interface the client is made to do what we need and it does not offer (docs/adr/0008): break a connection off,
 * do TLS with a context of ours, forget the subscriptions that were open when the connection was lost instead of sending them again,
 * keep no timer for the end of a session, go on when a broker takes less than before, and send again one message at a time.
 */
final class Client {
    private final MqttAsyncClient client;
    private final MqttClientConfig config;
    private final Consumer<Mqtt5Publish> incoming;

    // The client's own parts, the same ones on each connection; null before the first.
    private @Nullable MqttSubscriptionHandler subscriptions;
    private @Nullable MqttOutgoingQosHandler outgoing;

    /** The most that a broker has ever taken unacknowledged. */
    private int mostInFlight;

    /** Whether the client has been promised more than the broker takes now. */
    private boolean stalls;

    Client(
            Protocol protocol,
            String clientId,
            Executor eventLoopGroup,
            MqttClientDisconnectedListener disconnected,
            Consumer<Mqtt5Publish> incoming) {
        this.incoming = incoming;
        client = new ClientBuilder()
                .identifier(clientId)
                .executorConfig()
                .nettyExecutor(eventLoopGroup)
                .applicationScheduler(Schedulers.trampoline())
                .applyExecutorConfig()
                .addDisconnectedListener(disconnected)
                .build(protocol.version())
                .toAsync();
        config = client.getConfig();
        config.setRepublishIfSessionExpired(true);
        // Keeps the message flow. No subscription is left to be sent again: see forgetSubscriptions.
        config.setResubscribeIfSessionExpired(true);
        receive();
    }

    /** One flow for all messages, there before the first connection, so that none meets a client without one. */
    private void receive() {
        client.publishes(MqttGlobalPublishFilter.ALL, incoming, Runnable::run, true);
    }

    /**
     * @param gate for what is published; null for none
     * @param connected told in the task that reads CONNACK; a failure is told to the disconnected listener
     */
    void connect(
            MqttClientTransportConfig transport,
            @Nullable SslContext tls,
            Mqtt5Connect connect,
            @Nullable PublishGate gate,
            Consumer<Mqtt5ConnAck> connected) {
        config.setCurrentTransportConfig((MqttClientTransportConfigImpl) transport);
        config.setCurrentSslContext(tls);
        var unused = client.connect(connect).thenAccept(connAck -> {
            MqttClientConnectionConfig agreed = agreed();
            // The broker says at the next CONNECT whether it has kept the session. A timer here would hold the client
            // for days.
            agreed.setSessionExpiryInterval(MqttConnect.NO_SESSION_EXPIRY);
            stalls = agreed.getSendMaximum() < mostInFlight;
            mostInFlight = Math.max(mostInFlight, agreed.getSendMaximum());
            ChannelPipeline pipeline = agreed.getChannel().pipeline();
            subscriptions = pipeline.get(MqttSubscriptionHandler.class);
            outgoing = pipeline.get(MqttOutgoingQosHandler.class);
            pipeline.addAfter(MqttDecoder.NAME, DupSetter.NAME, new DupSetter());
            if (gate != null) { // what is sent again is sent in a later task
                pipeline.addAfter(MqttDecoder.NAME, PublishGate.NAME, gate);
            }
            connected.accept(connAck);
        });
    }

    /** What this connection's two ends have agreed on. */
    MqttClientConnectionConfig agreed() {
        MqttClientConnectionConfig agreed = config.getRawConnectionConfig();
        if (agreed == null) {
            throw new IllegalStateException("not connected");
        }
        return agreed;
    }

    /** The stage completes when the broker has the message, across any number of connections. */
    CompletableFuture<Mqtt5PublishResult> publish(Mqtt5Publish message) {
        return client.publish(message).whenComplete((result, failure) -> {
            if (stalls) {
                goOn();
            }
        });
    }

    /**
     * When a broker takes less than before, the client may have messages in its queue that it forgets to look at: it does so only when
     * a message joins an empty queue.
     */
    private void goOn() {
        if (outgoing != null) {
            config.executeInEventLoop(outgoing);
        }
    }

    CompletableFuture<Mqtt5SubAck> subscribe(Mqtt5Subscribe subscribe) {
        return client.subscribe(subscribe);
    }

    CompletableFuture<Mqtt5UnsubAck> unsubscribe(Mqtt5Unsubscribe unsubscribe) {
        return client.unsubscribe(unsubscribe);
    }

    /** After a connection was lost: fails what is open, which the client would send again on the next one. */
    void forgetSubscriptions() {
        clearSubscriptions("connection lost");
        config.setResubscribeIfSessionExpired(true);
        receive();
    }

    private void clearSubscriptions(String reason) {
        config.setResubscribeIfSessionExpired(false);
        if (subscriptions != null) {
            subscriptions.onSessionEnd(new ConnectionClosedException(reason));
        }
    }

    /** Sends DISCONNECT; the disconnected listener is told when the connection has ended. */
    void disconnect(Mqtt5Disconnect disconnect) {
        var unused = client.disconnect(disconnect).exceptionally(alreadyGone -> null);
    }

    /** Closes the socket at once, without a word in any protocol. */
    void breakOff() {
        var unused = agreed().getChannel().pipeline().firstContext().close();
    }

    /** When there will be no other connection: fails everything that is under way, and leaves nothing behind. */
    void discard() {
        clearSubscriptions("connection closed");
        config.setRepublishIfSessionExpired(false);
        if (outgoing != null) {
            outgoing.onSessionEnd(new ConnectionClosedException("connection closed"));
        }
    }
}
