// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.transport.loop.OwnerLoop;

/** One MQTT connection that reconnects by itself; the seam to the MQTT client. Confined to one loop. */
public interface BrokerConnection {
    /** What a connection tells; called on its loop. Each {@code onConnected} is followed by an {@code onDisconnected} before the next. */
    interface Listener {
        /** The broker accepted the connection. */
        void onConnected(BrokerOffer offer);

        /** The connection is lost or could not be made. It is tried again unless it is closed, which may be done in this call. */
        void onDisconnected(Disconnection disconnection);

        /** A message from the broker. */
        void onMessage(BrokerMessage message);

        /**
         * An attempt to connect is due. It begins when {@code begin} is run, which may be done in this call or later on the connection's
         * loop; it does nothing then if the connection has been closed.
         */
        default void onAttempt(Runnable begin) {
            begin.run();
        }
    }

    /**
     * What a connection is for.
     *
     * @param clientId the MQTT client id, 1..65535 octets
     * @param identity whose credentials it uses
     * @param beginsSession whether the first connection ends what the broker kept for this client id; later ones always resume
     * @param keepsSession whether the broker is to keep the session while the connection is away, for as long as configured; else the
     *     session ends with each connection
     * @param will what the broker publishes when the connection ends other than by {@link End#KEEP_SESSION} or
     *     {@link End#END_SESSION}; null for none
     */
    record Spec(
            String clientId,
            Identity identity,
            boolean beginsSession,
            boolean keepsSession,
            @Nullable UpstreamMessage will) {}

    /** Whose credentials a connection uses. */
    sealed interface Identity {
        /** The gateway's own. */
        record OfGateway() implements Identity {}

        /** Those that the configuration gives for a device. */
        record OfDevice(String clientId) implements Identity {}
    }

    /** How a connection is closed for good. */
    enum End {
        /** The broker keeps the session, as long as configured. */
        KEEP_SESSION,
        /** The broker forgets the session. */
        END_SESSION,
        /** The broker publishes the will, and keeps the session as long as configured. */
        PUBLISH_WILL,
        /** The broker publishes the will and forgets the session. */
        PUBLISH_WILL_AND_END_SESSION
    }

    /** The broker's answer for one filter: the QoS granted, or why not. */
    sealed interface FilterAnswer {
        /** Subscribed; the broker delivers with at most {@code qos}. */
        record Granted(Qos qos) implements FilterAnswer {}

        /** Not subscribed, {@code outcome} says why. */
        record Refused(PublishOutcome outcome) implements FilterAnswer {}
    }

    /** Which retained messages a SUBSCRIBE asks for (MQTT 5 §3.8.3.1). A broker of MQTT 3.1.1 always sends them. */
    enum RetainHandling {
        SEND,
        DO_NOT_SEND
    }

    /**
     * A filter to subscribe.
     *
     * @param qos the highest QoS to deliver with, 0..2
     */
    record FilterRequest(TopicFilter filter, Qos qos, RetainHandling retained) {}

    /** Creates connections. */
    @FunctionalInterface
    interface Factory {
        /**
         * Makes a connection that is not opened yet.
         *
         * @param loop where the connection and its listener live
         */
        BrokerConnection create(Spec spec, OwnerLoop loop, Listener listener);
    }

    /** Starts to connect, and goes on trying until closed. */
    void open();

    /**
     * Sends a message; only between {@code onConnected} and {@code onDisconnected}, and within the send maximum. One that is under way
     * when the connection is lost is sent again on the next. Is not told what became of it when the connection is closed before.
     */
    void publish(UpstreamMessage message, PublishListener listener);

    /**
     * Sends one SUBSCRIBE for all these filters; the answers come in their order. At most ten may be open, UNSUBSCRIBEs included. All
     * answers are {@link PublishOutcome#CONGESTION} when the connection is lost before they come: what is subscribed then depends on
     * the broker, and {@link BrokerOffer#sessionPresent()} of the next connection.
     */
    CompletionStage<List<FilterAnswer>> subscribe(List<FilterRequest> filters);

    /** Sends one UNSUBSCRIBE. The stage never fails; false when the connection was lost before the answer. */
    CompletionStage<Boolean> unsubscribe(List<TopicFilter> filters);

    /**
     * The will of {@link Spec} is replaced. A connection that there is ends without a will, and the next is attempted at once: in the
     * same session if it is kept, so that what is under way either way goes on.
     *
     * @param will null for none
     */
    void changeWill(@Nullable UpstreamMessage will);

    /** Disconnects, for good. The stage never fails. */
    CompletionStage<Void> close(End end);
}
