// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
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
    private final Map<String, Subscriber> devices = new LinkedHashMap<>();
    private final List<String> ends = new ArrayList<>();
    private final Deque<Connecting> connecting = new ArrayDeque<>();
    private boolean answersConnects = true;
    private PublishOutcome willChanges = PublishOutcome.ACCEPTED;
    private boolean connected = true;

    public FakeUplink(ManualLoop loop) {
        this.loop = loop;
    }

    // ---- what the test decides beforehand

    /** From now on every message is answered with {@code outcome} before publish returns; null: the test answers. */
    public void answerPublishes(@Nullable PublishOutcome outcome) {
        outcomeAtOnce = outcome;
    }

    /** From now on every subscription is granted before subscribe returns; null: the test answers. */
    public void grantSubscriptions(@Nullable Qos granted) {
        grantAtOnce = granted;
    }

    public void setConnected(boolean connected) {
        this.connected = connected;
    }

    /** From now on the test answers CONNECTs. */
    public void holdConnects() {
        answersConnects = false;
    }

    /** From now on a change of a will has this outcome. */
    public void answerWillChanges(PublishOutcome outcome) {
        willChanges = outcome;
    }

    // ---- what came up

    /** How devices' ways have ended since the last call: "kept" or "ended", and after it "lost". */
    public List<String> takeEnds() {
        List<String> taken = List.copyOf(ends);
        ends.clear();
        return taken;
    }

    /** The next device that wants to connect. */
    public Connecting expectConnect() {
        return Objects.requireNonNull(connecting.poll(), "no device wants to connect");
    }

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

    /** Of the granted filters that match, one with the highest QoS granted to its device; null when none matches. */
    public @Nullable TopicFilter bestFilter(String topic) {
        return subscriptions.values().stream()
                .filter(one -> one.granted && one.filter.matches(topic))
                .max(Comparator.comparing(
                        one -> one.requested.min(one.grantedQos).level()))
                .map(Subscription::filter)
                .orElse(null);
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

    /**
     * A message for this device, of which only the broker knows why.
     *
     * @param taken run when the device has it
     */
    public void deliverTo(String clientId, String topic, String data, Qos qos, Runnable taken) {
        Delivery delivery = new Delivery(topic, Payload.utf8(data), qos, false, null, Delivery.NEVER, taken);
        loop.run(() -> Objects.requireNonNull(devices.get(clientId)).onDelivery(delivery));
    }

    /** The same, for a message that expires. */
    public void deliverUntil(long expiresNanos, String topic, String data, Qos qos, String via) {
        var receivers = subscriptions.values().stream()
                .filter(one -> one.filter.value().equals(via))
                .toList();
        receivers.forEach(one -> loop.run(() -> one.subscriber.onDelivery(
                new Delivery(topic, Payload.utf8(data), qos, false, one.filter, expiresNanos, () -> {}))));
    }

    /** The broker serves this device no longer. */
    public void drop(String clientId, Disconnection why) {
        loop.run(() -> Objects.requireNonNull(devices.get(clientId)).onDropped(why));
    }

    // ---- Uplink

    @Override
    public DeviceUplink forDevice(Subscriber device) {
        loop.assertOwner();
        devices.put(device.clientId(), device);
        return new FakeDeviceUplink(device);
    }

    @Override
    public void publishWithoutSession(UpstreamMessage message) {
        publish(message, outcome -> {});
    }

    @Override
    public boolean isConnected() {
        loop.assertOwner();
        return connected;
    }

    private void publish(UpstreamMessage message, PublishListener listener) {
        loop.assertOwner();
        Published one = new Published(message, listener);
        published.add(one);
        if (outcomeAtOnce != null) {
            one.complete(outcomeAtOnce);
        }
    }

    private final class FakeDeviceUplink implements DeviceUplink {
        private final Subscriber device;

        FakeDeviceUplink(Subscriber device) {
            this.device = device;
        }

        @Override
        public void connect(boolean cleanSession, @Nullable UpstreamMessage will, ConnectListener listener) {
            loop.assertOwner();
            Connecting one = new Connecting(device, cleanSession, will, listener);
            if (answersConnects) {
                listener.onAccepted();
            } else {
                connecting.add(one);
            }
        }

        @Override
        public void publish(UpstreamMessage message, PublishListener listener) {
            FakeUplink.this.publish(message, listener);
        }

        @Override
        public void subscribe(TopicFilter filter, Qos qos, SubscribeListener listener) {
            loop.assertOwner();
            Subscription one = new Subscription(device, filter, qos, listener);
            subscriptions.put(new Key(device, filter), one);
            subscribed.add(one);
            if (grantAtOnce != null) {
                one.grant(grantAtOnce);
            }
        }

        @Override
        public void resume(TopicFilter filter, Qos qos) {
            loop.assertOwner();
            subscriptions.put(new Key(device, filter), new Subscription(device, filter, qos, new SubscribeListener() {
                @Override
                public void onGranted(Qos granted) {}

                @Override
                public void onRefused(PublishOutcome outcome) {}
            }));
        }

        @Override
        public void unsubscribe(TopicFilter filter, Runnable done) {
            loop.assertOwner();
            if (subscriptions.remove(new Key(device, filter)) != null) {
                unsubscribed.add(filter);
            }
            done.run();
        }

        @Override
        public void changeWill(@Nullable UpstreamMessage will, PublishListener listener) {
            loop.assertOwner();
            listener.onPublished(willChanges);
        }

        @Override
        public void onAwake(boolean awake) {
            loop.assertOwner();
        }

        @Override
        public void disconnect(boolean kept) {
            loop.assertOwner();
            ends.add(kept ? "kept" : "ended");
            if (!kept) {
                List.copyOf(subscriptions.keySet()).stream()
                        .filter(key -> key.subscriber == device)
                        .forEach(key -> unsubscribe(key.filter, () -> {}));
            }
        }

        @Override
        public void lose(boolean kept, @Nullable UpstreamMessage will, PublishListener listener) {
            disconnect(kept);
            ends.add("lost");
            if (will == null) {
                listener.onPublished(PublishOutcome.ACCEPTED);
            } else {
                publish(will, listener);
            }
        }
    }

    /** A device that wants to connect. */
    public record Connecting(
            Subscriber device,
            boolean cleanSession,
            @Nullable UpstreamMessage will,
            DeviceUplink.ConnectListener listener) {
        public void accept() {
            ((ManualLoop) device.loop()).run(listener::onAccepted);
        }

        public void refuse(PublishOutcome outcome) {
            ((ManualLoop) device.loop()).run(() -> listener.onRefused(outcome));
        }
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
        private final Qos requested;
        private boolean granted;
        private Qos grantedQos = Qos.AT_MOST_ONCE;

        private Subscription(Subscriber subscriber, TopicFilter filter, Qos requested, SubscribeListener listener) {
            this.subscriber = subscriber;
            this.filter = filter;
            this.requested = requested;
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
            grantedQos = qos;
            loop.run(() -> listener.onGranted(qos.min(requested)));
        }

        public void refuse(PublishOutcome outcome) {
            subscriptions.remove(new Key(subscriber, filter), this);
            loop.run(() -> listener.onRefused(outcome));
        }

        public void deliver(String topic, Payload payload, Qos qos, boolean retained) {
            loop.run(() -> subscriber.onDelivery(
                    new Delivery(topic, payload, qos.min(requested), retained, filter, Delivery.NEVER, () -> {})));
        }
    }
}
