// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopicReq;

/** The will dialogue of one CONNECT (MQTT-SN 1.2 §6.3): which question is open, and how often it was asked. */
final class WillPrompt {
    private final Connect connect;
    private @Nullable WillHeader header;
    private int repetitions;
    private long dueNanos;

    WillPrompt(Connect connect, long dueNanos) {
        this.connect = connect;
        this.dueNanos = dueNanos;
    }

    Connect connect() {
        return connect;
    }

    /** The answer to the first question; null while it is open. */
    @Nullable
    WillHeader header() {
        return header;
    }

    void answerTopic(WillHeader topic, long nextDueNanos) {
        header = topic;
        repetitions = 0;
        dueNanos = nextDueNanos;
    }

    SnMessage question() {
        return header == null ? new WillTopicReq() : new WillMsgReq();
    }

    long dueNanos() {
        return dueNanos;
    }

    int repetitions() {
        return repetitions;
    }

    void repeat(long nextDueNanos) {
        repetitions++;
        dueNanos = nextDueNanos;
    }
}
