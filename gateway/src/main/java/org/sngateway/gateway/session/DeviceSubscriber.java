// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.topic.DeviceTopics;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.Uplink;
import org.sngateway.transport.loop.OwnerLoop;

/** What one device subscribes to (MQTT-SN 1.2 §6.9), and which of what arrives is for it. */
final class DeviceSubscriber {
    private final OwnerLoop loop;
    private final Subscriber identity;
    private final Uplink uplink;
    private final DeviceTopics topics;
    private final DeviceLink link;
    private final String prefix;
    private final int maxSubscriptions;
    private final Runnable onSettled;

    // for the session
    private @Nullable Subscriptions subscriptions;

    private int connection;

    /**
     * @param identity who is subscribed at the uplink
     * @param onSettled run when a subscription is granted or has ended, so that what waited behind it can be sent
     */
    DeviceSubscriber(
            OwnerLoop loop,
            Subscriber identity,
            Uplink uplink,
            DeviceTopics topics,
            DeviceLink link,
            String prefix,
            int maxSubscriptions,
            Runnable onSettled) {
        this.loop = loop;
        this.identity = identity;
        this.uplink = uplink;
        this.topics = topics;
        this.link = link;
        this.prefix = prefix;
        this.maxSubscriptions = maxSubscriptions;
        this.onSettled = onSettled;
    }

    /** The subscription for which the device takes this copy of a message, or null when it is not for it. */
    @Nullable
    Subscription taking(Delivery delivery) {
        Subscriptions known = subscriptions;
        Subscription via = known == null ? null : known.get(delivery.via());
        return known != null && via != null && known.takes(via, delivery.topic(), delivery.retained()) ? via : null;
    }

    /** How the device named exactly this topic when it subscribed to it, other than in full; null when it did not. */
    @Nullable
    TopicRef exactRef(Subscription via, String topic) {
        Subscription exact =
                !via.filter().hasWildcard() ? via : subscriptions == null ? null : subscriptions.named(topic);
        return exact == null || exact.named() instanceof TopicRef.Name ? null : exact.named();
    }

    /** The device has connected anew: it does not wait for the answers to what it asked before. */
    void onConnection() {
        connection++;
    }

    /** Ends all subscriptions. */
    void clear() {
        if (subscriptions != null) {
            subscriptions.all().forEach(this::end);
            subscriptions = null;
        }
    }

    void onSubscribe(Subscribe message) {
        String name = topics.nameOf(message.topic());
        if (name == null) {
            refuse(message.msgId(), ReturnCode.INVALID_TOPIC_ID);
            return;
        }
        if (!TopicFilter.isValid(prefix + name) || name.startsWith("$share/")) {
            refuse(message.msgId(), ReturnCode.NOT_SUPPORTED);
            return;
        }
        if (subscriptions == null) {
            subscriptions = new Subscriptions();
        }
        TopicFilter filter = new TopicFilter(prefix + name);
        Subscription known = subscriptions.get(filter);
        if (known != null) {
            known.ask(message.qos(), message.topic(), message.msgId(), connection);
            if (known.state() == Subscription.State.GRANTED) {
                confirm(known);
            }
        } else if (subscriptions.size() >= maxSubscriptions) {
            refuse(message.msgId(), ReturnCode.CONGESTION);
        } else {
            Subscription asked =
                    new Subscription(filter, name, message.qos(), message.topic(), message.msgId(), connection);
            subscriptions.add(asked);
            uplink.subscribe(identity, filter, new BrokersAnswer(asked));
        }
    }

    /** Passes the broker's answer on to the device, if it still waits: not after it has connected again. */
    private final class BrokersAnswer implements SubscribeListener {
        private final Subscription subscription;

        BrokersAnswer(Subscription subscription) {
            this.subscription = subscription;
        }

        @Override
        public void onGranted(Qos granted) {
            loop.assertOwner();
            if (subscription.state() != Subscription.State.ASKED) {
                return;
            }
            subscription.grant(granted);
            if (isWaitedFor()) {
                confirm(subscription);
            }
            onSettled.run();
        }

        @Override
        public void onRefused(PublishOutcome outcome) {
            loop.assertOwner();
            if (subscription.state() != Subscription.State.ASKED) {
                return;
            }
            remove(subscription);
            if (isWaitedFor()) {
                refuse(subscription.msgId(), DevicePublisher.returnCode(outcome));
            }
            onSettled.run();
        }

        private boolean isWaitedFor() {
            return subscription.connection() == connection;
        }
    }

    private void confirm(Subscription subscription) {
        int id = idInSubAck(subscription);
        if (id < 0) {
            refuse(subscription.msgId(), ReturnCode.CONGESTION);
            end(subscription);
        } else {
            link.send(new SubAck(subscription.granted(), id, subscription.msgId(), ReturnCode.ACCEPTED));
        }
    }

    /** §6.9: the id for a topic name, 0 for a filter with wildcards and a short name; -1 when the device may have no more ids. */
    private int idInSubAck(Subscription subscription) {
        if (subscription.named() instanceof TopicRef.Predefined predefined) {
            return predefined.id();
        }
        if (subscription.named() instanceof TopicRef.Name name
                && !subscription.filter().hasWildcard()) {
            int id = topics.register(name.name());
            return id == 0 ? -1 : id;
        }
        return 0;
    }

    private void refuse(int msgId, ReturnCode code) {
        link.send(new SubAck(Qos.AT_MOST_ONCE, 0, msgId, code));
    }

    void onUnsubscribe(Unsubscribe message) {
        String name = topics.nameOf(message.topic());
        if (name != null && subscriptions != null && TopicFilter.isValid(prefix + name)) {
            Subscription known = subscriptions.get(new TopicFilter(prefix + name));
            if (known != null) {
                end(known);
            }
        }
        link.send(new UnsubAck(message.msgId()));
        onSettled.run();
    }

    private void end(Subscription subscription) {
        remove(subscription);
        uplink.unsubscribe(identity, subscription.filter());
    }

    private void remove(Subscription subscription) {
        subscription.end();
        if (subscriptions != null) {
            subscriptions.remove(subscription.filter());
        }
    }
}
