// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SnMessage;

/**
 * Octets that are not a message. Thrown by the readers of this package, caught by {@link SnCodec#decode}; checked, so
 * that none can pass it. Has no stack trace, because a flood of bad frames must stay cheap.
 */
final class MalformedFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    private final MalformedReason reason;
    private final String detail;
    private final transient @Nullable SnMessage reply;

    MalformedFrameException(MalformedReason reason, String detail) {
        this(reason, detail, null);
    }

    private MalformedFrameException(MalformedReason reason, String detail, @Nullable SnMessage reply) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
        this.reply = reply;
    }

    /** The same with the negative acknowledgement that the request asks for. */
    MalformedFrameException answeredBy(SnMessage negativeAcknowledgement) {
        return new MalformedFrameException(reason, detail, negativeAcknowledgement);
    }

    /** The same with the message named in which it happened. */
    MalformedFrameException in(MessageType type) {
        return new MalformedFrameException(reason, type + ": " + detail, reply);
    }

    MalformedReason reason() {
        return reason;
    }

    String detail() {
        return detail;
    }

    @Nullable
    SnMessage reply() {
        return reply;
    }

    /** The return code that tells the other side the reason, §5.3.10. */
    ReturnCode returnCode() {
        return reason == MalformedReason.TOPIC_ID ? ReturnCode.INVALID_TOPIC_ID : ReturnCode.NOT_SUPPORTED;
    }
}
