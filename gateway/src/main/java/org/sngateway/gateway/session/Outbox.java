// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.gateway.config.BufferLimit;
import org.sngateway.gateway.config.SessionsConfig;
import org.sngateway.gateway.observe.GatewayCounters;
import org.sngateway.gateway.store.StoredDelivery;
import org.sngateway.gateway.topic.DeviceTopics;
import org.sngateway.gateway.upstream.Delivery;
import org.sngateway.gateway.upstream.SessionKeeper;

/**
 * What waits for one device, and the one message that is under way to it (MQTT-SN 1.2 §6.6): a REGISTER, a PUBLISH at QoS 1 or 2, or a
 * PUBREL, sent again until it is answered. The next follows on the answer, so order is kept; QoS 0 takes its turn like the others.
 *
 * <p>A closed outbox only collects. What was under way when it was closed keeps its message id and is sent again, with DUP, when it is
 * opened; an answer that comes late, while it is closed, still counts.
 */
final class Outbox {
    /** How long to leave a device alone that says "congestion" (T-wait, §7.2). */
    static final Duration WAIT_AFTER_CONGESTION = Duration.ofMinutes(5);

    // MQTT-SN 1.2 §5.2.1, §5.4.10 and §5.4.12
    private static final int SHORT_HEADER_OCTETS = 2;
    private static final int LONG_HEADER_OCTETS = 4;
    private static final int MAX_SHORT_BODY_OCTETS = 253;
    private static final int PUBLISH_FIXED_OCTETS = 5;
    private static final int REGISTER_FIXED_OCTETS = 4;

    /** What an item costs beside its text and payload, roughly. */
    private static final int ITEM_OCTETS = 16;

    /** A message that waits. */
    private static final class Item {
        private final @Nullable Subscription via;
        private final String topic;
        private final @Nullable TopicRef exactRef;
        private final Payload payload;
        private final boolean retained;
        private final long expiresNanos;
        /** When it came, or was restored. */
        private final long sinceNanos;
        /** In the store; 0 when it is not there. */
        private long seq;
        /** It is on its way into the store. */
        private boolean writing;
        /** Tells the broker that the device has it; null when it has been told, or need not be. */
        private @Nullable Runnable taken;

        private Qos qos;
        /** Given when it is stored or first sent; 0 before, and for QoS 0. */
        private int msgId;
        /** The device may know it by its message id. */
        private boolean sent;
        /** QoS 2: the device has it, and is to be told that it may pass it on. */
        private boolean received;

        private int repairs;

        Item(
                Delivery delivery,
                @Nullable Subscription via,
                String topic,
                @Nullable TopicRef exactRef,
                @Nullable Runnable taken,
                long sinceNanos) {
            this.via = via;
            this.sinceNanos = sinceNanos;
            this.topic = topic;
            this.exactRef = exactRef;
            this.payload = delivery.payload();
            this.qos = delivery.qos();
            this.retained = delivery.retained();
            this.expiresNanos = delivery.expiresNanos();
            this.taken = taken;
        }

        int octets() {
            return ITEM_OCTETS + topic.length() + payload.length();
        }

        boolean isAsked() {
            return via != null && via.state() == Subscription.State.ASKED;
        }

        boolean isEnded() {
            return via != null && via.state() == Subscription.State.ENDED;
        }

        /** Of no use any more, and the device knows nothing of it. */
        boolean isExpired(long now) {
            return expiresNanos != Delivery.NEVER && !sent && now - expiresNanos >= 0;
        }

        /** QoS 2 goes out when its id is stored: sent after a restart with another one, it would be another message. */
        boolean isHeld() {
            return writing && qos == Qos.EXACTLY_ONCE && !sent;
        }

        /** To be sent with another id, as a new message. */
        void renew() {
            msgId = 0;
            sent = false;
        }

        boolean isSameMessage(Item other) {
            return qos == other.qos && topic.equals(other.topic) && payload.equals(other.payload);
        }

        /** The broker need not keep it any longer. */
        void tellTaken() {
            Runnable toTell = taken;
            taken = null;
            if (toTell != null) {
                toTell.run();
            }
        }
    }

    /** The message that waits for an answer. It belongs to the head of the queue. */
    private static final class InFlight {
        private final SnMessage message;
        private final int msgId;
        /** The normal id the message uses or registers; 0 for another kind of topic. */
        private final int topicId;

        private final int repetitions;
        private final long dueNanos;

        InFlight(SnMessage message, int msgId, int topicId, int repetitions, long dueNanos) {
            this.message = message;
            this.msgId = msgId;
            this.topicId = topicId;
            this.repetitions = repetitions;
            this.dueNanos = dueNanos;
        }
    }

    private final DeviceTopics topics;
    private final DeviceLink link;
    private final GatewayCounters counters;
    private final BufferBudget budget;
    private final BufferLimit limit;
    private final SessionKeeper keeper;
    private final long retryNanos;
    private final int retryCount;
    private final DeviceMemory memory;
    private final Runnable onStored;

    // for the session
    private final ArrayDeque<Item> queue = new ArrayDeque<>(2);
    private int queuedOctets;
    private int qos0Messages;
    private int qos0Octets;
    private int lastMsgId;
    /** A message of QoS 2 that the device may have, and that the broker will deliver again: with the same message id, then. */
    private @Nullable Item leftToBroker;

    // while open
    private boolean open;
    /** How many messages may still be delivered; what is dropped does not count. */
    private long quota;

    private @Nullable InFlight inFlight;
    /** Whether it is counted: only while open, when the answer is waited for. */
    private boolean inFlightCounted;

    private boolean paused;
    private long pausedUntilNanos;

    // for this connection
    private @Nullable Set<String> refusedTopics;
    private boolean refusesQos2;
    private boolean refusesDup;

    /** @param onStored run when what was held until it was stored can be sent */
    Outbox(
            DeviceTopics topics,
            DeviceLink link,
            GatewayCounters counters,
            BufferBudget budget,
            SessionsConfig config,
            SessionKeeper keeper,
            DeviceMemory memory,
            Runnable onStored) {
        this.keeper = keeper;
        this.memory = memory;
        this.lastMsgId = memory.firstMsgId();
        this.onStored = onStored;
        this.topics = topics;
        this.link = link;
        this.counters = counters;
        this.budget = budget;
        this.limit = config.sleepBuffer();
        this.retryNanos = config.retryInterval().toNanos();
        this.retryCount = config.retryCount();
    }

    /** The device has connected anew: what it refused before is not held against it. */
    void onConnection() {
        refusedTopics = null;
        refusesQos2 = false;
        refusesDup = false;
    }

    /**
     * The device can be sent to.
     *
     * @param maxMessages how many messages may be delivered until the outbox counts as drained; 0 for all
     */
    void open(int maxMessages, long now) {
        open = true;
        quota = maxMessages == 0 ? Long.MAX_VALUE : maxMessages;
        setInFlight(null);
        paused = false;
        sendNext(now);
    }

    /** The device cannot be sent to; what waits stays. */
    void close() {
        open = false;
        paused = false;
        countInFlight();
    }

    /** Drops all. */
    void clear() {
        close();
        setInFlight(null);
        while (!queue.isEmpty()) {
            removeHead();
        }
    }

    /** Drops what the broker keeps and delivers again when the device is back; what the device is still to be told of stays. */
    void leaveToBroker() {
        close();
        setInFlight(null);
        Item head = queue.peek();
        leftToBroker = head != null && head.qos == Qos.EXACTLY_ONCE && head.sent && !head.received ? head : null;
        queue.removeIf(item -> {
            item.taken = null;
            boolean leaves = !item.received;
            if (leaves) {
                release(item);
            }
            return leaves;
        });
    }

    /** Drops what waits; what is under way, or was when the device fell asleep, stays. */
    int clearWaiting() {
        Item spared = sparedHead();
        int before = queue.size();
        queue.removeIf(item -> {
            boolean drops = item != spared;
            if (drops) {
                release(item);
                counters.queueCleared.increment();
            }
            return drops;
        });
        return before - queue.size();
    }

    private void setInFlight(@Nullable InFlight next) {
        inFlight = next;
        countInFlight();
    }

    private void countInFlight() {
        boolean awaited = open && inFlight != null;
        if (awaited != inFlightCounted) {
            inFlightCounted = awaited;
            counters.messagesInFlight.add(awaited ? 1 : -1);
        }
    }

    boolean isOpen() {
        return open;
    }

    /** What waits, for limits. */
    int octets() {
        return queuedOctets;
    }

    /** What the device is to answer; null when nothing. */
    SessionDetail.@Nullable ToDevice awaited() {
        InFlight sent = open ? inFlight : null;
        Item head = queue.peek();
        return sent == null || head == null
                ? null
                : new SessionDetail.ToDevice(
                        sent.message.type(), sent.msgId, head.topic, sent.repetitions, sent.dueNanos);
    }

    /** The first of what waits. */
    List<SessionDetail.Waiting> waiting(int max) {
        return queue.stream()
                .limit(max)
                .map(item -> new SessionDetail.Waiting(
                        item.topic, item.qos, item.retained, item.payload.length(), item.sinceNanos))
                .toList();
    }

    int size() {
        return queue.size();
    }

    /** Whether there is nothing that could be sent or waited for now. */
    boolean isDrained() {
        if (inFlight != null) {
            return false;
        }
        Item head = queue.peek();
        return head == null || quota <= 0 || paused || head.isAsked();
    }

    /** Whether an answer or the end of a pause is waited for, so that something is to be done at {@link #dueNanos}. */
    boolean isWaiting() {
        return open && (inFlight != null || paused);
    }

    /** When {@link #onDue} is to be called; only while {@link #isWaiting}. */
    long dueNanos() {
        return inFlight != null ? inFlight.dueNanos : pausedUntilNanos;
    }

    boolean isDue(long now) {
        return isWaiting() && now - dueNanos() >= 0;
    }

    // ---- what comes in

    /** After a restart: a message that waited, in its order. */
    void restore(
            StoredDelivery stored,
            @Nullable Subscription via,
            @Nullable TopicRef exactRef,
            long expiresNanos,
            long now) {
        Delivery delivery = new Delivery(
                stored.topic(), stored.payload(), stored.qos(), stored.retained(), null, expiresNanos, () -> {});
        Item item = new Item(delivery, via, stored.topic(), exactRef, null, now);
        item.seq = stored.seq();
        item.msgId = stored.msgId();
        item.sent = item.msgId != 0;
        item.received = stored.received();
        budget.take(item.octets());
        queue.add(item);
        count(item, 1);
    }

    /** Stores what could not be stored when it came. */
    void storeAgain() {
        for (Item item : List.copyOf(queue)) {
            if (item.taken != null && !item.writing) {
                store(item);
            }
        }
    }

    private void store(Item item) {
        item.writing = true;
        if (item.seq == 0) {
            item.seq = memory.nextDeliverySeq();
        }
        if (item.qos == Qos.EXACTLY_ONCE && item.msgId == 0) {
            item.msgId = nextMsgId();
        }
        Delivery delivery =
                new Delivery(item.topic, item.payload, item.qos, item.retained, null, item.expiresNanos, () -> {});
        String via = item.via == null ? "" : item.via.name();
        memory.addDelivery(
                item.seq,
                item.topic,
                via,
                delivery,
                item.msgId,
                () -> {
                    item.tellTaken();
                    stored(item);
                },
                () -> stored(item));
    }

    private void stored(Item item) {
        boolean held = item.isHeld();
        item.writing = false;
        if (held) {
            onStored.run();
        }
    }

    /**
     * Queues a message and sends it as soon as it may be sent.
     *
     * @param via the subscription that brings it, if that is known
     * @param topic as the device knows it, without the prefix
     * @param exactRef how the device named exactly this topic when it subscribed; null when it did not, or in full
     * @param taken run when the message is stored, or the device has it or will never have it; the broker keeps it until then. Null when
     *     the broker need not
     */
    void offer(
            Delivery delivery,
            @Nullable Subscription via,
            String topic,
            @Nullable TopicRef exactRef,
            @Nullable Runnable taken,
            long now) {
        Item item = new Item(delivery, via, topic, exactRef, taken, now);
        if (refusedTopics != null && refusedTopics.contains(topic)) {
            counters.undeliverable.increment();
            item.tellTaken();
            return;
        }
        if (item.qos != Qos.AT_MOST_ONCE && keeper == SessionKeeper.BROKER) {
            // How many of these there are at once is between the broker and our receive maximum; one refused would be
            // lost.
            budget.take(item.octets());
            resume(item);
        } else if (!makeRoomFor(item)) {
            countDropped(item);
            item.tellTaken();
            return;
        }
        queue.add(item);
        count(item, 1);
        if (taken != null && memory.isKept()) {
            store(item);
        }
        sendNext(now);
    }

    /** The broker delivers again, in the same order, what it kept: the device may know the first of it. */
    private void resume(Item item) {
        if (leftToBroker != null && leftToBroker.isSameMessage(item)) {
            item.msgId = leftToBroker.msgId;
            item.sent = true;
        }
        leftToBroker = null;
    }

    /** Drops what may give way, oldest first, if that helps; what has been sent stays. */
    private boolean makeRoomFor(Item item) {
        if (!hasRoomFor(item, queue.size(), queuedOctets) && canMakeRoomFor(item)) {
            Item spared = sparedHead();
            Iterator<Item> oldest = queue.iterator();
            while (!hasRoomFor(item, queue.size(), queuedOctets) && oldest.hasNext()) {
                Item candidate = oldest.next();
                if (candidate != spared && mayGive(candidate)) {
                    oldest.remove();
                    release(candidate);
                    countDropped(candidate);
                }
            }
        }
        return hasRoomFor(item, queue.size(), queuedOctets) && budget.tryTake(item.octets());
    }

    private boolean canMakeRoomFor(Item item) {
        Item spared = sparedHead();
        int sparedMessages = spared == null || !mayGive(spared) ? 0 : 1;
        int sparedOctets = spared == null || !mayGive(spared) ? 0 : spared.octets();
        return switch (limit.overflow()) {
            case DROP_NEWEST -> false;
            case DROP_OLDEST -> hasRoomFor(item, sparedMessages, sparedOctets);
            case DROP_OLDEST_QOS_0 ->
                hasRoomFor(
                        item, queue.size() - qos0Messages + sparedMessages, queuedOctets - qos0Octets + sparedOctets);
        };
    }

    /** The head when it is under way, or was when the device fell asleep. */
    private @Nullable Item sparedHead() {
        Item head = queue.peek();
        return head != null && (inFlight != null || head.sent) ? head : null;
    }

    private boolean mayGive(Item candidate) {
        return switch (limit.overflow()) {
            case DROP_NEWEST -> false;
            case DROP_OLDEST -> candidate.qos == Qos.AT_MOST_ONCE || keeper == SessionKeeper.GATEWAY;
            case DROP_OLDEST_QOS_0 -> candidate.qos == Qos.AT_MOST_ONCE;
        };
    }

    private boolean hasRoomFor(Item item, int messages, int octets) {
        return messages < limit.messages() && octets + item.octets() <= limit.octets();
    }

    private void countDropped(Item item) {
        (item.qos == Qos.AT_MOST_ONCE ? counters.queueDroppedQos0 : counters.queueDroppedQos1).increment();
    }

    private void release(Item item) {
        count(item, -1);
        budget.giveBack(item.octets());
        item.tellTaken();
        if (item.seq != 0) {
            memory.removeDelivery(item.seq);
        }
    }

    private void count(Item item, int oneMoreOrLess) {
        int octets = oneMoreOrLess * item.octets();
        queuedOctets += octets;
        counters.bufferedMessages.add(oneMoreOrLess);
        counters.bufferedOctets.add(octets);
        if (item.qos == Qos.AT_MOST_ONCE) {
            qos0Messages += oneMoreOrLess;
            qos0Octets += octets;
        }
    }

    private void removeHead() {
        Item head = queue.poll();
        if (head != null) {
            release(head);
        }
    }

    // ---- what goes out

    /** Sends from the head of the queue until something must be waited for. */
    void sendNext(long now) {
        while (open && !queue.isEmpty() && !isDrained() && inFlight == null) {
            Item item = queue.element();
            if (item.isHeld()) {
                return;
            }
            boolean unwanted = item.isEnded() && !item.received;
            boolean expired = item.isExpired(now);
            if (expired) {
                counters.expired.increment();
            }
            if (unwanted || expired || !send(item, now)) {
                removeHead();
            }
        }
    }

    /** Sends the item, or the REGISTER it needs first; false when the item is done with. */
    private boolean send(Item item, long now) {
        if (item.received) {
            return sendAndAwait(new PubRel(item.msgId), item.msgId, 0, now);
        }
        if (!fits(PUBLISH_FIXED_OCTETS + item.payload.length())) {
            return false;
        }
        TopicRef ref = refFor(item);
        if (ref == null) {
            return register(item, now);
        }
        if (refusesQos2) {
            item.qos = item.qos.min(Qos.AT_LEAST_ONCE);
        }
        boolean again = item.sent;
        if (item.qos != Qos.AT_MOST_ONCE && item.msgId == 0) {
            item.msgId = nextMsgId();
        }
        Publish publish = new Publish(again && !refusesDup, item.qos, item.retained, ref, item.msgId, item.payload);
        if (item.qos != Qos.AT_MOST_ONCE) {
            item.sent = true;
            int topicId = ref instanceof TopicRef.Normal normal ? normal.id() : 0;
            return sendAndAwait(publish, item.msgId, topicId, now);
        }
        link.send(publish);
        quota--;
        return false;
    }

    /**
     * How the device subscribed to exactly this topic, else what it knows. Null: register a normal id first, which is also what helps
     * a device that did not understand the one or the other.
     */
    private @Nullable TopicRef refFor(Item item) {
        if (item.repairs > 0) {
            return topics.knownIdOf(item.topic);
        }
        return item.exactRef != null ? item.exactRef : topics.refFor(item.topic);
    }

    private boolean register(Item item, long now) {
        if (!fits(REGISTER_FIXED_OCTETS + item.topic.getBytes(StandardCharsets.UTF_8).length)) {
            return false;
        }
        int id = topics.idFor(item.topic);
        if (id == 0) {
            counters.undeliverable.increment();
            return false;
        }
        int msgId = nextMsgId();
        InFlight register = await(new Register(id, msgId, item.topic), msgId, id, now);
        Runnable send = () -> {
            if (open) {
                sendIfAwaited(register);
            }
        };
        memory.addTopicId(id, item.topic, send, send);
        return true;
    }

    private boolean sendAndAwait(SnMessage message, int msgId, int topicId, long now) {
        sendIfAwaited(await(message, msgId, topicId, now));
        return true;
    }

    private InFlight await(SnMessage message, int msgId, int topicId, long now) {
        InFlight awaited = new InFlight(message, msgId, topicId, 0, dueAfter(message, now));
        setInFlight(awaited);
        return awaited;
    }

    /** A slow line has to be done with what waits on it, and with the message, before an answer can be missed. */
    private long dueAfter(SnMessage message, long now) {
        return now + retryNanos + link.sendingNanos(message);
    }

    private void sendIfAwaited(InFlight awaited) {
        if (inFlight == awaited) {
            link.send(awaited.message);
        }
    }

    /** What does not fit the device's network is dropped, §6.10. Looked at beforehand: no message has more than fits any frame. */
    private boolean fits(int bodyOctets) {
        int frameOctets = bodyOctets + (bodyOctets <= MAX_SHORT_BODY_OCTETS ? SHORT_HEADER_OCTETS : LONG_HEADER_OCTETS);
        boolean fits = frameOctets <= link.maxFrameOctets();
        if (!fits) {
            counters.downlinkTooLarge.increment();
        }
        return fits;
    }

    /** 1..65535 in turn, without those that messages of the queue have. */
    private int nextMsgId() {
        do {
            lastMsgId = lastMsgId == 0xFFFF ? 1 : lastMsgId + 1;
        } while (isInUse(lastMsgId));
        return lastMsgId;
    }

    /** Only the head has an id before it is sent, unless ids are stored. */
    private boolean isInUse(int msgId) {
        if (!memory.isKept()) {
            Item head = queue.peek();
            return head != null && head.msgId == msgId;
        }
        for (Item item : queue) {
            if (item.msgId == msgId) {
                return true;
            }
        }
        return false;
    }

    // ---- answers, and their absence

    /** REGACK; an answer to something else is ignored. */
    void onRegAck(RegAck answer, long now) {
        InFlight asked = inFlight;
        if (asked == null || !(asked.message instanceof Register register) || asked.msgId != answer.msgId()) {
            return;
        }
        if (answer.topicId() != asked.topicId && answer.topicId() != 0) {
            return;
        }
        setInFlight(null);
        if (answer.returnCode().isAccepted()) {
            topics.confirm(asked.topicId);
        } else if (answer.returnCode().equals(ReturnCode.CONGESTION)) {
            pause(now);
        } else {
            refuseTopic(register.topicName());
        }
        sendNext(now);
    }

    /** The device does not want this topic (§6.10): neither what waits nor what comes while it is connected. */
    private void refuseTopic(String topic) {
        if (refusedTopics == null) {
            refusedTopics = new HashSet<>();
        }
        refusedTopics.add(topic);
        queue.removeIf(item -> {
            boolean refused = item.topic.equals(topic);
            if (refused) {
                release(item);
                counters.undeliverable.increment();
            }
            return refused;
        });
    }

    private void pause(long now) {
        paused = true;
        pausedUntilNanos = now + WAIT_AFTER_CONGESTION.toNanos();
    }

    /** PUBACK: the end of QoS 1, a refusal at any QoS; an answer to something else is ignored. */
    void onPubAck(PubAck answer, long now) {
        if (answer.msgId() == 0) {
            onQos0Answered(answer, now);
            return;
        }
        InFlight sent = inFlight;
        if (sent == null || !(sent.message instanceof Publish publish) || sent.msgId != answer.msgId()) {
            return;
        }
        setInFlight(null);
        Item item = queue.element();
        ReturnCode code = answer.returnCode();
        if (code.equals(ReturnCode.CONGESTION)) {
            item.renew();
            pause(now);
        } else if (code.equals(ReturnCode.INVALID_TOPIC_ID) && item.repairs < retryCount) {
            item.repairs++;
            item.renew();
            topics.forget(sent.topicId);
        } else if (!code.equals(ReturnCode.NOT_SUPPORTED) || !accommodate(item, publish)) {
            if (!code.isAccepted()) {
                counters.undeliverable.increment();
            }
            quota--;
            removeHead();
        }
        sendNext(now);
    }

    /** A device may complain of a message at QoS 0, too. That one is gone, but the next is registered first, or waits. */
    private void onQos0Answered(PubAck answer, long now) {
        if (answer.returnCode().equals(ReturnCode.INVALID_TOPIC_ID)) {
            topics.forget(answer.topicId());
        } else if (answer.returnCode().equals(ReturnCode.CONGESTION)) {
            pause(now);
        }
    }

    /** A device that knows neither QoS 2 nor DUP, as small stacks do, gets the message as it can take it: as a new one. */
    private boolean accommodate(Item item, Publish refused) {
        if (refused.qos() == Qos.EXACTLY_ONCE && !refusesQos2) {
            refusesQos2 = true;
            item.renew();
            return true;
        }
        if (refused.dup() && !refusesDup) {
            refusesDup = true;
            item.renew();
            return true;
        }
        return false;
    }

    /** PUBREC: answered with PUBREL whether or not the message is known (§6.6; the device must come to an end). */
    void onPubRec(PubRec answer, long now) {
        Item item = queue.peek();
        // The message may have been sent before a restart or a sleep, and its topic is being registered anew.
        if (item != null
                && item.qos == Qos.EXACTLY_ONCE
                && item.sent
                && !item.received
                && item.msgId == answer.msgId()) {
            item.received = true;
            item.tellTaken();
            InFlight release = await(new PubRel(answer.msgId()), answer.msgId(), 0, now);
            if (item.seq == 0) {
                sendIfAwaited(release);
            } else {
                memory.markReceived(item.seq, item.msgId, () -> sendIfAwaited(release));
            }
        } else {
            link.send(new PubRel(answer.msgId()));
        }
    }

    /** PUBCOMP: the end of QoS 2. */
    void onPubComp(PubComp answer, long now) {
        InFlight sent = inFlight;
        if (sent != null && sent.message instanceof PubRel && sent.msgId == answer.msgId()) {
            setInFlight(null);
            quota--;
            removeHead();
            sendNext(now);
        }
    }

    /** Sends again what waits for its answer: the device has asked again, so something may have been lost. Does not count as a retry. */
    void repeat(long now) {
        if (inFlight != null) {
            sendAgain(inFlight, inFlight.repetitions, now);
        }
    }

    /**
     * To be called when {@link #dueNanos} has come.
     *
     * @return false when the device has been asked often enough
     */
    boolean onDue(long now) {
        InFlight unanswered = inFlight;
        if (unanswered == null) {
            paused = false;
            sendNext(now);
            return true;
        }
        if (unanswered.repetitions >= retryCount) {
            return false;
        }
        sendAgain(unanswered, unanswered.repetitions + 1, now);
        return true;
    }

    private void sendAgain(InFlight sent, int repetitions, long now) {
        SnMessage message = sent.message;
        if (message instanceof Publish publish && !publish.dup() && !refusesDup) {
            message = new Publish(
                    true, publish.qos(), publish.retain(), publish.topic(), publish.msgId(), publish.data());
        }
        setInFlight(new InFlight(message, sent.msgId, sent.topicId, repetitions, dueAfter(message, now)));
        counters.retransmissions.increment();
        link.send(message);
    }
}
