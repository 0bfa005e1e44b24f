// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import org.sngateway.codec.message.MessageType;

/**
 * Messages of one direction by listener and type. Each shard counts in a {@link Tally} of its own, so that counting costs two plain
 * stores; whoever reads adds them up, from any thread.
 */
public final class MessageCounts {
    /** MsgType is an octet. */
    private static final int TYPES = 256;

    private final List<Tally> tallies = new CopyOnWriteArrayList<>();

    MessageCounts() {}

    /** The counts of one thread, which alone may write them. */
    public static final class Tally {
        private final AtomicLongArray messages;
        private final AtomicLongArray octets;

        Tally(int listeners) {
            messages = new AtomicLongArray(listeners * TYPES);
            octets = new AtomicLongArray(listeners * TYPES);
        }

        /**
         * Counts a message.
         *
         * @param listener its number, less than what was said when the tally was made
         * @param octetCount of the encoded message
         */
        public void count(int listener, MessageType type, int octetCount) {
            int slot = listener * TYPES + type.code();
            messages.lazySet(slot, messages.getPlain(slot) + 1);
            octets.lazySet(slot, octets.getPlain(slot) + octetCount);
        }
    }

    /**
     * A tally for one more thread, for as long as the gateway runs.
     *
     * @param listeners how many there are
     */
    public Tally tally(int listeners) {
        Tally tally = new Tally(listeners);
        tallies.add(tally);
        return tally;
    }

    /** Messages of all listeners and types. */
    public long sum() {
        long sum = 0;
        for (Tally tally : tallies) {
            for (int slot = 0; slot < tally.messages.length(); slot++) {
                sum += tally.messages.get(slot);
            }
        }
        return sum;
    }

    /** Messages of one listener and type. */
    public long messages(int listener, MessageType type) {
        int slot = listener * TYPES + type.code();
        return tallies.stream().mapToLong(tally -> at(tally.messages, slot)).sum();
    }

    /** Their octets. */
    public long octets(int listener, MessageType type) {
        int slot = listener * TYPES + type.code();
        return tallies.stream().mapToLong(tally -> at(tally.octets, slot)).sum();
    }

    private static long at(AtomicLongArray counts, int slot) {
        return slot < counts.length() ? counts.get(slot) : 0;
    }
}
