// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec;

import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.SnMessage;

/** What became of one frame. */
public sealed interface DecodeResult {
    /** A message that may be acted on. */
    record Decoded(SnMessage message) implements DecodeResult {}

    /**
     * Octets that are not one.
     *
     * @param reason the label to count it under
     * @param detail what exactly is wrong, for a person
     * @param head the first octets of the frame, at most {@link #HEAD_OCTETS}, for the debug log
     * @param reply the negative acknowledgement that the specification offers for it, where the request could be read far
     *     enough to send one; wrapped when the request was encapsulated
     */
    record Malformed(
            MalformedReason reason,
            String detail,
            Payload head,
            @Nullable SnMessage reply) implements DecodeResult {
        /** How many octets of a malformed frame are kept. */
        public static final int HEAD_OCTETS = 64;
    }
}
