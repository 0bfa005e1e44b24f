// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.PublishOutcome;
import org.sngateway.gateway.upstream.UpstreamMessage;

/**
 * What a device is promised of the messages it publishes:
 * <ul>
 *   <li>PUBACK 00 and PUBREC only for what the broker has taken;
 *   <li>a QoS 2 message is handed to the uplink once, unless the broker did not take it, however often it is repeated;
 *   <li>of these, the gateway remembers a bounded number until they are released: one that was last sent in an earlier connection gives
 *       way to a new one, and is new itself when it is repeated then;
 *   <li>the uplink gets nothing that the device did not publish.
 * </ul>
 */
final class UplinkPromises {
    /** A QoS 2 message that the gateway must know again. */
    private static final class Remembered {
        private final String data;
        private int connection;
        private boolean taken;

        Remembered(String data, int connection) {
            this.data = data;
            this.connection = connection;
        }
    }

    private final int limit;
    private final Map<String, Integer> sent = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Set<String> handedOver = new HashSet<>();

    // for the session: what the device may repeat
    private final Map<Integer, Publish> open = new HashMap<>();
    private @Nullable Publish released;
    private long releasedNanos;
    private int toRelease;
    /** By message id, the one that was sent last at the end. */
    private final Map<Integer, Remembered> remembered = new LinkedHashMap<>();

    private int connection;

    private int acknowledged;
    private int completed;

    /** @param limit how many QoS 2 messages the gateway remembers until they are released */
    UplinkPromises(int limit) {
        this.limit = limit;
    }

    /** PUBACK 00 that was owed. */
    int acknowledged() {
        return acknowledged;
    }

    /** QoS 2 exchanges that came to their end. */
    int completed() {
        return completed;
    }

    /** The device connects, and is not just back from a sleep. */
    void onConnection() {
        connection++;
    }

    void forgetSession() {
        open.clear();
        remembered.clear();
        toRelease = 0;
        released = null;
    }

    /**
     * The device sends this for the first time.
     *
     * @param arrives whether the gateway takes it from this device; what does not arrive is given up at once, since a device that
     *     uses its id again could not tell whose answer comes
     */
    void onSent(Publish publish, boolean arrives) {
        sent.put(publish.data().toUtf8(), publish.msgId());
        if (arrives && publish.msgId() != 0) {
            open.put(publish.msgId(), publish);
        }
    }

    /** The device repeats this where the gateway takes it from the device. */
    void onRepeated(Publish publish) {
        Remembered same = remembered.get(publish.msgId());
        if (same != null && same.data.equals(publish.data().toUtf8())) {
            same.connection = connection;
            remembered.remove(publish.msgId());
            remembered.put(publish.msgId(), same);
        }
    }

    /** What the device waits for with this id. */
    @Nullable
    Publish open(int msgId) {
        return open.get(msgId);
    }

    /** The QoS 2 message that was released last, if that was not longer ago and its id has not been used again. */
    @Nullable
    Publish releasedSince(long nanos) {
        Publish last = released;
        return last != null && releasedNanos - nanos >= 0 && !open.containsKey(last.msgId()) ? last : null;
    }

    void onHandedOver(UpstreamMessage message) {
        String data = message.payload().toUtf8();
        Integer msgId = sent.get(data);
        if (msgId == null) {
            throw new AssertionError("not published by the device: " + message);
        }
        if (message.qos() == Qos.EXACTLY_ONCE) {
            Promise.keep(handedOver.add(data), "handed over once", message);
            remembered.remove(msgId);
            Promise.keep(remembered.size() < limit || forgetOldest(), "a bounded number at QoS 2", message);
            remembered.put(msgId, new Remembered(data, connection));
        }
    }

    private boolean forgetOldest() {
        for (Iterator<Remembered> oldest = remembered.values().iterator(); oldest.hasNext(); ) {
            Remembered candidate = oldest.next();
            if (candidate.taken && candidate.connection != connection) {
                handedOver.remove(candidate.data);
                oldest.remove();
                return true;
            }
        }
        return false;
    }

    void onOutcome(UpstreamMessage message, PublishOutcome outcome) {
        String data = message.payload().toUtf8();
        if (outcome == PublishOutcome.ACCEPTED) {
            taken.add(data);
        } else {
            handedOver.remove(data);
        }
        Integer msgId = sent.get(data);
        Remembered exchange = remembered.get(msgId);
        if (exchange != null && exchange.data.equals(data)) {
            exchange.taken = true;
            if (outcome != PublishOutcome.ACCEPTED) {
                remembered.remove(msgId);
            }
        }
    }

    /** Also comes for what the device has given up, when nothing is open any more. */
    void onPubAck(PubAck pubAck) {
        Publish answered = open.remove(pubAck.msgId());
        if (answered != null && pubAck.returnCode().isAccepted()) {
            Promise.keep(taken.contains(answered.data().toUtf8()), "acknowledged when the broker has it", answered);
            Promise.keep(answered.qos() == Qos.AT_LEAST_ONCE, "PUBACK 00 is for QoS 1", answered);
            acknowledged++;
        }
    }

    /** Also comes for a late copy, when nothing is open any more. */
    void onPubRec(PubRec pubRec) {
        Publish answered = open.get(pubRec.msgId());
        if (answered != null) {
            Promise.keep(taken.contains(answered.data().toUtf8()), "received when the broker has it", answered);
            toRelease = pubRec.msgId();
        }
    }

    /** The id that was received last; 0 for none. */
    int toRelease() {
        return toRelease;
    }

    void onPubComp(PubComp pubComp, long nowNanos) {
        remembered.remove(pubComp.msgId());
        Publish ended = open.get(pubComp.msgId());
        if (ended != null && taken.contains(ended.data().toUtf8())) {
            open.remove(pubComp.msgId());
            toRelease = 0;
            released = ended;
            releasedNanos = nowNanos;
            completed++;
        }
    }
}
