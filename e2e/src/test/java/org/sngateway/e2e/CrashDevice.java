// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PingResp;
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
 * A device of the crash test: publishes one message after the other at random QoS, each until it is acknowledged, whatever becomes of the
 * gateway meanwhile, and takes what comes. It keeps to the specification and loses nothing itself.
 */
final class CrashDevice implements Runnable {
    /** How it lives. */
    enum Kind {
        /** Clean session off, always on. */
        KEPT,
        /** Clean session on: it subscribes and registers again each time it connects. */
        CLEAN,
        /** Clean session off; sleeps, and wakes from another address now and then. */
        SLEEPING
    }

    private static final int ANSWER_MILLIS = 1_000;
    private static final int ATTEMPTS = 3;
    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final int SLEEP_SECONDS = 600;

    /** The connection is of no use any more; another has to be made. */
    private static final class LostException extends Exception {
        private static final long serialVersionUID = 1L;

        LostException(String why) {
            super(why, null, false, false);
        }
    }

    private final String name;
    private final Kind kind;
    private final InetSocketAddress gateway;
    private final CrashLedger ledger;
    private final Random random;
    private SnDevice device;
    private volatile boolean quiet;
    private volatile boolean ended;
    private volatile boolean subscribed;

    private int lastMsgId;
    private final Map<String, Integer> idsUp = new HashMap<>();
    private final Map<Integer, String> topicsDown = new HashMap<>();
    private final Set<Integer> unreleased = new HashSet<>();
    private boolean registered;

    CrashDevice(String name, Kind kind, InetSocketAddress gateway, CrashLedger ledger, long seed) throws IOException {
        this.name = name;
        this.kind = kind;
        this.gateway = gateway;
        this.ledger = ledger;
        this.random = new Random(seed);
        this.device = new SnDevice(gateway);
    }

    Kind kind() {
        return kind;
    }

    /** The topic on which it gets messages of this QoS. */
    String down(int qos) {
        return "down/" + name + "/" + qos;
    }

    private String up(int qos) {
        return "up/" + name + "/" + qos;
    }

    boolean isSubscribed() {
        return subscribed;
    }

    /** Publishes nothing new, but still takes what comes. */
    void beQuiet() {
        quiet = true;
    }

    void end() {
        ended = true;
    }

    @Override
    public void run() {
        boolean connected = false;
        Outgoing current = null;
        while (!ended) {
            try {
                if (!connected) {
                    connect();
                    connected = true;
                }
                if (current != null) {
                    publish(current);
                    current = null;
                }
                if (quiet && kind != Kind.SLEEPING) {
                    ask(new PingReq(""), PingResp.class, 0);
                    listen(300);
                } else if (kind == Kind.SLEEPING && random.nextInt(4) == 0) {
                    sleepAndWake();
                } else if (!quiet) {
                    int qos = random.nextInt(3);
                    current = new Outgoing(up(qos), qos, ledger.nextUp(up(qos)), nextMsgId());
                    publish(current);
                    current = null;
                    listen(random.nextInt(60));
                } else {
                    listen(50);
                }
            } catch (LostException lost) {
                connected = false;
            } catch (IOException unreachable) {
                connected = false;
                pause(50);
            }
        }
        device.close();
    }

    private static final class Outgoing {
        private final String topic;
        private final int qos;
        private final long seq;
        private final int msgId;
        private boolean sent;
        private boolean received;

        Outgoing(String topic, int qos, long seq, int msgId) {
            this.topic = topic;
            this.qos = qos;
            this.seq = seq;
            this.msgId = msgId;
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int nextMsgId() {
        lastMsgId = lastMsgId == 0xFFFF ? 1 : lastMsgId + 1;
        return lastMsgId;
    }

    // ---- what it does

    private void connect() throws IOException, LostException {
        boolean clean = kind == Kind.CLEAN;
        ask(new Connect(false, clean, KEEP_ALIVE_SECONDS, name), ConnAck.class, 0);
        if (clean) {
            registered = false;
            subscribed = false;
            idsUp.clear();
            unreleased.clear();
        }
        if (!registered) {
            for (int qos = 0; qos <= 2; qos++) {
                int msgId = nextMsgId();
                RegAck answer = ask(new Register(0, msgId, up(qos)), RegAck.class, msgId);
                requireAccepted(answer.returnCode());
                idsUp.put(up(qos), answer.topicId());
            }
            registered = true;
        }
        if (!subscribed) {
            // Kept ones by name, the others with a wildcard, so that the gateway registers.
            List<String> filters =
                    kind == Kind.KEPT ? List.of(down(0), down(1), down(2)) : List.of("down/" + name + "/+");
            for (String filter : filters) {
                int msgId = nextMsgId();
                SubAck answer = ask(
                        new Subscribe(false, Qos.EXACTLY_ONCE, msgId, new TopicRef.Name(filter)), SubAck.class, msgId);
                requireAccepted(answer.returnCode());
                if (answer.topicId() != 0) {
                    topicsDown.put(answer.topicId(), filter);
                }
            }
            subscribed = true;
            if (clean) {
                ledger.sessionBegan("down/" + name + "/");
            }
        }
    }

    private static void requireAccepted(ReturnCode code) throws LostException {
        if (!code.isAccepted()) {
            pause(100);
            throw new LostException("refused: " + code);
        }
    }

    private void publish(Outgoing one) throws IOException, LostException {
        TopicRef topic = new TopicRef.Normal(idsUp.getOrDefault(one.topic, 0));
        Payload payload = Payload.utf8(Long.toString(one.seq));
        if (one.qos == 0) {
            device.send(new Publish(false, Qos.AT_MOST_ONCE, false, topic, 0, payload));
            return;
        }
        Qos qos = one.qos == 1 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
        while (!one.received) {
            Publish message = new Publish(one.sent, qos, false, topic, one.msgId, payload);
            one.sent = true;
            Class<? extends SnMessage> wanted = one.qos == 1 ? PubAck.class : PubRec.class;
            SnMessage answer = ask(message, wanted, one.msgId);
            if (answer instanceof PubAck ack && !ack.returnCode().isAccepted()) {
                if (ack.returnCode().equals(ReturnCode.INVALID_TOPIC_ID)) {
                    ledger.violation(name + ": topic id " + topic + " of " + one.topic + " is not known any more");
                    registered = false;
                }
                one.sent = false;
                requireAccepted(ack.returnCode());
            }
            one.received = true;
            if (one.qos == 1) {
                ledger.upAcknowledged(one.topic, one.seq);
            }
        }
        if (one.qos == 2) {
            // PUBREC is the promise already: the device never sends the message again.
            ledger.upAcknowledged(one.topic, one.seq);
            ask(new PubRel(one.msgId), PubComp.class, one.msgId);
        }
    }

    private void sleepAndWake() throws IOException, LostException {
        ask(new Disconnect(SLEEP_SECONDS), Disconnect.class, 0);
        pause(random.nextInt(400));
        if (random.nextInt(3) == 0) {
            device.close();
            device = new SnDevice(gateway);
        }
        if (random.nextInt(4) > 0) {
            // Not yet back in ACTIVE: what waits comes before PINGRESP.
            ask(new PingReq(name), PingResp.class, 0);
        }
        ask(new Connect(false, false, KEEP_ALIVE_SECONDS, name), ConnAck.class, 0);
    }

    private void listen(int millis) throws IOException, LostException {
        long end = System.nanoTime() + millis * 1_000_000L;
        for (long left = millis; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            SnMessage message = device.poll((int) left);
            if (message != null) {
                react(message);
            }
        }
    }

    // ---- the wire

    /** Sends until it is answered. */
    private <T extends SnMessage> T ask(SnMessage question, Class<T> wanted, int msgId)
            throws IOException, LostException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            SnMessage asked = question;
            if (attempt > 0 && question instanceof Publish first) {
                asked = new Publish(true, first.qos(), first.retain(), first.topic(), first.msgId(), first.data());
            }
            device.send(asked);
            long end = System.nanoTime() + ANSWER_MILLIS * 1_000_000L;
            for (long left = ANSWER_MILLIS; left > 0 && !ended; left = (end - System.nanoTime()) / 1_000_000) {
                SnMessage message = device.poll((int) left);
                if (message == null) {
                    continue;
                }
                if (wanted.isInstance(message) && Answers.msgIdOf(message) == msgId) {
                    return wanted.cast(message);
                }
                if (message instanceof PubAck refused && refused.msgId() == msgId && question instanceof Publish) {
                    requireAccepted(refused.returnCode());
                }
                react(message);
            }
        }
        throw new LostException("no answer to " + question);
    }

    private void react(SnMessage message) throws IOException, LostException {
        if (message instanceof Register register) {
            topicsDown.put(register.topicId(), register.topicName());
            device.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        } else if (message instanceof Publish publish) {
            onPublish(publish);
        } else if (message instanceof PubRel release) {
            unreleased.remove(release.msgId());
            device.send(new PubComp(release.msgId()));
        } else if (message instanceof Disconnect) {
            throw new LostException("disconnected");
        }
    }

    private void onPublish(Publish publish) throws IOException {
        int topicId = ((TopicRef.Normal) publish.topic()).id();
        String topic = topicsDown.get(topicId);
        if (topic == null) {
            device.send(new PubAck(topicId, publish.msgId(), ReturnCode.INVALID_TOPIC_ID));
            return;
        }
        long seq = Long.parseLong(publish.data().toUtf8());
        switch (publish.qos()) {
            case AT_LEAST_ONCE -> {
                ledger.arrivedDown(topic, seq);
                device.send(new PubAck(topicId, publish.msgId(), ReturnCode.ACCEPTED));
            }
            case EXACTLY_ONCE -> {
                if (unreleased.add(publish.msgId())) {
                    ledger.arrivedDown(topic, seq);
                }
                device.send(new PubRec(publish.msgId()));
            }
            default -> ledger.arrivedDown(topic, seq);
        }
    }
}
