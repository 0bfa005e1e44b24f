// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.UnsubAck;

/** What a gateway's answers belong to. */
final class Answers {
    private Answers() {}

    /** The message id that an acknowledgement answers; 0 for any other message. */
    static int msgIdOf(SnMessage message) {
        if (message instanceof PubAck ack) {
            return ack.msgId();
        } else if (message instanceof PubRec rec) {
            return rec.msgId();
        } else if (message instanceof PubComp comp) {
            return comp.msgId();
        } else if (message instanceof RegAck ack) {
            return ack.msgId();
        } else if (message instanceof SubAck ack) {
            return ack.msgId();
        } else if (message instanceof UnsubAck ack) {
            return ack.msgId();
        }
        return 0;
    }
}
