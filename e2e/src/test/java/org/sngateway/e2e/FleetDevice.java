// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
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
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;

/**
 * One device of a fleet: an awake one with a session that is kept. It asks one thing at a time, again and again until it is answered; its
 * messages are of QoS 1 and 2 in turn. On the thread of the fleet but for {@link #isReady} and {@link #isIdle}.
 */
final class FleetDevice {
    private static final int KEEP_ALIVE_SECONDS = 600;
    private static final long RETRY_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long CONGESTED_NANOS = Duration.ofMillis(300).toNanos();

    /** Where its messages go. */
    interface Wire {
        void send(SnMessage message);
    }

    private final String name;
    private final long everyNanos;
    private final CrashLedger ledger;
    private final Wire wire;
    private final Map<Integer, Integer> idsUp = new HashMap<>();
    private final Map<Integer, String> topicsDown = new HashMap<>();
    private final Set<Integer> unreleased = new HashSet<>();
    private final Deque<SnMessage> toAsk = new ArrayDeque<>();
    private volatile boolean ready;
    private volatile boolean idle = true;

    private @Nullable SnMessage asked;
    private long askAgainNanos;
    private int lastMsgId;
    private int lastQos = 2;
    private long currentSeq;
    private long nextPublishNanos;

    /** @param known whether it subscribes by name, so that it knows the ids of its topics; else the gateway has to register them */
    FleetDevice(String name, boolean known, Duration every, long phaseNanos, CrashLedger ledger, Wire wire) {
        this.name = name;
        this.everyNanos = every.toNanos();
        this.ledger = ledger;
        this.wire = wire;
        this.nextPublishNanos = System.nanoTime() + phaseNanos;
        toAsk.add(new Connect(false, false, KEEP_ALIVE_SECONDS, name));
        toAsk.add(new Register(0, nextMsgId(), up(1)));
        toAsk.add(new Register(0, nextMsgId(), up(2)));
        if (known) {
            toAsk.add(subscribe(down(1)));
            toAsk.add(subscribe(down(2)));
        } else {
            toAsk.add(subscribe("down/" + name + "/+"));
        }
    }

    private Subscribe subscribe(String filter) {
        return new Subscribe(false, Qos.EXACTLY_ONCE, nextMsgId(), new TopicRef.Name(filter));
    }

    private int nextMsgId() {
        lastMsgId = lastMsgId == 0xFFFF ? 1 : lastMsgId + 1;
        return lastMsgId;
    }

    private String up(int qos) {
        return "up/" + name + "/" + qos;
    }

    /** The topic on which it gets messages of this QoS. */
    String down(int qos) {
        return "down/" + name + "/" + qos;
    }

    /** Whether it has subscribed. */
    boolean isReady() {
        return ready;
    }

    /** Whether nothing that it has begun is without its acknowledgement. */
    boolean isIdle() {
        return idle;
    }

    // ---- what it asks

    void onTurn(long now, boolean loading) {
        if (asked != null) {
            if (now - askAgainNanos >= 0) {
                askAgain(asked, now);
            }
        } else if (!toAsk.isEmpty()) {
            ask(toAsk.remove(), now);
        } else if (!ready) {
            ready = true;
        } else if (loading && now - nextPublishNanos >= 0) {
            nextPublishNanos = Math.max(nextPublishNanos + everyNanos, now);
            lastQos = 3 - lastQos;
            currentSeq = ledger.nextUp(up(lastQos));
            idle = false;
            ask(
                    new Publish(
                            false,
                            lastQos == 1 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE,
                            false,
                            new TopicRef.Normal(idsUp.getOrDefault(lastQos, 0)),
                            nextMsgId(),
                            Payload.utf8(Long.toString(currentSeq))),
                    now);
        }
    }

    private void ask(SnMessage question, long now) {
        asked = question;
        askAgainNanos = now + RETRY_NANOS;
        wire.send(question);
    }

    private void askAgain(SnMessage question, long now) {
        if (question instanceof Publish first) {
            ask(new Publish(true, first.qos(), first.retain(), first.topic(), first.msgId(), first.data()), now);
        } else {
            ask(question, now);
        }
    }

    private void answered() {
        asked = null;
    }

    // ---- what comes

    void onMessage(SnMessage message, long now) {
        if (message instanceof Publish publish) {
            onPublish(publish);
        } else if (message instanceof PubRel release) {
            unreleased.remove(release.msgId());
            wire.send(new PubComp(release.msgId()));
        } else if (message instanceof Register register) {
            topicsDown.put(register.topicId(), register.topicName());
            wire.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        } else if (message instanceof Disconnect) {
            // The gateway never ends, so neither does what it knows of the device.
            ledger.violation(name + " was disconnected");
        } else {
            onAnswer(message, now);
        }
    }

    private void onAnswer(SnMessage answer, long now) {
        if (answer instanceof ConnAck ack && asked instanceof Connect) {
            settle(ack.returnCode(), now);
        } else if (answer instanceof RegAck ack
                && asked instanceof Register register
                && register.msgId() == ack.msgId()) {
            if (settle(ack.returnCode(), now)) {
                idsUp.put(register.topicName().charAt(register.topicName().length() - 1) - '0', ack.topicId());
            }
        } else if (answer instanceof SubAck ack
                && asked instanceof Subscribe subscribe
                && subscribe.msgId() == ack.msgId()) {
            if (settle(ack.returnCode(), now) && ack.topicId() != 0) {
                topicsDown.put(ack.topicId(), ((TopicRef.Name) subscribe.topic()).name());
            }
        } else if (answer instanceof PubAck ack && asked instanceof Publish publish && publish.msgId() == ack.msgId()) {
            if (settle(ack.returnCode(), now)) {
                ledger.upAcknowledged(up(1), currentSeq);
                idle = true;
            }
        } else if (answer instanceof PubRec rec && asked instanceof Publish publish && publish.msgId() == rec.msgId()) {
            // The promise already: the device never sends the message again.
            ledger.upAcknowledged(up(2), currentSeq);
            ask(new PubRel(rec.msgId()), now);
        } else if (answer instanceof PubComp comp
                && asked instanceof PubRel release
                && release.msgId() == comp.msgId()) {
            answered();
            idle = true;
        }
        // Else an answer to a repetition of something that was answered before.
    }

    /** Whether it was accepted; if not, it is asked again soon. */
    private boolean settle(ReturnCode code, long now) {
        if (code.isAccepted()) {
            answered();
            return true;
        }
        if (!code.equals(ReturnCode.CONGESTION)) {
            ledger.violation(name + ": " + asked + " was refused: " + code);
        }
        askAgainNanos = now + CONGESTED_NANOS;
        return false;
    }

    private void onPublish(Publish publish) {
        int topicId = ((TopicRef.Normal) publish.topic()).id();
        String topic = topicsDown.get(topicId);
        if (topic == null) {
            ledger.violation(name + ": topic id " + topicId + " was never told");
            return;
        }
        boolean isNew = publish.qos() == Qos.AT_LEAST_ONCE || unreleased.add(publish.msgId());
        if (isNew) {
            ledger.arrivedDown(topic, Long.parseLong(publish.data().toUtf8()));
        }
        wire.send(
                publish.qos() == Qos.AT_LEAST_ONCE
                        ? new PubAck(topicId, publish.msgId(), ReturnCode.ACCEPTED)
                        : new PubRec(publish.msgId()));
    }
}
