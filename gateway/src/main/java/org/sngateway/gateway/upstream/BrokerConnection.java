// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.transport.loop.OwnerLoop;

/** One MQTT connection that reconnects by itself; the seam to the MQTT client. Confined to one loop. */
public interface BrokerConnection {
    /** What a connection tells; called on its loop. Each {@code onConnected} is followed by an {@code onDisconnected} before the next. */
    interface Listener {
        /**
         * The broker accepted the connection.
         *
         * @param sendMaximum how many QoS 1 and 2 messages the broker takes unacknowledged, 1..65535
         */
        void onConnected(int sendMaximum);

        /** The connection is lost or could not be made; it is tried again, unless it was closed. */
        void onDisconnected(String reason);

        /**
         * A message from the broker.
         *
         * @param acknowledge to be run once the gateway has custody of the message; from any thread, exactly once, since the broker
         *     waits with what comes after it
         */
        void onMessage(String topic, Payload payload, Qos qos, boolean retained, Runnable acknowledge);
    }

    /** The broker's answer for one filter: the QoS granted, or why not. */
    sealed interface FilterAnswer {
        /** Subscribed; the broker delivers with at most {@code qos}. */
        record Granted(Qos qos) implements FilterAnswer {}

        /** Not subscribed, {@code outcome} says why. */
        record Refused(PublishOutcome outcome) implements FilterAnswer {}
    }

    /** Creates connections. */
    @FunctionalInterface
    interface Factory {
        /**
         * Makes a connection that is not opened yet.
         *
         * @param number distinguishes the connection from the gateway's others; part of its MQTT client id
         * @param loop where the connection and its listener live
         */
        BrokerConnection create(int number, OwnerLoop loop, Listener listener);
    }

    /** Starts to connect, and goes on trying until closed. */
    void open();

    /**
     * Sends a message; only between {@code onConnected} and {@code onDisconnected}, and within the send maximum. One that is under way
     * when the connection is lost is sent again on the next. Is not told what became of it when the connection is closed before.
     */
    void publish(UpstreamMessage message, PublishListener listener);

    /**
     * Sends one SUBSCRIBE for all these filters; the answers come in their order. At most ten may be open, UNSUBSCRIBEs included. One
     * that is open when the connection is lost is sent again on the next.
     *
     * @param qos 0..2
     */
    CompletionStage<List<FilterAnswer>> subscribe(List<TopicFilter> filters, Qos qos);

    /** Sends one UNSUBSCRIBE. */
    CompletionStage<Void> unsubscribe(List<TopicFilter> filters);

    /** Disconnects, for good. The stage never fails. */
    CompletionStage<Void> close();
}
