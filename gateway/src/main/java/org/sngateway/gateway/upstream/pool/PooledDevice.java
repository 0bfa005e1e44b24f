// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.pool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.topic.TopicFilter;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.upstream.BrokerMessage;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.DeviceUplink;
import org.sngateway.gateway.upstream.PublishListener;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.SubscribeListener;
import org.sngateway.gateway.upstream.Subscriber;
import org.sngateway.gateway.upstream.UpstreamMessage;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * One device's share of the pool: what it subscribes to, and which of the copies that its filters bring it gets.
 *
 * <p>Each filter that matches a message brings one copy, on a lane of its own, all alike since filters are subscribed at the broker with
 * the highest QoS. The device is given the copy of the filter that rules: the one that was granted first. So a filter that joins changes
 * nothing. When the ruling filter ends, the next one takes over where it left off: {@link CopyMemory} knows which of that one's copies
 * were passed by although the ruling copy has not come, and which are still to come although the device has the message.
 */
final class PooledDevice implements DeviceUplink {
    private final Subscriber device;
    private final OwnerLoop loop;
    private final Lane lane;
    private final PooledUpstream pool;
    private final GatewayCounters counters;

    /** Read by lanes that look for the next member of a shared subscription. */
    private volatile boolean awake;

    private @Nullable Map<TopicFilter, PooledSubscription> subscriptions;
    private long lastRank;
    /** Of messages with overlapping filters; null while nothing is to be remembered. */
    private @Nullable CopyMemory copies;
    /** Null while there are none. */
    private @Nullable List<RetainedRequest> retainedRequests;

    /** @param lane the one of its shard */
    PooledDevice(Subscriber device, Lane lane, PooledUpstream pool, GatewayCounters counters) {
        this.device = device;
        this.loop = device.loop();
        this.lane = lane;
        this.pool = pool;
        this.counters = counters;
    }

    /** From any thread. */
    OwnerLoop loop() {
        return loop;
    }

    /** From any thread; may be about to change. */
    boolean isAwake() {
        return awake;
    }

    // ---- connecting and leaving

    @Override
    public void connect(boolean cleanSession, @Nullable UpstreamMessage will, ConnectListener listener) {
        loop.assertOwner();
        if (cleanSession) {
            unsubscribeAll();
        }
        listener.onAccepted();
    }

    @Override
    public void disconnect(boolean kept) {
        loop.assertOwner();
        awake = false;
        if (!kept) {
            unsubscribeAll();
        }
    }

    @Override
    public void lose(boolean kept, @Nullable UpstreamMessage will, PublishListener listener) {
        disconnect(kept);
        if (will == null) {
            listener.onPublished(PublishOutcome.ACCEPTED);
        } else {
            publish(will, listener);
        }
    }

    /** The will is the gateway's affair. */
    @Override
    public void changeWill(@Nullable UpstreamMessage will, PublishListener listener) {
        loop.assertOwner();
        listener.onPublished(PublishOutcome.ACCEPTED);
    }

    @Override
    public void onAwake(boolean nowAwake) {
        loop.assertOwner();
        awake = nowAwake;
    }

    // ---- publishing

    @Override
    public void publish(UpstreamMessage message, PublishListener listener) {
        lane.publish(device.clientId(), message, listener);
    }

    // ---- subscribing

    @Override
    public void subscribe(TopicFilter filter, Qos qos, SubscribeListener listener) {
        loop.assertOwner();
        if (subscriptions == null) {
            subscriptions = new LinkedHashMap<>(4);
        }
        PooledSubscription known = subscriptions.get(filter);
        if (known == null) {
            PooledSubscription subscription = new PooledSubscription(this, filter, qos, listener);
            addRivals(subscription, subscriptions);
            subscriptions.put(filter, subscription);
            expectRetained(subscription);
            pool.subscribe(subscription);
            return;
        }
        known.requested = qos;
        if (known.grantedToGateway == null) {
            known.asking = listener;
            return;
        }
        RetainedRequest request = expectRetained(known);
        if (request != null) {
            pool.askRetained(request);
        }
        listener.onGranted(known.granted());
    }

    @Override
    public void resume(TopicFilter filter, Qos qos) {
        loop.assertOwner();
        if (subscriptions == null) {
            subscriptions = new LinkedHashMap<>(4);
        }
        PooledSubscription subscription = new PooledSubscription(this, filter, qos, null);
        addRivals(subscription, subscriptions);
        subscriptions.put(filter, subscription);
        // Which one rules must be as it was: what it passed by has been acknowledged to the broker.
        rank(subscription);
        pool.resume(subscription);
    }

    private static void addRivals(PooledSubscription added, Map<TopicFilter, PooledSubscription> others) {
        if (added.isShared()) {
            return;
        }
        for (PooledSubscription other : others.values()) {
            if (!other.isShared() && other.filter().overlaps(added.filter())) {
                other.rivals = withRival(other.rivals, added);
                added.rivals = withRival(added.rivals, other);
            }
        }
    }

    private static List<PooledSubscription> withRival(
            @Nullable List<PooledSubscription> rivals, PooledSubscription added) {
        List<PooledSubscription> all = rivals == null ? new ArrayList<>(2) : rivals;
        all.add(added);
        return all;
    }

    /**
     * The broker delivers because of {@code subscription} from now on.
     *
     * @param toGateway what the broker granted
     * @param hasRetained whether the broker keeps retained messages
     */
    void onGranted(PooledSubscription subscription, Qos toGateway, boolean hasRetained) {
        loop.assertOwner();
        if (subscription.ended) {
            return;
        }
        boolean first = subscription.grantedToGateway == null;
        subscription.grantedToGateway = toGateway;
        rank(subscription);
        letTheNextTakeOver();
        if (!first) {
            return;
        }
        RetainedRequest request = subscription.retained;
        if (request != null && hasRetained) {
            pool.askRetained(request);
        } else if (request != null) {
            end(request);
        }
        SubscribeListener asking = subscription.asking;
        subscription.asking = null;
        if (asking != null) {
            asking.onGranted(subscription.granted());
        }
    }

    private void rank(PooledSubscription subscription) {
        if (!subscription.isLive()) {
            subscription.rank = ++lastRank;
        }
    }

    void onRefused(PooledSubscription subscription, PublishOutcome outcome) {
        loop.assertOwner();
        if (subscription.ended) {
            return;
        }
        remove(subscription);
        SubscribeListener asking = subscription.asking;
        if (asking != null) {
            asking.onRefused(outcome);
        }
    }

    /**
     * The broker has forgotten the subscription, and with it what was on its way; it is subscribed again, and granted once more then. In
     * the meantime others may rule.
     */
    void onInterrupted(PooledSubscription subscription) {
        loop.assertOwner();
        if (!subscription.ended) {
            subscription.rank = 0;
            letTheNextTakeOver();
        }
    }

    @Override
    public void unsubscribe(TopicFilter filter, Runnable done) {
        loop.assertOwner();
        PooledSubscription subscription = subscriptions == null ? null : subscriptions.get(filter);
        if (subscription != null) {
            remove(subscription);
            pool.unsubscribe(subscription);
        }
        done.run();
    }

    private void unsubscribeAll() {
        if (subscriptions != null) {
            copies = null;
            List.copyOf(subscriptions.values()).forEach(subscription -> {
                remove(subscription);
                pool.unsubscribe(subscription);
            });
        }
    }

    private void remove(PooledSubscription subscription) {
        subscription.ended = true;
        if (subscription.retained != null) {
            end(subscription.retained);
        }
        if (subscription.rivals != null) {
            for (PooledSubscription rival : subscription.rivals) {
                rival.rivals = withoutRival(rival.rivals, subscription);
            }
        }
        if (subscriptions != null) {
            subscriptions.remove(subscription.filter());
            if (subscriptions.isEmpty()) {
                subscriptions = null;
            }
        }
        letTheNextTakeOver();
    }

    private static @Nullable List<PooledSubscription> withoutRival(
            @Nullable List<PooledSubscription> rivals, PooledSubscription removed) {
        if (rivals == null) {
            return null;
        }
        rivals.remove(removed);
        return rivals.isEmpty() ? null : rivals;
    }

    // ---- what arrives live

    /** The copy of a message that {@code via} has brought. */
    void onCopy(BrokerMessage message, PooledSubscription via, Runnable taken) {
        loop.assertOwner();
        if (via.ended) {
            taken.run();
            return;
        }
        // The broker may deliver before it answers.
        rank(via);
        if ((via.rivals == null && copies == null) || takes(message, via)) {
            deliver(message, via, taken);
        } else {
            taken.run();
        }
    }

    /** Whether the device is given this copy. */
    private boolean takes(BrokerMessage message, PooledSubscription via) {
        long now = loop.nanoTime();
        String topic = message.topic();
        List<PooledSubscription> rivals = rivalsOn(topic, via);
        boolean rules = rivals.stream().noneMatch(rival -> rival.isLive() && rival.rulesOver(via));
        CopyMemory.Message known = copies == null ? null : copies.find(topic, message.payload(), via, now);
        if (known == null && rivals.isEmpty()) {
            return true;
        }
        if (known == null) {
            known = new CopyMemory.Message(topic, message.payload(), message.qos(), expiresNanos(message), now);
            if (copies == null) {
                copies = new CopyMemory(counters);
            }
            copies.add(known);
        }
        if (copies != null) {
            copies.arrived(known, via, rules);
        }
        // What has been delivered without the copy that rules now was delivered when another one ruled.
        boolean takes = rules && !known.delivered;
        known.delivered |= takes;
        if (rivals.stream().allMatch(known::hasArrivedVia)) {
            forget(known);
        }
        return takes;
    }

    private static List<PooledSubscription> rivalsOn(String topic, PooledSubscription via) {
        if (via.rivals == null) {
            return List.of();
        }
        List<PooledSubscription> matching = new ArrayList<>(via.rivals.size());
        for (PooledSubscription rival : via.rivals) {
            if (rival.filter().matches(topic)) {
                matching.add(rival);
            }
        }
        return matching;
    }

    private void forget(CopyMemory.Message message) {
        if (copies != null) {
            copies.remove(message);
            if (copies.isEmpty()) {
                copies = null;
            }
        }
    }

    /** After a change of what is subscribed: what was passed by, and would not be now, is delivered. */
    private void letTheNextTakeOver() {
        if (copies == null) {
            return;
        }
        for (CopyMemory.Message message : copies.all(loop.nanoTime())) {
            List<PooledSubscription> matching = subscriptionsOn(message.topic);
            PooledSubscription ruling = ruling(matching);
            if (ruling != null && !message.delivered && message.hasArrivedVia(ruling)) {
                message.delivered = true;
                deliver(message, ruling);
            }
            if (matching.stream().allMatch(message::hasArrivedVia)) {
                forget(message);
            }
        }
    }

    private List<PooledSubscription> subscriptionsOn(String topic) {
        return subscriptions == null
                ? List.of()
                : subscriptions.values().stream()
                        .filter(each -> !each.isShared() && each.filter().matches(topic))
                        .toList();
    }

    private static @Nullable PooledSubscription ruling(List<PooledSubscription> subscriptions) {
        PooledSubscription ruling = null;
        for (PooledSubscription candidate : subscriptions) {
            if (candidate.isLive() && (ruling == null || candidate.rulesOver(ruling))) {
                ruling = candidate;
            }
        }
        return ruling;
    }

    private void deliver(BrokerMessage message, PooledSubscription via, Runnable taken) {
        String topic = message.topic();
        noteLive(topic);
        Qos qos = message.qos().min(highestGranted(via, topic));
        device.onDelivery(
                new Delivery(topic, message.payload(), qos, false, via.filter(), expiresNanos(message), taken));
    }

    private void deliver(CopyMemory.Message message, PooledSubscription via) {
        noteLive(message.topic);
        Qos qos = message.qos.min(highestGranted(via, message.topic));
        device.onDelivery(new Delivery(
                message.topic,
                message.payload,
                qos,
                false,
                via.filter(),
                message.expiresNanos,
                PooledDevice::takenBefore));
    }

    /** The broker was acknowledged when the copy was passed by. */
    private static void takenBefore() {}

    private static Qos highestGranted(PooledSubscription via, String topic) {
        Qos highest = via.granted();
        if (via.rivals != null) {
            for (PooledSubscription rival : via.rivals) {
                boolean higher =
                        rival.grantedToGateway != null && rival.granted().level() > highest.level();
                if (higher && rival.filter().matches(topic)) {
                    highest = rival.granted();
                }
            }
        }
        return highest;
    }

    private long expiresNanos(BrokerMessage message) {
        if (message.expirySeconds() == BrokerMessage.NO_EXPIRY) {
            return Delivery.NEVER;
        }
        long expires = loop.nanoTime() + message.expirySeconds() * 1_000_000_000L;
        return expires == Delivery.NEVER ? expires - 1 : expires;
    }

    /** Whether the device has taken a message of a shared subscription; if not, another member is to have it. */
    boolean takesShared(BrokerMessage message, PooledSubscription via, Runnable taken) {
        loop.assertOwner();
        if (via.ended) {
            return false;
        }
        device.onDelivery(new Delivery(
                message.topic(),
                message.payload(),
                message.qos().min(via.granted()),
                false,
                via.filter(),
                expiresNanos(message),
                taken));
        return true;
    }

    // ---- retained messages

    /** From now on what is delivered live is noted; null when there are no retained messages for this filter. */
    private @Nullable RetainedRequest expectRetained(PooledSubscription subscription) {
        if (subscription.retained != null) {
            end(subscription.retained);
        }
        if (subscription.isShared()) {
            return null;
        }
        RetainedRequest request = new RetainedRequest(subscription);
        subscription.retained = request;
        if (retainedRequests == null) {
            retainedRequests = new ArrayList<>(2);
        }
        retainedRequests.add(request);
        return request;
    }

    private void noteLive(String topic) {
        if (retainedRequests != null) {
            for (RetainedRequest request : retainedRequests) {
                if (request.filter().matches(topic)) {
                    request.note(topic);
                }
            }
        }
    }

    /** A retained message that {@code request} has brought. */
    void onRetained(BrokerMessage message, RetainedRequest request, Runnable taken) {
        loop.assertOwner();
        if (request.hasEnded() || !request.note(message.topic())) {
            taken.run();
            return;
        }
        PooledSubscription via = request.subscription();
        device.onDelivery(new Delivery(
                message.topic(),
                message.payload(),
                message.qos().min(via.granted()),
                true,
                via.filter(),
                expiresNanos(message),
                taken));
    }

    /** There are no more retained messages for {@code request}. */
    void onRetainedEnd(RetainedRequest request) {
        loop.assertOwner();
        end(request);
    }

    private void end(RetainedRequest request) {
        request.end();
        if (request.subscription().retained == request) {
            request.subscription().retained = null;
        }
        if (retainedRequests != null) {
            retainedRequests.remove(request);
            if (retainedRequests.isEmpty()) {
                retainedRequests = null;
            }
        }
    }
}
