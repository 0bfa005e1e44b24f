// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.sngateway.codec.message.Qos;
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

    private State state = State.ASKED;
    private Qos requested;
    /** Until the broker has answered, the message itself tells: it comes with no more than what is granted. */
    private Qos grantedByBroker = Qos.EXACTLY_ONCE;

    private TopicRef named;
    /** Of the SUBSCRIBE to answer. */
    private int msgId;
    /** In which of the device's connections it came. */
    private int connection;

    Subscription(TopicFilter filter, String name, Qos requested, TopicRef named, int msgId, int connection) {
        this.filter = filter;
        this.name = name;
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

    State state() {
        return state;
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

    /** What messages are delivered with at most. */
    Qos granted() {
        return requested.min(grantedByBroker);
    }

    /** The device subscribed again. */
    void ask(Qos qos, TopicRef topic, int newMsgId, int newConnection) {
        requested = qos;
        named = topic;
        msgId = newMsgId;
        connection = newConnection;
    }

    void grant(Qos byBroker) {
        state = State.GRANTED;
        grantedByBroker = byBroker;
    }

    void end() {
        state = State.ENDED;
    }
}
