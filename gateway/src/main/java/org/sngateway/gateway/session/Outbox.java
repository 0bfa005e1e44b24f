// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
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
import org.sngateway.gateway.topic.DeviceTopics;

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
        private final Subscription via;
        private final String topic;
        private final @Nullable TopicRef exactRef;
        private final Payload payload;
        private final boolean retained;
        private Qos qos;
        /** Given when it is first sent; 0 before, and for QoS 0. */
        private int msgId;
        /** QoS 2: the device has it, and is to be told that it may pass it on. */
        private boolean received;

        private int repairs;

        Item(Subscription via, String topic, @Nullable TopicRef exactRef, Payload payload, Qos qos, boolean retained) {
            this.via = via;
            this.topic = topic;
            this.exactRef = exactRef;
            this.payload = payload;
            this.qos = qos;
            this.retained = retained;
        }

        int octets() {
            return ITEM_OCTETS + topic.length() + payload.length();
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
    private final long retryNanos;
    private final int retryCount;

    // for the session
    private final ArrayDeque<Item> queue = new ArrayDeque<>(2);
    private int queuedOctets;
    private int qos0Messages;
    private int qos0Octets;
    private int lastMsgId;

    // while open
    private boolean open;
    /** How many messages may still be delivered; what is dropped does not count. */
    private long quota;

    private @Nullable InFlight inFlight;
    private boolean paused;
    private long pausedUntilNanos;

    // for this connection
    private @Nullable Set<String> refusedTopics;
    private boolean refusesQos2;
    private boolean refusesDup;

    Outbox(DeviceTopics topics, DeviceLink link, GatewayCounters counters, BufferBudget budget, SessionsConfig config) {
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
        inFlight = null;
        paused = false;
        sendNext(now);
    }

    /** The device cannot be sent to; what waits stays. */
    void close() {
        open = false;
        paused = false;
    }

    /** Drops all. */
    void clear() {
        close();
        inFlight = null;
        while (!queue.isEmpty()) {
            removeHead();
        }
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
        return head == null || quota <= 0 || paused || head.via.state() == Subscription.State.ASKED;
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

    /**
     * Queues a message and sends it as soon as it may be sent.
     *
     * @param topic as the device knows it, without the prefix
     * @param exactRef how the device named exactly this topic when it subscribed; null when it did not, or in full
     */
    void offer(
            Subscription via,
            String topic,
            @Nullable TopicRef exactRef,
            Payload payload,
            Qos qos,
            boolean retained,
            long now) {
        if (refusedTopics != null && refusedTopics.contains(topic)) {
            counters.undeliverable.increment();
            return;
        }
        Item item = new Item(via, topic, exactRef, payload, qos, retained);
        if (!makeRoomFor(item)) {
            countDropped(item);
            return;
        }
        queue.add(item);
        count(item, 1);
        sendNext(now);
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
        return head != null && (inFlight != null || head.msgId != 0) ? head : null;
    }

    private boolean mayGive(Item candidate) {
        return switch (limit.overflow()) {
            case DROP_NEWEST -> false;
            case DROP_OLDEST -> true;
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
    }

    private void count(Item item, int oneMoreOrLess) {
        queuedOctets += oneMoreOrLess * item.octets();
        if (item.qos == Qos.AT_MOST_ONCE) {
            qos0Messages += oneMoreOrLess;
            qos0Octets += oneMoreOrLess * item.octets();
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
            boolean unwanted = item.via.state() == Subscription.State.ENDED && !item.received;
            if (unwanted || !send(item, now)) {
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
        boolean again = item.msgId != 0;
        if (item.qos != Qos.AT_MOST_ONCE && !again) {
            item.msgId = nextMsgId();
        }
        Publish publish = new Publish(again && !refusesDup, item.qos, item.retained, ref, item.msgId, item.payload);
        if (item.msgId != 0) {
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
        return sendAndAwait(new Register(id, msgId, item.topic), msgId, id, now);
    }

    private boolean sendAndAwait(SnMessage message, int msgId, int topicId, long now) {
        inFlight = new InFlight(message, msgId, topicId, 0, now + retryNanos);
        link.send(message);
        return true;
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

    /** 1..65535 in turn, without the one the head of the queue has. */
    private int nextMsgId() {
        Item head = queue.peek();
        do {
            lastMsgId = lastMsgId == 0xFFFF ? 1 : lastMsgId + 1;
        } while (head != null && head.msgId == lastMsgId);
        return lastMsgId;
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
        inFlight = null;
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
        inFlight = null;
        Item item = queue.element();
        ReturnCode code = answer.returnCode();
        if (code.equals(ReturnCode.CONGESTION)) {
            item.msgId = 0;
            pause(now);
        } else if (code.equals(ReturnCode.INVALID_TOPIC_ID) && item.repairs < retryCount) {
            item.repairs++;
            item.msgId = 0;
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
            item.msgId = 0;
            return true;
        }
        if (refused.dup() && !refusesDup) {
            refusesDup = true;
            item.msgId = 0;
            return true;
        }
        return false;
    }

    /** PUBREC: answered with PUBREL whether or not the message is known (§6.6; the device must come to an end). */
    void onPubRec(PubRec answer, long now) {
        InFlight sent = inFlight;
        if (sent != null
                && sent.message instanceof Publish publish
                && publish.qos() == Qos.EXACTLY_ONCE
                && sent.msgId == answer.msgId()) {
            queue.element().received = true;
            sendAndAwait(new PubRel(answer.msgId()), answer.msgId(), 0, now);
        } else {
            link.send(new PubRel(answer.msgId()));
        }
    }

    /** PUBCOMP: the end of QoS 2. */
    void onPubComp(PubComp answer, long now) {
        InFlight sent = inFlight;
        if (sent != null && sent.message instanceof PubRel && sent.msgId == answer.msgId()) {
            inFlight = null;
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
        inFlight = new InFlight(message, sent.msgId, sent.topicId, repetitions, now + retryNanos);
        counters.retransmissions.increment();
        link.send(message);
    }
}
