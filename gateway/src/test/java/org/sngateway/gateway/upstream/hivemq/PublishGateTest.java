// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.internal.mqtt.datatypes.MqttUserPropertiesImpl;
import com.hivemq.client.internal.mqtt.message.publish.MqttPublish;
import com.hivemq.client.internal.mqtt.message.publish.MqttStatefulPublish;
import com.hivemq.client.internal.mqtt.message.publish.puback.MqttPubAck;
import com.hivemq.client.internal.mqtt.message.publish.pubrec.MqttPubRec;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRecReasonCode;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PublishGateTest {
    private final AtomicInteger opened = new AtomicInteger();

    private static MqttStatefulPublish publish(int id, MqttQos qos, boolean again) {
        MqttPublish message =
                (MqttPublish) Mqtt5Publish.builder().topic("t" + id).qos(qos).build();
        return message.createStateful(
                id,
                again,
                MqttStatefulPublish.DEFAULT_NO_TOPIC_ALIAS,
                MqttStatefulPublish.DEFAULT_NO_SUBSCRIPTION_IDENTIFIERS);
    }

    private static MqttPubAck pubAck(int id) {
        return new MqttPubAck(id, Mqtt5PubAckReasonCode.SUCCESS, null, MqttUserPropertiesImpl.NO_USER_PROPERTIES);
    }

    private static MqttPubRec pubRec(int id) {
        return new MqttPubRec(id, Mqtt5PubRecReasonCode.SUCCESS, null, MqttUserPropertiesImpl.NO_USER_PROPERTIES);
    }

    private PublishGate gate(int givenUp) {
        return new PublishGate(givenUp, opened::incrementAndGet);
    }

    @Test
    void shouldLetWhatIsSentAgainThroughOneAtATime() {
        PublishGate gate = gate(PublishGate.NONE);
        EmbeddedChannel channel = new EmbeddedChannel(gate);
        MqttStatefulPublish first = publish(1, MqttQos.AT_LEAST_ONCE, true);
        MqttStatefulPublish second = publish(2, MqttQos.EXACTLY_ONCE, true);
        MqttStatefulPublish fresh = publish(3, MqttQos.AT_LEAST_ONCE, false);
        channel.writeOutbound(first, second, fresh, "another packet");
        assertThat(channel.<Object>readOutbound()).isEqualTo("another packet");
        assertThat(channel.<Object>readOutbound()).isNull();

        gate.begin();
        assertThat(channel.<Object>readOutbound()).isSameAs(first);
        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(gate.alone()).isSameAs(first);

        channel.writeInbound(pubAck(2), pubRec(1), pubAck(1));
        assertThat(channel.<Object>readOutbound()).isSameAs(second);
        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(opened).hasValue(0);

        channel.writeInbound(pubAck(2));
        assertThat(gate.alone()).as("not the answer to QoS 2").isSameAs(second);
        channel.writeInbound(pubRec(2));
        assertThat(channel.<Object>readOutbound()).isSameAs(fresh);
        assertThat(opened).hasValue(1);
        assertThat(gate.alone()).isNull();
        channel.writeOutbound(publish(4, MqttQos.AT_LEAST_ONCE, false));
        assertThat(channel.<Object>readOutbound()).isNotNull();
    }

    @Test
    void shouldAnswerWhatIsGivenUpInTheBrokersPlace() {
        EmbeddedChannel channel = new EmbeddedChannel(gate(2));
        MqttStatefulPublish other = publish(1, MqttQos.AT_LEAST_ONCE, true);
        channel.writeOutbound(other, publish(2, MqttQos.AT_LEAST_ONCE, true));
        channel.runPendingTasks();

        assertThat(channel.<MqttPubAck>readInbound()).satisfies(answer -> {
            assertThat(answer.getPacketIdentifier()).isEqualTo(2);
            assertThat(answer.getReasonCode()).isEqualTo(Mqtt5PubAckReasonCode.NOT_AUTHORIZED);
        });
        assertThat(channel.<Object>readOutbound()).isSameAs(other);
        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(opened).hasValue(1);
    }

    @Test
    void shouldGiveUpAMessageOfQos2Likewise() {
        EmbeddedChannel channel = new EmbeddedChannel(gate(2));
        channel.writeOutbound(publish(2, MqttQos.EXACTLY_ONCE, true));
        channel.runPendingTasks();

        assertThat(channel.<MqttPubRec>readInbound().getReasonCode()).isEqualTo(Mqtt5PubRecReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void shouldGiveUpOnlyWhatIsSentAgain() {
        PublishGate gate = gate(2);
        EmbeddedChannel channel = new EmbeddedChannel(gate);
        MqttStatefulPublish another = publish(2, MqttQos.AT_LEAST_ONCE, false);
        channel.writeOutbound(another);
        channel.runPendingTasks();
        gate.begin();

        assertThat(channel.<Object>readInbound()).isNull();
        assertThat(channel.<Object>readOutbound()).isSameAs(another);
    }

    @Test
    void shouldFailMessagesOfQos0WhenTheConnectionIsLost() {
        PublishGate gate = gate(PublishGate.NONE);
        EmbeddedChannel channel = new EmbeddedChannel(gate);
        ChannelFuture held = channel.write(publish(-1, MqttQos.AT_MOST_ONCE, false));
        var unused = channel.close();
        gate.begin();

        assertThat(held.isDone()).isTrue();
        assertThat(held.isSuccess()).isFalse();
        assertThat(opened).hasValue(0);
    }
}
