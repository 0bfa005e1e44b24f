// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** How far the sink has come with each device's numbered messages; confined to the sink's loop. */
final class UplinkOrder {
    /** The next number expected, by the device's. */
    private long[] next = new long[1024];

    /**
     * Whether a message is a step forward: not a repetition, and not overtaken by a later one of its device.
     *
     * @param topicOctets of a topic that ends in the device's number, at {@code topic}
     * @param payload where the message's own number is, see {@link Device}
     */
    boolean isForward(ByteBuffer in, int topic, int topicOctets, int payload) {
        int device = deviceNumber(in, topic, topicOctets);
        if (device >= next.length) {
            next = Arrays.copyOf(next, 2 * device);
        }
        long number = in.getLong(payload);
        if (number < next[device]) {
            return false;
        }
        next[device] = number + 1;
        return true;
    }

    /** The decimal number at the topic's end; 0 without one. */
    private static int deviceNumber(ByteBuffer in, int topic, int topicOctets) {
        int number = 0;
        int scale = 1;
        for (int i = topic + topicOctets - 1; i >= topic && scale <= 1_000_000; i--) {
            int digit = in.get(i) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number += digit * scale;
            scale *= 10;
        }
        return number;
    }
}
