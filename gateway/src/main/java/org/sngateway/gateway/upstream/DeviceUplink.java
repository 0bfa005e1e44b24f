// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;

/** One device's way to the broker. Every method is called on the device's loop, and answers there, possibly before it returns. */
public interface DeviceUplink {
    /** Told once whether the device may connect. */
    interface ConnectListener {
        void onAccepted();

        /** It may not; {@code outcome} says why, never {@link PublishOutcome#ACCEPTED}. */
        void onRefused(PublishOutcome outcome);
    }

    /**
     * The device wants to connect. May be called again at any time: an earlier call that has not been answered is forgotten.
     *
     * @param cleanSession whether what is left of an earlier session ends: subscriptions, and messages that wait at the broker
     * @param will what is to be published when the device is lost; null for none
     */
    void connect(boolean cleanSession, @Nullable UpstreamMessage will, ConnectListener listener);

    /**
     * Hands a message over. The messages of one device reach the broker in the order of the calls. Never blocks, and no more than the
     * configured number of messages wait: beyond it the answer is {@link PublishOutcome#CONGESTION}.
     */
    void publish(UpstreamMessage message, PublishListener listener);

    /**
     * Subscribes {@code filter}, or, if that is the case already, changes its QoS; in both cases the retained messages it matches are
     * delivered. Deliveries may begin before the answer.
     *
     * @param qos the highest QoS to deliver with, 0..2
     */
    void subscribe(TopicFilter filter, Qos qos, SubscribeListener listener);

    /**
     * After a restart of the gateway: the device has this subscription, and no message of it must be missed. Called before
     * {@link Upstream#open}, in the order in which the subscriptions were granted; retained messages are not delivered.
     */
    void resume(TopicFilter filter, Qos qos);

    /**
     * Ends a subscription; deliveries already on their way may still arrive.
     *
     * @param done run when the device may be told
     */
    void unsubscribe(TopicFilter filter, Runnable done);

    /** The device has changed its will, null for none. {@link PublishOutcome#REFUSED}: the one before remains. */
    void changeWill(@Nullable UpstreamMessage will, PublishListener listener);

    /**
     * The device can be sent to, or not: a member of a shared subscription that can is preferred.
     *
     * @param awake whether it is active or awake
     */
    void onAwake(boolean awake);

    /**
     * The device has left, and its will is not published.
     *
     * @param kept whether its session goes on: subscriptions stay
     */
    void disconnect(boolean kept);

    /**
     * The device is lost: its will is published.
     *
     * @param kept as for {@link #disconnect}
     * @param listener told when the will is in good hands; {@link PublishOutcome#CONGESTION}: to be called again
     */
    void lose(boolean kept, @Nullable UpstreamMessage will, PublishListener listener);
}
