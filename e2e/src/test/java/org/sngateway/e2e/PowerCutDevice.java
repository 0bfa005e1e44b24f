// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillMsgResp;
import org.sngateway.codec.message.WillMsgUpd;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;

/** A kept device of the power cut test: does all that a device can do, in random order, and notes what it is told in the ledger. */
final class PowerCutDevice implements Runnable {
    private static final int ATTEMPTS = 5;
    private static final int ANSWER_MILLIS = 1_000;
    private static final int MAX_TOPICS = 100;
    private static final int DURATION = 3_000;

    private final String name;
    private final SnDevice device;
    private final PowerCutLedger ledger;
    private final Random random;
    private final List<String> filters = new ArrayList<>();
    private final Set<Integer> unreleased = new HashSet<>();
    private int lastMsgId;
    private int number;
    private int topics;
    private int upId;
    private String will = "";
    private volatile boolean ready;
    private volatile boolean ended;

    PowerCutDevice(String name, InetSocketAddress gateway, PowerCutLedger ledger, long seed) throws IOException {
        this.name = name;
        this.device = new SnDevice(gateway);
        this.ledger = ledger;
        this.random = new Random(seed);
    }

    /** The topic that it is subscribed to throughout. */
    String topic() {
        return "cmd/" + name;
    }

    /** Whether it has subscribed. */
    boolean isReady() {
        return ready;
    }

    void end() {
        ended = true;
    }

    @Override
    public void run() {
        try (device) {
            begin();
            ready = true;
            while (!ended) {
                act();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void begin() throws IOException {
        will = nextText("will");
        ask(new Connect(true, false, DURATION, name), WillTopicReq.class, 0);
        ask(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "wills/" + name)), WillMsgReq.class, 0);
        ask(new WillMsg(Payload.utf8(will)), ConnAck.class, 0);
        ledger.acknowledged("session " + name);
        ledger.acknowledged("will " + name + " " + will);
        upId = register("data/" + name);
        if (!subscribe(topic()) || upId == 0) {
            throw new IOException(name + " cannot begin");
        }
    }

    private void act() throws IOException {
        switch (random.nextInt(8)) {
            case 0 -> {
                if (topics < MAX_TOPICS) {
                    register("more/" + name + "/" + topics++);
                }
            }
            case 1 -> {
                String filter = "more/" + name + "/" + random.nextInt(20);
                if (subscribe(filter)) {
                    filters.add(filter);
                }
            }
            case 2 -> unsubscribe();
            case 3 -> changeWill();
            case 4, 5 -> publishQos1();
            case 6 -> publishQos2();
            default -> sleepAndWake();
        }
    }

    private String nextText(String what) {
        return what + " " + name + " " + ++number;
    }

    private int nextMsgId() {
        lastMsgId = lastMsgId == 0xFFFF ? 1 : lastMsgId + 1;
        return lastMsgId;
    }

    /** The id; 0 when it was refused. */
    private int register(String topic) throws IOException {
        int msgId = nextMsgId();
        RegAck answer = ask(new Register(0, msgId, topic), RegAck.class, msgId);
        if (answer == null || !answer.returnCode().isAccepted()) {
            return 0;
        }
        ledger.acknowledged("topic-id " + name + " " + answer.topicId() + " " + topic);
        return answer.topicId();
    }

    private boolean subscribe(String filter) throws IOException {
        int msgId = nextMsgId();
        SubAck answer =
                ask(new Subscribe(false, Qos.EXACTLY_ONCE, msgId, new TopicRef.Name(filter)), SubAck.class, msgId);
        boolean accepted = answer != null && answer.returnCode().isAccepted();
        if (accepted) {
            ledger.acknowledged("subscription " + name + " " + filter);
        }
        return accepted;
    }

    private void unsubscribe() throws IOException {
        if (!filters.isEmpty()) {
            String filter = filters.remove(random.nextInt(filters.size()));
            filters.removeIf(filter::equals);
            ledger.ending("subscription " + name + " " + filter);
            int msgId = nextMsgId();
            ask(new Unsubscribe(msgId, new TopicRef.Name(filter)), UnsubAck.class, msgId);
        }
    }

    private void changeWill() throws IOException {
        ledger.ending("will " + name + " " + will);
        will = nextText("will");
        WillMsgResp answer = ask(new WillMsgUpd(Payload.utf8(will)), WillMsgResp.class, 0);
        if (answer != null && answer.returnCode().isAccepted()) {
            ledger.acknowledged("will " + name + " " + will);
        }
    }

    private void publishQos1() throws IOException {
        int outage = ledger.outage();
        String text = nextText("up");
        int msgId = nextMsgId();
        SnMessage answer = ask(publish(Qos.AT_LEAST_ONCE, msgId, text), PubAck.class, msgId);
        if (answer instanceof PubAck ack && ack.returnCode().isAccepted()) {
            ledger.acknowledgedUp(text, outage);
        }
    }

    private void publishQos2() throws IOException {
        int outage = ledger.outage();
        String text = nextText("up");
        int msgId = nextMsgId();
        if (ask(publish(Qos.EXACTLY_ONCE, msgId, text), PubRec.class, msgId) == null) {
            return;
        }
        ledger.acknowledgedUp(text, outage);
        String exchange = "exchange " + name + " " + msgId;
        ledger.acknowledged(exchange);
        listen(random.nextInt(100)); // a device may take its time
        ledger.ending(exchange);
        ask(new PubRel(msgId), PubComp.class, msgId);
    }

    private Publish publish(Qos qos, int msgId, String text) {
        return new Publish(false, qos, false, new TopicRef.Normal(upId), msgId, Payload.utf8(text));
    }

    private void sleepAndWake() throws IOException {
        ask(new Disconnect(DURATION), Disconnect.class, 0);
        listen(random.nextInt(300));
        if (random.nextBoolean()) {
            ask(new PingReq(name), PingResp.class, 0);
            listen(random.nextInt(100));
        }
        ask(new Connect(false, false, DURATION, name), ConnAck.class, 0);
    }

    // ---- the wire

    private void listen(int millis) throws IOException {
        SnMessage message = device.poll(millis);
        while (message != null) {
            react(message);
            message = device.poll(1);
        }
    }

    /** Sends until it is answered; null when it is not, or refused with PUBACK. */
    private <T extends SnMessage> @Nullable T ask(SnMessage question, Class<T> wanted, int msgId) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS && !ended; attempt++) {
            device.send(
                    attempt > 0 && question instanceof Publish first
                            ? new Publish(true, first.qos(), first.retain(), first.topic(), first.msgId(), first.data())
                            : question);
            SnMessage message = device.poll(ANSWER_MILLIS);
            while (message != null) {
                if (wanted.isInstance(message) && Answers.msgIdOf(message) == msgId) {
                    return wanted.cast(message);
                }
                if (message instanceof PubAck refused && refused.msgId() == msgId && question instanceof Publish) {
                    return null;
                }
                react(message);
                message = device.poll(ANSWER_MILLIS);
            }
        }
        return null;
    }

    private void react(SnMessage message) throws IOException {
        if (message instanceof Register register) {
            device.send(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        } else if (message instanceof PubRel release) {
            unreleased.remove(release.msgId());
            device.send(new PubComp(release.msgId()));
        } else if (message instanceof Publish publish && publish.qos() == Qos.AT_LEAST_ONCE) {
            ledger.delivered(publish.data().toUtf8());
            int topicId = ((TopicRef.Normal) publish.topic()).id();
            device.send(new PubAck(topicId, publish.msgId(), ReturnCode.ACCEPTED));
        } else if (message instanceof Publish publish) {
            if (unreleased.add(publish.msgId())) {
                ledger.delivered(publish.data().toUtf8());
            }
            device.send(new PubRec(publish.msgId()));
        }
    }
}
