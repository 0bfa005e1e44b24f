// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.topic.TopicFilter;

/** One subscription of one device. */
final class Subscription {
    enum State {
        /** The broker has been asked; the device waits for SUBACK. */
        ASKED,
        GRANTED,
        /** Refused by the broker, or ended by the device: what waits because of it is dropped. */
        ENDED
    }

    /** With the prefix. */
    private final TopicFilter filter;

    /** Without it. */
    private final String name;

    /** The one topic it matches, without the prefix; null with wildcards. */
    private final @Nullable String exactTopic;

    private State state = State.ASKED;
    private Qos requested;
    private Qos granted;
    private TopicRef named;
    /** In the order in which the device's subscriptions were first stored; 0 before. */
    private long position;
    /** Of the SUBSCRIBE to answer. */
    private int msgId;
    /** In which of the device's connections it came. */
    private int connection;

    /**
     * @param exactTopic null with wildcards
     */
    Subscription(
            TopicFilter filter,
            String name,
            @Nullable String exactTopic,
            Qos requested,
            TopicRef named,
            int msgId,
            int connection) {
        this.filter = filter;
        this.name = name;
        this.exactTopic = exactTopic;
        this.granted = requested;
        this.requested = requested;
        this.named = named;
        this.msgId = msgId;
        this.connection = connection;
    }

    TopicFilter filter() {
        return filter;
    }

    /** The filter as the device knows it, without the prefix. */
    String name() {
        return name;
    }

    @Nullable
    String exactTopic() {
        return exactTopic;
    }

    Qos requested() {
        return requested;
    }

    State state() {
        return state;
    }

    long position() {
        return position;
    }

    void setPosition(long position) {
        this.position = position;
    }

    int msgId() {
        return msgId;
    }

    int connection() {
        return connection;
    }

    /** How the device named the topic when it subscribed last. */
    TopicRef named() {
        return named;
    }

    /** The topic has to be named in another way from now on. */
    void setNamed(TopicRef otherName) {
        named = otherName;
    }

    /** What messages are delivered with at most. */
    Qos granted() {
        return granted;
    }

    /** Whether {@code message} is the same SUBSCRIBE as the last one, sent again because the answer was late or lost. */
    boolean isAnsweredBy(Subscribe message, int inConnection) {
        return msgId == message.msgId()
                && connection == inConnection
                && requested == message.qos()
                && named.equals(message.topic());
    }

    /** The device subscribed again. */
    void ask(Qos qos, TopicRef topic, int newMsgId, int newConnection) {
        requested = qos;
        named = topic;
        msgId = newMsgId;
        connection = newConnection;
    }

    void grant(Qos qos) {
        state = State.GRANTED;
        granted = qos;
    }

    void end() {
        state = State.ENDED;
    }
}
