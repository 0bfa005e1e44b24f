// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
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
import org.sngateway.codec.message.WillTopicResp;
import org.sngateway.codec.message.WillTopicUpd;

/**
 * A device that does what MQTT-SN 1.2 asks of one: one request at a time, sent again after T-retry (§6.13), with DUP where there is
 * one; every REGISTER and PUBLISH answered; a message of QoS 2 passed on once; deaf while it sleeps. It fails when it gets an answer
 * to what it never asked, a rejection, or no answer at all.
 */
final class ModelDevice {
    static final Duration RETRY_INTERVAL = Duration.ofSeconds(4);
    private static final int RETRY_COUNT = 4;
    private static final int KEEP_ALIVE_SECONDS = 600;

    /** How the device behaves where the specification leaves it a choice. */
    record Manner(
            /** After T-retry without an answer, a will dialogue is begun again with CONNECT; else its last message is repeated. */
            boolean beginsWillAgain,
            /** Takes messages that overtake the CONNACK. */
            boolean hearsBeforeConnAck) {
        static final Manner USUAL = new Manner(false, true);
        static final Manner RESTARTING = new Manner(true, true);
        static final Manner STRICT = new Manner(false, false);
    }

    private final String clientId;
    private final Manner manner;
    private final Consumer<SnMessage> out;

    private SessionState state = SessionState.DISCONNECTED;
    private long nowMillis;
    private int lastMsgId;

    // the open request
    private @Nullable SnMessage request;
    private int repetitions;
    private long dueMillis;

    // the will
    private @Nullable Connect connect;
    private @Nullable WillHeader willHeader;
    private Payload willMessage = Payload.EMPTY;

    private final Map<String, Integer> idOf = new TreeMap<>();
    private final Map<Integer, String> nameOf = new HashMap<>();
    /** Also after PUBCOMP, so that a PUBLISH that comes late is recognised. */
    private final Set<Integer> receivedAtQos2 = new HashSet<>();

    private final Set<SnMessage> requested = new HashSet<>();
    private final List<String> received = new ArrayList<>();
    private int repeatedAnswers;
    private int retransmissions;

    ModelDevice(String clientId, Manner manner, Consumer<SnMessage> out) {
        this.clientId = clientId;
        this.manner = manner;
        this.out = out;
    }

    SessionState state() {
        return state;
    }

    boolean isIdle() {
        return request == null;
    }

    /** The data the application got, in order. */
    List<String> received() {
        return received;
    }

    /** The topics the device has an id for. */
    Map<String, Integer> topicIds() {
        return idOf;
    }

    int repeatedAnswers() {
        return repeatedAnswers;
    }

    int retransmissions() {
        return retransmissions;
    }

    // ---- what the application asks for

    void connect(boolean clean) {
        if (clean) {
            idOf.clear();
            nameOf.clear();
        }
        connect = new Connect(false, clean, KEEP_ALIVE_SECONDS, clientId);
        ask(connect);
    }

    /** @param topic null for the empty WILLTOPIC, which deletes the will */
    void connectWithWill(boolean clean, @Nullable WillHeader topic, Payload message) {
        willHeader = topic;
        willMessage = message;
        connect = new Connect(true, clean, KEEP_ALIVE_SECONDS, clientId);
        ask(connect);
    }

    void register(String topic) {
        ask(new Register(0, ++lastMsgId, topic));
    }

    void publish(Qos qos, TopicRef topic, String data) {
        int msgId = qos == Qos.AT_MOST_ONCE ? 0 : ++lastMsgId;
        Publish publish = new Publish(false, qos, false, topic, msgId, Payload.utf8(data));
        if (qos == Qos.AT_MOST_ONCE) {
            out.accept(publish);
        } else {
            ask(publish);
        }
    }

    void subscribe(Qos qos, String filter) {
        ask(new Subscribe(false, qos, ++lastMsgId, new TopicRef.Name(filter)));
    }

    void unsubscribe(String filter) {
        ask(new Unsubscribe(++lastMsgId, new TopicRef.Name(filter)));
    }

    void ping() {
        ask(new PingReq(""));
    }

    void updateWillTopic(@Nullable WillHeader topic) {
        ask(new WillTopicUpd(topic));
    }

    void updateWillMessage(String message) {
        ask(new WillMsgUpd(Payload.utf8(message)));
    }

    void sleep(int seconds) {
        ask(new Disconnect(seconds));
    }

    void wake() {
        state = SessionState.AWAKE;
        ask(new PingReq(clientId));
    }

    void disconnect() {
        ask(Disconnect.PLAIN);
    }

    private void ask(SnMessage message) {
        assertThat(request).as("open request before %s", message).isNull();
        repetitions = 0;
        askNext(message);
    }

    /** The next message of one dialogue. */
    private void askNext(SnMessage message) {
        request = message;
        requested.add(message);
        dueMillis = nowMillis + RETRY_INTERVAL.toMillis();
        out.accept(message);
    }

    // ---- time

    void onTime(long millis) {
        nowMillis = millis;
        SnMessage open = request;
        if (open == null || nowMillis < dueMillis) {
            return;
        }
        assertThat(repetitions).as("repetitions of %s", open).isLessThan(RETRY_COUNT);
        repetitions++;
        retransmissions++;
        boolean inWillDialogue = open instanceof WillTopic || open instanceof WillMsg;
        askNext(inWillDialogue && manner.beginsWillAgain ? Objects.requireNonNull(connect) : again(open));
    }

    private static SnMessage again(SnMessage message) {
        if (message instanceof Publish publish) {
            return new Publish(true, publish.qos(), publish.retain(), publish.topic(), publish.msgId(), publish.data());
        }
        return message instanceof Subscribe subscribe
                ? new Subscribe(true, subscribe.qos(), subscribe.msgId(), subscribe.topic())
                : message;
    }

    // ---- what the gateway sends

    /** Whether the radio is on. */
    boolean hears() {
        return state != SessionState.ASLEEP || request != null;
    }

    void onMessage(SnMessage message) {
        if (!hears()) {
            return;
        }
        if (message instanceof ConnAck connAck) {
            assertThat(connAck.returnCode().isAccepted()).as("%s", connAck).isTrue();
            answered(isConnecting(), () -> state = SessionState.ACTIVE, Connect.class, message);
        } else if (message instanceof WillTopicReq) {
            onWillTopicReq();
        } else if (message instanceof WillMsgReq) {
            onWillMsgReq();
        } else if (message instanceof RegAck regAck) {
            onRegAck(regAck);
        } else if (message instanceof PubAck pubAck) {
            assertThat(pubAck.returnCode().isAccepted()).as("%s", pubAck).isTrue();
            boolean matches = request instanceof Publish publish
                    && publish.qos() == Qos.AT_LEAST_ONCE
                    && publish.msgId() == pubAck.msgId();
            answered(matches, () -> {}, Publish.class, message);
        } else if (message instanceof PubRec pubRec) {
            onPubRec(pubRec);
        } else if (message instanceof PubComp pubComp) {
            boolean matches = request instanceof PubRel pubRel && pubRel.msgId() == pubComp.msgId();
            answered(matches, () -> {}, PubRel.class, message);
        } else if (message instanceof SubAck subAck) {
            onSubAck(subAck);
        } else if (message instanceof UnsubAck unsubAck) {
            boolean matches = request instanceof Unsubscribe asked && asked.msgId() == unsubAck.msgId();
            answered(matches, () -> {}, Unsubscribe.class, message);
        } else if (message instanceof PingResp) {
            answered(request instanceof PingReq, this::afterPing, PingReq.class, message);
        } else if (message instanceof WillTopicResp resp) {
            assertThat(resp.returnCode().isAccepted()).as("%s", resp).isTrue();
            answered(request instanceof WillTopicUpd, () -> {}, WillTopicUpd.class, message);
        } else if (message instanceof WillMsgResp resp) {
            assertThat(resp.returnCode().isAccepted()).as("%s", resp).isTrue();
            answered(request instanceof WillMsgUpd, () -> {}, WillMsgUpd.class, message);
        } else if (message instanceof Disconnect) {
            answered(request instanceof Disconnect, this::afterDisconnect, Disconnect.class, message);
        } else if (isListening()) {
            onDelivery(message);
        }
    }

    private boolean isConnecting() {
        return request instanceof Connect || request instanceof WillTopic || request instanceof WillMsg;
    }

    private boolean isListening() {
        return isConnecting() ? manner.hearsBeforeConnAck : state != SessionState.DISCONNECTED;
    }

    /** The answer to the open request, else the repetition of one to an earlier request. */
    private void answered(boolean matches, Runnable consequence, Class<?> request, SnMessage answer) {
        if (matches) {
            consequence.run();
            this.request = null;
        } else {
            repeatedAnswers++;
            assertThat(requested).as("requests before %s", answer).hasAtLeastOneElementOfType(request);
        }
    }

    private void onWillTopicReq() {
        WillTopic answer = new WillTopic(willHeader);
        if (request instanceof Connect) {
            askNext(answer);
        } else {
            repeatedAnswers++;
            out.accept(answer);
        }
    }

    private void onWillMsgReq() {
        WillMsg answer = new WillMsg(willMessage);
        if (request instanceof WillTopic) {
            askNext(answer);
        } else {
            repeatedAnswers++;
            out.accept(answer);
        }
    }

    private void onRegAck(RegAck regAck) {
        assertThat(regAck.returnCode().isAccepted()).as("%s", regAck).isTrue();
        boolean matches = request instanceof Register register && register.msgId() == regAck.msgId();
        if (matches) {
            learn(regAck.topicId(), ((Register) Objects.requireNonNull(request)).topicName());
        }
        answered(matches, () -> {}, Register.class, regAck);
    }

    private void onSubAck(SubAck subAck) {
        assertThat(subAck.returnCode().isAccepted()).as("%s", subAck).isTrue();
        boolean matches = request instanceof Subscribe asked && asked.msgId() == subAck.msgId();
        if (matches && subAck.topicId() != 0) {
            learn(subAck.topicId(), ((TopicRef.Name) ((Subscribe) Objects.requireNonNull(request)).topic()).name());
        }
        answered(matches, () -> {}, Subscribe.class, subAck);
    }

    private void learn(int id, String topic) {
        String before = nameOf.put(id, topic);
        assertThat(before).as("topic of id %s before", id).isIn(null, topic);
        idOf.put(topic, id);
    }

    private void onPubRec(PubRec pubRec) {
        boolean matches = request instanceof Publish publish
                && publish.qos() == Qos.EXACTLY_ONCE
                && publish.msgId() == pubRec.msgId();
        if (matches) {
            request = null;
            ask(new PubRel(pubRec.msgId()));
            return;
        }
        repeatedAnswers++;
        PubRel pubRel = new PubRel(pubRec.msgId());
        assertThat(requested).as("requests before %s", pubRec).contains(pubRel);
        out.accept(pubRel);
    }

    private void afterPing() {
        if (state == SessionState.AWAKE) {
            state = SessionState.ASLEEP;
        }
    }

    private void afterDisconnect() {
        Disconnect asked = (Disconnect) Objects.requireNonNull(request);
        state = asked.hasDuration() ? SessionState.ASLEEP : SessionState.DISCONNECTED;
    }

    // ---- what the broker sends

    private void onDelivery(SnMessage message) {
        if (message instanceof Register register) {
            learn(register.topicId(), register.topicName());
            out.accept(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        } else if (message instanceof Publish publish) {
            onPublish(publish);
        } else if (message instanceof PubRel pubRel) {
            out.accept(new PubComp(pubRel.msgId()));
        } else {
            throw new AssertionError("not for a device: " + message);
        }
    }

    private void onPublish(Publish publish) {
        int id = publish.topic() instanceof TopicRef.Normal normal ? normal.id() : 0;
        String data = publish.data().toUtf8();
        if (id != 0 && !nameOf.containsKey(id)) {
            out.accept(new PubAck(id, publish.msgId(), ReturnCode.INVALID_TOPIC_ID));
            return;
        }
        String topic = publish.topic() instanceof TopicRef.ShortName shortName ? shortName.name() : nameOf.get(id);
        assertThat(topic).as("topic of %s", publish).isEqualTo(data.substring(0, data.indexOf('=')));
        switch (publish.qos()) {
            case AT_LEAST_ONCE -> {
                received.add(data);
                out.accept(new PubAck(id, publish.msgId(), ReturnCode.ACCEPTED));
            }
            case EXACTLY_ONCE -> {
                if (receivedAtQos2.add(publish.msgId())) {
                    received.add(data);
                }
                out.accept(new PubRec(publish.msgId()));
            }
            case AT_MOST_ONCE, WITHOUT_SESSION -> received.add(data);
        }
    }
}
