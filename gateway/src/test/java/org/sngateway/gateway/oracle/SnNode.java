// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
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
import org.sngateway.codec.message.UnsubAck;
import org.sngateway.codec.message.Unsubscribe;

/**
 * An MQTT-SN device that does one thing after the other and repeats what is not answered. It has no thread and no clock: who has it
 * passes on what arrives and says when it is time to repeat.
 */
final class SnNode {
    /** Something to do, over when {@code isOver} says so of an answer. */
    private record Exchange(Function<Boolean, SnMessage> message, Predicate<SnMessage> isOver, boolean isAnswered) {}

    private final String clientId;
    private final Consumer<SnMessage> out;
    private final Deque<Exchange> toDo = new ArrayDeque<>();
    private boolean begun;
    private int lastMsgId;
    private boolean connected;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();
    private int lastQos1 = -1;
    private final Set<Integer> unreleased = new HashSet<>();
    /** Messages whose topic is not known yet. */
    private final List<Publish> unnamed = new ArrayList<>();

    private final List<Received> received = new ArrayList<>();

    SnNode(String clientId, Consumer<SnMessage> out) {
        this.clientId = clientId;
        this.out = out;
    }

    boolean isIdle() {
        return toDo.isEmpty();
    }

    /** What it has got since {@link #forget}. */
    List<Received> received() {
        return List.copyOf(received);
    }

    void forget() {
        received.clear();
    }

    // ---- what it is to do

    void connect(boolean clean) {
        add(new Exchange(
                again -> {
                    if (!again) {
                        ids.clear();
                        unreleased.clear();
                        lastQos1 = -1;
                        connected = true;
                    }
                    return new Connect(false, clean, 0, clientId);
                },
                answer -> answer instanceof ConnAck ack && accepted(ack.returnCode()),
                true));
    }

    void disconnect() {
        add(new Exchange(
                again -> {
                    connected = false;
                    return Disconnect.PLAIN;
                },
                answer -> answer instanceof Disconnect,
                true));
    }

    void subscribe(String filter, Qos qos) {
        int msgId = nextMsgId();
        add(new Exchange(
                again -> new Subscribe(again, qos, msgId, new TopicRef.Name(filter)),
                answer -> {
                    boolean over = answer instanceof SubAck ack && ack.msgId() == msgId && accepted(ack.returnCode());
                    if (over && answer instanceof SubAck ack && ack.topicId() != 0) {
                        name(ack.topicId(), filter);
                    }
                    return over;
                },
                true));
    }

    void unsubscribe(String filter) {
        int msgId = nextMsgId();
        add(new Exchange(
                again -> new Unsubscribe(msgId, new TopicRef.Name(filter)),
                answer -> answer instanceof UnsubAck ack && ack.msgId() == msgId,
                true));
    }

    void publish(String topic, String data, Qos qos, boolean retain) {
        int registerId = nextMsgId();
        add(new Exchange(
                again -> new Register(0, registerId, topic),
                answer -> {
                    boolean over =
                            answer instanceof RegAck ack && ack.msgId() == registerId && accepted(ack.returnCode());
                    if (over && answer instanceof RegAck ack) {
                        ids.put(topic, ack.topicId());
                        name(ack.topicId(), topic);
                    }
                    return over;
                },
                true));
        int msgId = qos == Qos.AT_MOST_ONCE ? 0 : nextMsgId();
        add(new Exchange(
                again -> new Publish(
                        again,
                        qos,
                        retain,
                        new TopicRef.Normal(Objects.requireNonNull(ids.get(topic))),
                        msgId,
                        Payload.utf8(data)),
                answer -> switch (qos) {
                    case AT_LEAST_ONCE ->
                        answer instanceof PubAck ack && ack.msgId() == msgId && accepted(ack.returnCode());
                    default -> answer instanceof PubRec rec && rec.msgId() == msgId;
                },
                qos != Qos.AT_MOST_ONCE));
        if (qos == Qos.EXACTLY_ONCE) {
            add(new Exchange(
                    again -> new PubRel(msgId),
                    answer -> answer instanceof PubComp comp && comp.msgId() == msgId,
                    true));
        }
    }

    /** With "congestion" it is done again when it is time to repeat. */
    private static boolean accepted(ReturnCode code) {
        assertThat(code).isIn(ReturnCode.ACCEPTED, ReturnCode.CONGESTION);
        return code.equals(ReturnCode.ACCEPTED);
    }

    private int nextMsgId() {
        lastMsgId = lastMsgId % 65_535 + 1;
        return lastMsgId;
    }

    private void add(Exchange exchange) {
        toDo.add(exchange);
        goOn();
    }

    private void goOn() {
        while (!begun && !toDo.isEmpty()) {
            Exchange next = toDo.element();
            begun = next.isAnswered;
            if (!begun) {
                toDo.remove();
            }
            out.accept(next.message.apply(false));
        }
    }

    /** It is time to repeat what has not been answered. */
    void repeat() {
        if (begun) {
            out.accept(toDo.element().message.apply(true));
        }
    }

    // ---- what arrives

    void onMessage(SnMessage message) {
        @Nullable Exchange current = begun ? toDo.element() : null;
        if (current != null && current.isOver.test(message)) {
            toDo.remove();
            begun = false;
            goOn();
        } else if (message instanceof Register register) {
            name(register.topicId(), register.topicName());
            out.accept(new RegAck(register.topicId(), register.msgId(), ReturnCode.ACCEPTED));
        } else if (message instanceof Publish publish) {
            onPublish(publish);
        } else if (message instanceof PubRel release) {
            unreleased.remove(release.msgId());
            out.accept(new PubComp(release.msgId()));
        } else if (message instanceof Disconnect) {
            assertThat(connected).as("%s is told to leave", clientId).isFalse();
        }
    }

    private void onPublish(Publish publish) {
        boolean known = false;
        if (publish.qos() == Qos.AT_LEAST_ONCE) {
            known = publish.dup() && lastQos1 == publish.msgId();
            lastQos1 = publish.msgId();
            out.accept(new PubAck(((TopicRef.Normal) publish.topic()).id(), publish.msgId(), ReturnCode.ACCEPTED));
        } else if (publish.qos() == Qos.EXACTLY_ONCE) {
            known = !unreleased.add(publish.msgId());
            out.accept(new PubRec(publish.msgId()));
        }
        if (!known) {
            unnamed.add(publish);
            received.addAll(named());
        }
    }

    /** The SUBACK that names a topic may be lost, and come again after the first message. */
    private void name(int id, String topic) {
        names.put(id, topic);
        received.addAll(named());
    }

    private List<Received> named() {
        List<Received> known = new ArrayList<>();
        unnamed.removeIf(publish -> {
            String topic = publish.topic() instanceof TopicRef.Normal normal ? names.get(normal.id()) : null;
            if (topic != null) {
                known.add(new Received(topic, publish.data().toUtf8(), publish.qos(), publish.retain()));
            }
            return topic != null;
        });
        return known;
    }
}
