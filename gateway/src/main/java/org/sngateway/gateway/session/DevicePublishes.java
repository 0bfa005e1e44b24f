// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import java.util.Arrays;
import java.util.zip.CRC32C;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.TopicRef;

/**
 * The acknowledged messages of one device that are under way to the broker, and the last few that have arrived there: a repeated
 * PUBLISH is not passed on twice (§6.6). A device that uses a message id again for something else is told apart by the content.
 *
 * <p>Takes memory for as many messages as have been under way at once, which is one for a device that keeps to the specification.
 */
final class DevicePublishes {
    private static final int FEW = 4;

    private final int limit;
    private int[] openIds;
    private int[] openContents;
    private int open;

    private int[] doneIds;
    private int[] doneContents;
    private long[] doneNanos;
    private int nextDone;

    /** @param limit how many messages a device may have under way, at least 1 */
    DevicePublishes(int limit) {
        this.limit = limit;
        openIds = new int[FEW];
        openContents = new int[FEW];
        doneIds = new int[FEW];
        doneContents = new int[FEW];
        doneNanos = new long[FEW];
    }

    /** How many messages are under way. */
    int size() {
        return open;
    }

    /** Their message ids. */
    int[] msgIds() {
        return Arrays.copyOf(openIds, open);
    }

    boolean isFull() {
        return open == limit;
    }

    /** Whether this message, not just another with its id, is under way. */
    boolean isOpen(int msgId, int content) {
        int index = indexOf(msgId);
        return index >= 0 && openContents[index] == content;
    }

    /** Whether any message with this id is under way. */
    boolean isOpen(int msgId) {
        return indexOf(msgId) >= 0;
    }

    /** The message is under way; it takes the place of another one with its id, which the device has given up. */
    void begin(int msgId, int content) {
        int index = indexOf(msgId);
        if (index < 0) {
            if (open == openIds.length) {
                grow();
            }
            index = open++;
            openIds[index] = msgId;
        }
        openContents[index] = content;
    }

    private void grow() {
        int capacity = Math.min(limit, 2 * openIds.length);
        openIds = Arrays.copyOf(openIds, capacity);
        openContents = Arrays.copyOf(openContents, capacity);
        nextDone = doneIds.length;
        doneIds = Arrays.copyOf(doneIds, capacity);
        doneContents = Arrays.copyOf(doneContents, capacity);
        doneNanos = Arrays.copyOf(doneNanos, capacity);
    }

    /** The broker has not taken it: a repetition is a new attempt. */
    void abandon(int msgId) {
        int index = indexOf(msgId);
        if (index >= 0) {
            open--;
            openIds[index] = openIds[open];
            openContents[index] = openContents[open];
        }
    }

    /** The broker has it. */
    void finish(int msgId, int content, long nowNanos) {
        abandon(msgId);
        doneIds[nextDone] = msgId;
        doneContents[nextDone] = content;
        doneNanos[nextDone] = nowNanos;
        nextDone = (nextDone + 1) % doneIds.length;
    }

    /**
     * Whether this message is the repetition of one that is done.
     *
     * @param sinceNanos how far back to look
     */
    boolean isDone(int msgId, int content, long sinceNanos) {
        for (int i = 0; i < doneIds.length; i++) {
            if (doneIds[i] == msgId && doneContents[i] == content && doneNanos[i] - sinceNanos >= 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * What is compared of a message's content: a checksum of topic and data. Of two messages of the same length that differ in no more
     * than 32 adjacent bits, as readings of a sensor do, it is never the same; {@code hashCode} easily is.
     */
    static int content(Publish publish) {
        CRC32C checksum = new CRC32C();
        TopicRef topic = publish.topic();
        int topicId = DevicePublisher.topicIdOf(topic);
        checksum.update(topic instanceof TopicRef.Normal ? 0 : topic instanceof TopicRef.Predefined ? 1 : 2);
        checksum.update(topicId >> 8);
        checksum.update(topicId);
        checksum.update(publish.data().asReadOnlyBuffer());
        return (int) checksum.getValue();
    }

    /** Nothing is under way any more; what is done is remembered. */
    void abandonAll() {
        open = 0;
    }

    private int indexOf(int msgId) {
        for (int i = 0; i < open; i++) {
            if (openIds[i] == msgId) {
                return i;
            }
        }
        return -1;
    }
}
