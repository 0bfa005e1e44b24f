// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.TopicRef;

/**
 * What a device is promised of the messages sent to it:
 * <ul>
 *   <li>one REGISTER, PUBLISH at QoS 1 or 2, or PUBREL at a time, and nothing else until it is answered; sent again unchanged but for
 *       DUP, which is set exactly when the message id was used before;
 *   <li>ids only that it was told of since it connected, for the topic it was told;
 *   <li>the messages of a topic in order; once, but for repetitions of the same message id and after a rejection;
 *   <li>no PUBLISH any more once it was answered with PUBREC.
 * </ul>
 * Data is {@code topic|sequence|…}.
 */
final class DeliveryPromises {
    private final Map<Integer, String> predefined;

    // for the session
    private final Map<Integer, String> dataByMsgId = new HashMap<>();
    private final Set<Integer> received = new HashSet<>();
    private final Set<String> rejected = new HashSet<>();
    private final Map<String, Integer> lastSequence = new HashMap<>();
    private boolean rejectedDup;

    // for the connection
    private final Map<Integer, String> topicById = new HashMap<>();
    private final Set<String> missed = new HashSet<>();

    // while the device can be sent to
    private @Nullable SnMessage outstanding;
    private boolean congested;
    private int finished;

    private int delivered;
    private int repeated;

    DeliveryPromises(Map<Integer, String> predefined) {
        this.predefined = predefined;
    }

    /** What is to be answered; null for nothing. */
    @Nullable
    SnMessage outstanding() {
        return outstanding;
    }

    /** Messages delivered for the first time. */
    int delivered() {
        return delivered;
    }

    int repeated() {
        return repeated;
    }

    /** Whether the device has said that it is congested. */
    boolean isCongested() {
        return congested;
    }

    /** How many messages have come to their end since the device could be sent to. */
    int finished() {
        return finished;
    }

    // ---- the device's life

    /** Nothing that was before is known to either side. */
    void forgetSession() {
        dataByMsgId.clear();
        received.clear();
        rejected.clear();
        rejectedDup = false;
        forgetConnection();
    }

    /** The device must be told its topic ids anew. */
    void forgetConnection() {
        topicById.clear();
        missed.clear();
        open();
    }

    /** The device can be sent to; what was not answered comes again. */
    void open() {
        outstanding = null;
        congested = false;
        finished = 0;
    }

    /** The device was told this id, in REGISTER, REGACK or SUBACK. */
    void learn(int topicId, String topic) {
        topicById.put(topicId, topic);
    }

    /** The SUBACK that would have told the id of a topic has nowhere to go. */
    void missSubAck(String topic) {
        missed.add(topic);
    }

    // ---- what comes

    void onRegister(Register register) {
        repeats(register);
    }

    void onPubRel(PubRel pubRel) {
        boolean answersWrongPubRec = !received.contains(pubRel.msgId());
        if (!answersWrongPubRec) {
            repeats(pubRel);
        }
    }

    void onPublish(Publish publish) {
        String data = publish.data().toUtf8();
        String topic = data.substring(0, data.indexOf('|'));
        boolean isKnown = topic.equals(topicOf(publish.topic())) || missed.contains(topic);
        Promise.keep(isKnown, "the topic is known to the device", publish, topicById);
        if (publish.qos() == Qos.AT_MOST_ONCE) {
            Promise.keep(outstanding == null, "nothing else is under way", publish, outstanding);
            Promise.keep(!publish.dup() && publish.msgId() == 0, "QoS 0 has neither DUP nor id", publish);
            finished++;
        } else if (!isNew(publish, data)) {
            return;
        }
        int sequence = Integer.parseInt(data, topic.length() + 1, data.indexOf('|', topic.length() + 1), 10);
        Integer last = lastSequence.put(topic, sequence);
        if (last != null && last == sequence) {
            Promise.keep(rejected.remove(data), "delivered once", publish);
        } else {
            Promise.keep(last == null || sequence > last, "in order", publish, last);
            delivered++;
        }
    }

    private boolean isNew(Publish publish, String data) {
        int id = publish.msgId();
        Promise.keep(id != 0, "QoS 1 and 2 have an id", publish);
        Promise.keep(!received.contains(id), "released, not sent again", publish);
        String before = dataByMsgId.put(id, data);
        Promise.keep(before == null || before.equals(data), "an id is of one message", publish, before);
        Promise.keep(publish.dup() == (before != null) || (rejectedDup && !publish.dup()), "DUP is right", publish);
        return !repeats(publish) && before == null;
    }

    /** Whether the message is the outstanding one again; else it must be the only one. */
    private boolean repeats(SnMessage message) {
        SnMessage before = outstanding;
        outstanding = message;
        if (before == null) {
            return false;
        }
        Promise.keep(withoutDup(message).equals(withoutDup(before)), "the only message under way", message, before);
        repeated++;
        return true;
    }

    private static SnMessage withoutDup(SnMessage message) {
        return message instanceof Publish publish
                ? new Publish(false, publish.qos(), publish.retain(), publish.topic(), publish.msgId(), publish.data())
                : message;
    }

    private @Nullable String topicOf(TopicRef ref) {
        if (ref instanceof TopicRef.Normal normal) {
            return topicById.get(normal.id());
        }
        return ref instanceof TopicRef.ShortName shortName
                ? shortName.name()
                : predefined.get(((TopicRef.Predefined) ref).id());
    }

    // ---- what the device answers

    /** REGACK, the end of QoS 1, PUBCOMP. */
    void accepted() {
        if (outstanding instanceof Register register) {
            learn(register.topicId(), register.topicName());
        } else {
            finished++;
        }
        if (outstanding instanceof PubRel pubRel) {
            received.remove(pubRel.msgId());
        }
        outstanding = null;
    }

    /** PUBREC to the PUBLISH under way, which PUBREL must follow. */
    void received(Publish publish) {
        received.add(publish.msgId());
        outstanding = null;
    }

    /** REGACK or PUBACK with a rejection. */
    void rejected(int code) {
        if (outstanding instanceof Publish publish) {
            rejected.add(publish.data().toUtf8());
            rejectedDup |= publish.dup() && code >= 2;
            finished++;
        }
        congested |= code == 1;
        outstanding = null;
    }

    /** PUBACK 01 for a message of QoS 0. */
    void congested() {
        congested = true;
    }
}
