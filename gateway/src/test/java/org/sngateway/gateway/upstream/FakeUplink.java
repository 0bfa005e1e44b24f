// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.testsupport.ManualLoop;

/**
 * A shard's way to a broker that the test plays: what comes up is expected in order, what becomes of it the test decides, at once or
 * later. Fails when it is called off its loop, and when a subscriber asks for what it has or ends what it has not.
 */
public final class FakeUplink implements Uplink {
    private record Key(Subscriber subscriber, TopicFilter filter) {}

    private final ManualLoop loop;
    private final Deque<Published> published = new ArrayDeque<>();
    private final Deque<Subscription> subscribed = new ArrayDeque<>();
    private final Deque<TopicFilter> unsubscribed = new ArrayDeque<>();
    private final Map<Key, Subscription> subscriptions = new LinkedHashMap<>();
    private @Nullable PublishOutcome outcomeAtOnce;
    private @Nullable Qos grantAtOnce;
    private boolean connected = true;

    public FakeUplink(ManualLoop loop) {
        this.loop = loop;
    }

    // ---- what the test decides beforehand

    /** From now on every message is answered with {@code outcome} before {@link #publish} returns; null: the test answers. */
    public void answerPublishes(@Nullable PublishOutcome outcome) {
        outcomeAtOnce = outcome;
    }

    /** From now on every subscription is granted before {@link #subscribe} returns; null: the test answers. */
    public void grantSubscriptions(@Nullable Qos granted) {
        grantAtOnce = granted;
    }

    public void setConnected(boolean connected) {
        this.connected = connected;
    }

    // ---- what came up

    /** The next message is this one, without RETAIN. */
    public Published expectPublish(String topic, Qos qos, String data) {
        return expectPublish(new UpstreamMessage(topic, Payload.utf8(data), qos, false));
    }

    /** The next message is this one. */
    public Published expectPublish(UpstreamMessage message) {
        Published next = published.poll();
        assertThat(next == null ? null : next.message)
                .as("next message to the broker")
                .isEqualTo(message);
        return Objects.requireNonNull(next);
    }

    /** Takes the next message; null when there is none. */
    public @Nullable Published pollPublish() {
        return published.poll();
    }

    public void expectNoPublish() {
        assertThat(published).as("messages to the broker").isEmpty();
    }

    /** The next SUBSCRIBE is for this filter. */
    public Subscription expectSubscribe(String filter) {
        Subscription next = subscribed.poll();
        assertThat(next == null ? null : next.filter.value())
                .as("next SUBSCRIBE to the broker")
                .isEqualTo(filter);
        return Objects.requireNonNull(next);
    }

    /** Takes the next SUBSCRIBE; null when there is none. */
    public @Nullable Subscription pollSubscribe() {
        return subscribed.poll();
    }

    public void expectNoSubscribe() {
        assertThat(subscribed).as("SUBSCRIBEs to the broker").isEmpty();
    }

    /** The next UNSUBSCRIBE is for this filter. */
    public void expectUnsubscribe(String filter) {
        TopicFilter next = unsubscribed.poll();
        assertThat(next == null ? null : next.value())
                .as("next UNSUBSCRIBE to the broker")
                .isEqualTo(filter);
    }

    public void expectNoUnsubscribe() {
        assertThat(unsubscribed).as("UNSUBSCRIBEs to the broker").isEmpty();
    }

    /** How many subscriptions there are, asked for and granted. */
    public int subscriptions() {
        return subscriptions.size();
    }

    /** The filters that have been granted, in the order in which they were asked for. */
    public List<TopicFilter> grantedFilters() {
        return subscriptions.values().stream()
                .filter(one -> one.granted)
                .map(Subscription::filter)
                .toList();
    }

    // ---- what comes down

    /** A live message for every subscriber of {@code via}; there is at least one. */
    public void deliver(String topic, String data, Qos qos, String via) {
        deliver(topic, Payload.utf8(data), qos, false, via);
    }

    /** A message for every subscriber of {@code via}; there is at least one. */
    public void deliver(String topic, Payload payload, Qos qos, boolean retained, String via) {
        TopicFilter filter = new TopicFilter(via);
        var receivers = subscriptions.values().stream()
                .filter(one -> one.filter.equals(filter))
                .toList();
        assertThat(receivers).as("subscribers of %s", via).isNotEmpty();
        receivers.forEach(one -> one.deliver(topic, payload, qos, retained));
    }

    // ---- Uplink

    @Override
    public void publish(UpstreamMessage message, PublishListener listener) {
        loop.assertOwner();
        Published one = new Published(message, listener);
        published.add(one);
        if (outcomeAtOnce != null) {
            one.complete(outcomeAtOnce);
        }
    }

    @Override
    public void subscribe(Subscriber subscriber, TopicFilter filter, SubscribeListener listener) {
        loop.assertOwner();
        Subscription one = new Subscription(subscriber, filter, listener);
        Subscription before = subscriptions.put(new Key(subscriber, filter), one);
        assertThat(before).as("subscription of %s before", filter).isNull();
        subscribed.add(one);
        if (grantAtOnce != null) {
            one.grant(grantAtOnce);
        }
    }

    @Override
    public void unsubscribe(Subscriber subscriber, TopicFilter filter) {
        loop.assertOwner();
        Subscription ended = subscriptions.remove(new Key(subscriber, filter));
        assertThat(ended).as("subscription of %s to end", filter).isNotNull();
        unsubscribed.add(filter);
    }

    @Override
    public boolean isConnected() {
        loop.assertOwner();
        return connected;
    }

    /** A message that came up. */
    public final class Published {
        private final UpstreamMessage message;
        private final PublishListener listener;
        private boolean completed;

        private Published(UpstreamMessage message, PublishListener listener) {
            this.message = message;
            this.listener = listener;
        }

        public UpstreamMessage message() {
            return message;
        }

        public void accept() {
            complete(PublishOutcome.ACCEPTED);
        }

        public void complete(PublishOutcome outcome) {
            assertThat(completed).as("%s was completed", message).isFalse();
            completed = true;
            loop.run(() -> listener.onPublished(outcome));
        }
    }

    /** A subscription that was asked for. Everything here still works when it has been ended: an answer or a message may be on its way. */
    public final class Subscription {
        private final Subscriber subscriber;
        private final TopicFilter filter;
        private final SubscribeListener listener;
        private boolean granted;

        private Subscription(Subscriber subscriber, TopicFilter filter, SubscribeListener listener) {
            this.subscriber = subscriber;
            this.filter = filter;
            this.listener = listener;
        }

        public TopicFilter filter() {
            return filter;
        }

        /** Whether it has not been ended or refused. */
        public boolean isWanted() {
            return subscriptions.get(new Key(subscriber, filter)) == this;
        }

        /** Who is to be told the answer. */
        public SubscribeListener listener() {
            return listener;
        }

        public void grant(Qos qos) {
            granted = true;
            loop.run(() -> listener.onGranted(qos));
        }

        public void refuse(PublishOutcome outcome) {
            subscriptions.remove(new Key(subscriber, filter), this);
            loop.run(() -> listener.onRefused(outcome));
        }

        public void deliver(String topic, Payload payload, Qos qos, boolean retained) {
            loop.run(() -> subscriber.onDelivery(new Delivery(topic, payload, qos, retained, filter)));
        }
    }
}
