// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import java.util.Arrays;

/** Octets of a frame that is not complete; grows up to a bound. */
final class FrameBuffer {
    private static final int INITIAL_OCTETS = 64;

    private final int maxOctets;
    private byte[] octets;
    private int size;

    FrameBuffer(int maxOctets) {
        this.maxOctets = maxOctets;
        this.octets = new byte[Math.min(INITIAL_OCTETS, maxOctets)];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return size == maxOctets;
    }

    /** To be called only while not full. */
    void add(byte octet) {
        if (size == octets.length) {
            octets = Arrays.copyOf(octets, (int) Math.min(maxOctets, 2L * size));
        }
        octets[size++] = octet;
    }

    int unsignedByte(int index) {
        return octets[index] & 0xFF;
    }

    int unsignedShort(int index) {
        return unsignedByte(index) << 8 | unsignedByte(index + 1);
    }

    void clear() {
        size = 0;
    }

    byte[] copy(int from, int to) {
        return Arrays.copyOfRange(octets, from, to);
    }

    /** Drops the first {@code count} octets. */
    void drop(int count) {
        System.arraycopy(octets, count, octets, 0, size - count);
        size -= count;
    }

    /** Where the first {@code octet} at or after {@code from} is; -1 when there is none. */
    int indexOf(byte octet, int from) {
        for (int i = from; i < size; i++) {
            if (octets[i] == octet) {
                return i;
            }
        }
        return -1;
    }
}
