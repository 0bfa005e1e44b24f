// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.MqttClientConnectionConfig;
import com.hivemq.client.internal.mqtt.message.connect.MqttConnect;
import com.hivemq.client.mqtt.MqttVersion;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerConnection.End;
import org.sngateway.gateway.upstream.BrokerConnection.Spec;
import org.sngateway.gateway.upstream.BrokerOffer;
import org.sngateway.gateway.upstream.PublishOutcome;

/**
 * MQTT 3.1.1: one bit, clean session, is both how a session begins and whether it is kept, and no bit says how a connection ends. So a
 * kept session that begins anew takes two connections, ending one takes a second, clean one, and a will is published because the
 * connection breaks without DISCONNECT.
 */
final class Mqtt3Protocol implements Protocol {
    /**
     * A broker cannot say how many it takes. Mosquitto 2.0 takes {@code max_inflight_messages}, 20 unless configured, and acknowledges and loses
     * what is beyond. It is done with QoS 1 at once, so one place is enough for that.
     */
    static final int SEND_MAXIMUM_QOS_2 = 19;

    @Override
    public MqttVersion version() {
        return MqttVersion.MQTT_3_1_1;
    }

    /** A session that expires at once or never is how the client spells clean session. */
    @Override
    public Mqtt5ConnectBuilder session(Mqtt5ConnectBuilder connect, Spec spec, boolean sessionBegun) {
        boolean clean = !spec.keepsSession() || (spec.beginsSession() && !sessionBegun);
        return connect.cleanStart(clean).sessionExpiryInterval(clean ? 0 : MqttConnect.NO_SESSION_EXPIRY);
    }

    @Override
    public boolean clearsFirst(Spec spec, boolean sessionPresent) {
        return spec.beginsSession() && spec.keepsSession();
    }

    @Override
    public BrokerOffer offer(Mqtt5ConnAck connAck, MqttClientConnectionConfig agreed) {
        return new BrokerOffer(
                connAck.isSessionPresent(),
                agreed.getSendMaximum(),
                Math.min(agreed.getSendMaximum(), SEND_MAXIMUM_QOS_2),
                Qos.EXACTLY_ONCE,
                true,
                false);
    }

    /** Fixed header 1 and up to 4, length of the topic 2, packet identifier 2. */
    @Override
    public long publishOctets(int topicOctets, int payloadOctets, MqttClientConnectionConfig agreed) {
        long remaining = 2L + topicOctets + 2 + payloadOctets;
        return 1 + lengthOctets(remaining) + remaining;
    }

    /** How many octets the remaining length takes (MQTT 3.1.1 §2.2.3, MQTT 5 §1.5.5). */
    static int lengthOctets(long remaining) {
        return remaining < 1 << 7 ? 1 : remaining < 1 << 14 ? 2 : remaining < 1 << 21 ? 3 : 4;
    }

    /** There is one code for every failure; that the broker does not allow it is the usual one. */
    @Override
    public PublishOutcome refusal(Mqtt5SubAckReasonCode code) {
        return PublishOutcome.REFUSED;
    }

    @Override
    public void close(Client client, End end) {
        if (end == End.PUBLISH_WILL || end == End.PUBLISH_WILL_AND_END_SESSION) {
            client.breakOff();
        } else {
            client.disconnect(Mqtt5Disconnect.builder().build());
        }
    }

    @Override
    public boolean leavesSession(Spec spec, End end) {
        return spec.keepsSession() && (end == End.END_SESSION || end == End.PUBLISH_WILL_AND_END_SESSION);
    }
}
