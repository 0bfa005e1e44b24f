// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.MqttClientConnectionConfig;
import com.hivemq.client.mqtt.MqttVersion;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.PublishOutcome;

/** What differs between the versions of MQTT. The client shows both with the types of MQTT 5. */
interface Protocol {
    MqttVersion version();

    /**
     * Says in CONNECT how the session begins and how long the broker keeps it.
     *
     * @param sessionBegun whether an earlier connection has begun it
     */
    Mqtt5ConnectBuilder session(Mqtt5ConnectBuilder connect, Spec spec, boolean sessionBegun);

    /**
     * Whether a connection that begins the session cannot be the one that keeps it, which has to follow then. The first ends what the broker
     * has kept.
     *
     * @param sessionPresent what the broker says of that
     */
    boolean clearsFirst(Spec spec, boolean sessionPresent);

    BrokerOffer offer(Mqtt5ConnAck connAck, MqttClientConnectionConfig agreed);

    /** The longest PUBLISH packet that a message can become, in octets. */
    long publishOctets(int topicOctets, int payloadOctets, MqttClientConnectionConfig agreed);

    /** What the broker's reason code says of a filter that was not granted. */
    PublishOutcome refusal(Mqtt5SubAckReasonCode code);

    /** Ends the connection that there is. */
    void close(Client client, End end);

    /** Whether a session that is to end still has to be ended after {@link #close}, by one more connection. */
    boolean leavesSession(Spec spec, End end);
}
