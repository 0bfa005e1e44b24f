// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.MqttClientConnectionConfig;
import com.hivemq.client.mqtt.MqttVersion;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.time.Duration;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.PublishOutcome;

/** MQTT 5: sessions have an expiry, the broker says what it takes, and DISCONNECT says how it is meant. */
final class Mqtt5Protocol implements Protocol {
    private final Duration sessionExpiry;

    Mqtt5Protocol(Duration sessionExpiry) {
        this.sessionExpiry = sessionExpiry;
    }

    @Override
    public MqttVersion version() {
        return MqttVersion.MQTT_5_0;
    }

    /** Mosquitto forgets sessions that began with a clean start when it ends, so one that is to be kept begins without. */
    @Override
    public Mqtt5ConnectBuilder session(Mqtt5ConnectBuilder connect, Spec spec, boolean sessionBegun) {
        return connect.cleanStart(!spec.keepsSession() && spec.beginsSession() && !sessionBegun)
                .sessionExpiryInterval(spec.keepsSession() ? sessionExpiry.toSeconds() : 0);
    }

    @Override
    public boolean clearsFirst(Spec spec, boolean sessionPresent) {
        return spec.beginsSession() && spec.keepsSession() && sessionPresent;
    }

    @Override
    public BrokerOffer offer(Mqtt5ConnAck connAck, MqttClientConnectionConfig agreed) {
        return new BrokerOffer(
                connAck.isSessionPresent(),
                agreed.getSendMaximum(),
                Qos.ofBits(agreed.getMaximumQos().getCode()),
                agreed.isRetainAvailable(),
                agreed.isSharedSubscriptionAvailable());
    }

    /** Fixed header 1 and up to 4, length of the topic 2, packet identifier 2, length of the properties 1, topic alias 3. */
    @Override
    public long publishOctets(int topicOctets, int payloadOctets, MqttClientConnectionConfig agreed) {
        long remaining = 2L + topicOctets + 2 + 1 + (agreed.getSendTopicAliasMaximum() > 0 ? 3 : 0) + payloadOctets;
        return 1 + Mqtt3Protocol.lengthOctets(remaining) + remaining;
    }

    @Override
    public PublishOutcome refusal(Mqtt5SubAckReasonCode code) {
        return switch (code) {
            case QUOTA_EXCEEDED, UNSPECIFIED_ERROR, IMPLEMENTATION_SPECIFIC_ERROR, PACKET_IDENTIFIER_IN_USE ->
                PublishOutcome.CONGESTION;
            default -> PublishOutcome.REFUSED;
        };
    }

    @Override
    public void close(Client client, End end) {
        Mqtt5DisconnectBuilder disconnect = Mqtt5Disconnect.builder();
        if (end == End.PUBLISH_WILL || end == End.PUBLISH_WILL_AND_END_SESSION) {
            disconnect = disconnect.reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE);
        }
        if (end == End.END_SESSION || end == End.PUBLISH_WILL_AND_END_SESSION) {
            disconnect = disconnect.sessionExpiryInterval(0);
        }
        client.disconnect(disconnect.build());
    }

    @Override
    public boolean leavesSession(Spec spec, End end) {
        return false;
    }
}
