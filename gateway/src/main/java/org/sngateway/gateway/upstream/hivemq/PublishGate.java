// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.internal.mqtt.datatypes.MqttUserPropertiesImpl;
import com.hivemq.client.internal.mqtt.message.publish.MqttStatefulPublish;
import com.hivemq.client.internal.mqtt.message.publish.puback.MqttPubAck;
import com.hivemq.client.internal.mqtt.message.publish.pubrec.MqttPubRec;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRecReasonCode;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Between the client and the wire, for one connection: holds messages back until {@link #begin}, and then lets those that the client
 * sends again through one at a time, each when the one before has been answered. Then it opens, for good. A message that is to be given up
 * does not reach the broker: the client is answered in its place that it is not authorized, and forgets it as if the broker had said so.
 */
final class PublishGate extends ChannelDuplexHandler {
    static final String NAME = "publish-gate";

    /** No packet identifier. */
    static final int NONE = 0;

    private record Held(MqttStatefulPublish publish, ChannelPromise promise) {}

    private final int givenUp;
    private final Runnable opened;
    private final Deque<Held> held = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable MqttStatefulPublish alone;
    private boolean begun;
    private boolean open;

    /**
     * @param givenUp the packet identifier of the message to be given up; {@link #NONE} for none
     * @param opened told once, when there is no message left to suspect
     */
    PublishGate(int givenUp, Runnable opened) {
        this.givenUp = givenUp;
        this.opened = opened;
    }

    /** The message that is under way with no other beside it; null when none is. */
    @Nullable
    MqttStatefulPublish alone() {
        return alone;
    }

    /** The connection has lasted long enough that what ends it now is what is sent on it. */
    void begin() {
        begun = true;
        sendNext();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    // ---- to the broker

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (open || !(message instanceof MqttStatefulPublish publish)) {
            var unused = ctx.write(message, promise);
        } else if (publish.isDup() && publish.getPacketIdentifier() == givenUp) {
            // The client is in the middle of sending.
            ctx.executor().execute(() -> giveUp(ctx, publish));
        } else {
            held.add(new Held(publish, promise));
        }
    }

    private void giveUp(ChannelHandlerContext ctx, MqttStatefulPublish publish) {
        if (ctx.channel().isActive()) {
            answer(ctx, publish);
            open();
        }
    }

    private static void answer(ChannelHandlerContext ctx, MqttStatefulPublish publish) {
        int id = publish.getPacketIdentifier();
        MqttUserPropertiesImpl none = MqttUserPropertiesImpl.NO_USER_PROPERTIES;
        ctx.fireChannelRead(
                publish.stateless().getQos() == MqttQos.EXACTLY_ONCE
                        ? new MqttPubRec(id, Mqtt5PubRecReasonCode.NOT_AUTHORIZED, null, none)
                        : new MqttPubAck(id, Mqtt5PubAckReasonCode.NOT_AUTHORIZED, null, none));
    }

    /** New messages come after all that are sent again. */
    private void sendNext() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !begun || open || alone != null || !ctx.channel().isActive()) {
            return;
        }
        Held next = held.peek();
        if (next == null || !next.publish.isDup()) {
            open();
        } else {
            held.remove();
            alone = next.publish;
            var unused = ctx.writeAndFlush(next.publish, next.promise);
        }
    }

    private void open() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || open || !ctx.channel().isActive()) {
            return;
        }
        open = true;
        opened.run();
        for (Held next = held.poll(); next != null; next = held.poll()) {
            var unused = ctx.write(next.publish, next.promise);
        }
        ctx.flush();
    }

    // ---- from the broker

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.fireChannelRead(message);
        if (alone != null && isAnswer(message, alone)) {
            alone = null;
            sendNext();
        }
    }

    /** A broker that has taken a message of QoS 2 has nothing against it. */
    private static boolean isAnswer(Object message, MqttStatefulPublish publish) {
        int id = publish.getPacketIdentifier();
        return publish.stateless().getQos() == MqttQos.EXACTLY_ONCE
                ? message instanceof MqttPubRec received && received.getPacketIdentifier() == id
                : message instanceof MqttPubAck acknowledged && acknowledged.getPacketIdentifier() == id;
    }

    /** Messages of QoS 0 are not sent again; the client waits for what becomes of them. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ctx.fireChannelInactive();
        for (Held lost = held.poll(); lost != null; lost = held.poll()) {
            if (lost.publish.stateless().getQos() == MqttQos.AT_MOST_ONCE) {
                lost.promise.tryFailure(new ClosedChannelException());
            }
        }
    }
}
