// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.check;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.message.Payload;

/**
 * The payload by which a message is recognised at the other end: run, node, sequence number and time of sending, then padding
 * whose octets follow from the sequence number, so that a payload that was cut, mixed up or altered is noticed.
 *
 * @param runId tells this run's messages from others'
 * @param node number of the sending node, 0 or more
 * @param sequence the node's number for the message, from 0
 * @param sentNanos when it was sent, on the simulator's clock
 */
public record ProbePayload(int runId, int node, int sequence, long sentNanos) {
    /** Octets before the padding. */
    public static final int MIN_OCTETS = 20;

    /** Writes the octets of one message; {@code sizeOctets} is {@link #MIN_OCTETS} or more. */
    public static Payload create(int runId, int node, int sequence, long sentNanos, int sizeOctets) {
        if (sizeOctets < MIN_OCTETS) {
            throw new IllegalArgumentException(
                    "sizeOctets is " + sizeOctets + ", allowed is " + MIN_OCTETS + " or more");
        }
        byte[] octets = new byte[sizeOctets];
        ByteBuffer.wrap(octets).putInt(runId).putInt(node).putInt(sequence).putLong(sentNanos);
        for (int i = MIN_OCTETS; i < sizeOctets; i++) {
            octets[i] = padding(sequence, i);
        }
        return Payload.wrap(octets);
    }

    /**
     * Reads the octets of one message.
     *
     * @param sizeOctets the size it was created with
     * @return null when these are not the octets that {@link #create} wrote
     */
    public static @Nullable ProbePayload parse(ByteBuffer octets, int sizeOctets) {
        if (octets.remaining() != sizeOctets) {
            return null;
        }
        int start = octets.position();
        ProbePayload payload = new ProbePayload(
                octets.getInt(start), octets.getInt(start + 4), octets.getInt(start + 8), octets.getLong(start + 12));
        for (int i = MIN_OCTETS; i < sizeOctets; i++) {
            if (octets.get(start + i) != padding(payload.sequence, i)) {
                return null;
            }
        }
        return payload;
    }

    private static byte padding(int sequence, int position) {
        return (byte) (sequence + position);
    }
}
