// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.store.StoredSubscription;
import org.sngateway.gateway.topic.DeviceTopics;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.transport.loop.OwnerLoop;

/** What one device subscribes to (MQTT-SN 1.2 §6.9). */
final class DeviceSubscriber {
    private static final String SHARED = "$share/";

    private final OwnerLoop loop;
    private final DeviceUplink uplink;
    private final DeviceTopics topics;
    private final DeviceLink link;
    private final String prefix;
    private final int maxSubscriptions;
    private final DeviceMemory memory;
    private final Runnable onSettled;

    // for the session
    private @Nullable Subscriptions subscriptions;

    private int connection;

    /** @param onSettled run when a subscription is granted or has ended, so that what waited behind it can be sent */
    DeviceSubscriber(
            OwnerLoop loop,
            DeviceUplink uplink,
            DeviceTopics topics,
            DeviceLink link,
            String prefix,
            int maxSubscriptions,
            DeviceMemory memory,
            Runnable onSettled) {
        this.loop = loop;
        this.uplink = uplink;
        this.topics = topics;
        this.link = link;
        this.prefix = prefix;
        this.maxSubscriptions = maxSubscriptions;
        this.memory = memory;
        this.onSettled = onSettled;
    }

    /** The device's subscription with this filter as the device named it, or null when it has none. */
    @Nullable
    Subscription named(String name) {
        TopicFilter filter = filterAtBroker(name);
        return filter == null ? null : get(filter);
    }

    /** The device's subscription with this filter, or null when it has none. */
    @Nullable
    Subscription get(TopicFilter filter) {
        return subscriptions == null ? null : subscriptions.get(filter);
    }

    /**
     * How the device named exactly this topic when it subscribed to it, other than in full; null when it did not.
     *
     * @param via because of which a message is delivered, if that is known
     * @param topic without the prefix
     */
    @Nullable
    TopicRef exactRef(@Nullable Subscription via, String topic) {
        Subscription exact = via != null && via.exactTopic() != null
                ? via
                : subscriptions == null ? null : subscriptions.named(topic);
        return exact == null || exact.named() instanceof TopicRef.Name ? null : exact.named();
    }

    /** How many subscriptions there are. */
    int size() {
        return subscriptions == null ? 0 : subscriptions.size();
    }

    /** The first of them, in the order in which they were made. */
    List<SessionDetail.Subscribed> listed(int max) {
        return subscriptions == null
                ? List.of()
                : subscriptions.all().stream()
                        .limit(max)
                        .map(one -> new SessionDetail.Subscribed(
                                one.name(),
                                one.requested(),
                                one.state() == Subscription.State.GRANTED ? one.granted() : null))
                        .toList();
    }

    /** The device has connected anew: it does not wait for the answers to what it asked before. */
    void onConnection() {
        connection++;
    }

    /** Forgets all subscriptions; they end with the session. */
    void clear() {
        if (subscriptions != null) {
            subscriptions.all().forEach(Subscription::end);
            subscriptions = null;
        }
    }

    void onSubscribe(Subscribe message) {
        String name = topics.nameOf(message.topic());
        if (name == null) {
            refuse(message.msgId(), ReturnCode.INVALID_TOPIC_ID);
            return;
        }
        TopicFilter filter = filterAtBroker(name);
        if (filter == null) {
            refuse(message.msgId(), ReturnCode.NOT_SUPPORTED);
            return;
        }
        if (subscriptions == null) {
            subscriptions = new Subscriptions();
        }
        Subscription known = subscriptions.get(filter);
        if (known == null && subscriptions.size() >= maxSubscriptions) {
            refuse(message.msgId(), ReturnCode.CONGESTION);
            return;
        }
        Subscription asked = known;
        if (asked == null) {
            String exact = filter.hasWildcard() ? null : withoutGroup(name);
            asked = new Subscription(filter, name, exact, message.qos(), message.topic(), message.msgId(), connection);
            subscriptions.add(asked);
        } else {
            boolean repeated = asked.isAnsweredBy(message, connection);
            asked.ask(message.qos(), message.topic(), message.msgId(), connection);
            if (repeated) {
                if (asked.state() == Subscription.State.GRANTED) {
                    confirm(asked);
                }
                return;
            }
        }
        uplink.subscribe(filter, message.qos(), new BrokersAnswer(asked));
    }

    /**
     * The filter as the broker gets it: with the prefix, in a shared subscription (MQTT 5 §4.8.2) behind the name of the group. Null
     * when it is not valid.
     */
    private @Nullable TopicFilter filterAtBroker(String name) {
        String bare = withoutGroup(name);
        String group = name.substring(0, name.length() - bare.length());
        boolean validGroup = group.isEmpty()
                || (group.length() > SHARED.length() + 1 && group.indexOf('+') < 0 && group.indexOf('#') < 0);
        boolean valid = validGroup && !bare.isEmpty() && TopicFilter.isValid(prefix + bare);
        String text = group + prefix + bare;
        return valid && TopicFilter.isValid(text) ? new TopicFilter(text) : null;
    }

    /** What follows the group of a shared subscription; empty when nothing does. */
    private static String withoutGroup(String name) {
        if (!name.startsWith(SHARED)) {
            return name;
        }
        int slash = name.indexOf('/', SHARED.length());
        return slash < 0 ? "" : name.substring(slash + 1);
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
            if (subscription.state() == Subscription.State.ENDED) {
                return;
            }
            subscription.grant(granted);
            confirm(subscription);
            onSettled.run();
        }

        @Override
        public void onRefused(PublishOutcome outcome) {
            loop.assertOwner();
            if (subscription.state() == Subscription.State.ENDED) {
                return;
            }
            remove(subscription);
            memory.removeSubscription(subscription, () -> {});
            if (isWaitedFor(subscription)) {
                refuse(subscription.msgId(), DevicePublisher.returnCode(outcome));
            }
            onSettled.run();
        }
    }

    /** Whether the device waits for the answer: not after it has connected again. */
    private boolean isWaitedFor(Subscription subscription) {
        return subscription.connection() == connection;
    }

    /** Confirms what has been granted, as soon as it is kept; silently when the device does not wait: it learns no id then. */
    private void confirm(Subscription subscription) {
        int id = isWaitedFor(subscription) ? idInSubAck(subscription) : 0;
        if (id < 0) {
            giveUp(subscription);
        } else {
            memory.addSubscription(
                    subscription,
                    id,
                    () -> {
                        if (isWaitedFor(subscription) && subscription.state() == Subscription.State.GRANTED) {
                            link.send(
                                    new SubAck(subscription.granted(), id, subscription.msgId(), ReturnCode.ACCEPTED));
                        }
                    },
                    () -> {
                        if (subscription.state() == Subscription.State.GRANTED) {
                            giveUp(subscription);
                        }
                    });
        }
    }

    /** What cannot be kept is not confirmed. */
    private void giveUp(Subscription subscription) {
        if (isWaitedFor(subscription)) {
            refuse(subscription.msgId(), ReturnCode.CONGESTION);
        }
        remove(subscription);
        memory.removeSubscription(subscription, () -> {});
        uplink.unsubscribe(subscription.filter(), () -> {});
    }

    /** After a restart: a subscription that was granted; null when it is not valid any more. */
    @Nullable
    Subscription restore(StoredSubscription stored) {
        TopicFilter filter = filterAtBroker(stored.filter());
        if (filter == null) {
            return null;
        }
        TopicRef named = switch (stored.named()) {
            case NAME -> new TopicRef.Name(stored.filter());
            case PREDEFINED_ID -> new TopicRef.Predefined(stored.topicId());
            case SHORT_NAME -> new TopicRef.ShortName(stored.filter());
        };
        if (subscriptions == null) {
            subscriptions = new Subscriptions();
        }
        String exact = filter.hasWildcard() ? null : withoutGroup(stored.filter());
        // In no connection: nobody waits for an answer.
        Subscription restored =
                new Subscription(filter, stored.filter(), exact, stored.requested(), named, 0, connection - 1);
        restored.grant(stored.granted());
        restored.setPosition(stored.position());
        subscriptions.add(restored);
        uplink.resume(filter, stored.requested());
        return restored;
    }

    /** §6.9: the id for a topic name, 0 for a filter with wildcards and a short name; -1 when the device may have no more ids. */
    private int idInSubAck(Subscription subscription) {
        if (subscription.named() instanceof TopicRef.Predefined predefined) {
            return predefined.id();
        }
        if (subscription.named() instanceof TopicRef.Name && subscription.exactTopic() != null) {
            int id = topics.register(subscription.exactTopic());
            return id == 0 ? -1 : id;
        }
        return 0;
    }

    private void refuse(int msgId, ReturnCode code) {
        link.send(new SubAck(Qos.AT_MOST_ONCE, 0, msgId, code));
    }

    void onUnsubscribe(Unsubscribe message) {
        String name = topics.nameOf(message.topic());
        TopicFilter filter = name == null ? null : filterAtBroker(name);
        UnsubAck answer = new UnsubAck(message.msgId());
        if (filter == null) {
            link.send(answer);
            return;
        }
        Subscription known = get(filter);
        int asked = connection;
        Runnable confirm = () -> {
            if (asked == connection) {
                link.send(answer);
            }
        };
        if (known == null) {
            uplink.unsubscribe(filter, confirm);
        } else {
            remove(known);
            uplink.unsubscribe(filter, () -> memory.removeSubscription(known, confirm));
        }
        onSettled.run();
    }

    private void remove(Subscription subscription) {
        subscription.end();
        if (subscriptions != null) {
            subscriptions.remove(subscription.filter());
        }
    }
}
