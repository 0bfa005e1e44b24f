// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.message.publish.MqttStatefulPublish;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Calls every message of QoS 2 sent again. The client closes the connection when a broker sends one again and does not say so, as aedes
 * does, and would do it again on each connection; whether one is, it knows from the packet identifier, and asks no more of the bit.
 */
final class DupSetter extends ChannelInboundHandlerAdapter {
    static final String NAME = "dup";

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof MqttStatefulPublish publish
                && !publish.isDup()
                && publish.stateless().getQos() != MqttQos.AT_MOST_ONCE) {
            ctx.fireChannelRead(publish.stateless()
                    .createStateful(
                            publish.getPacketIdentifier(),
                            true,
                            publish.getTopicAlias(),
                            publish.getSubscriptionIdentifiers()));
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
