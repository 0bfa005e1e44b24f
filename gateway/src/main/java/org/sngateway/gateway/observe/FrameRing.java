// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;

/**
 * The last frames of a kind, bounded in number and in octets. Arrays beside each other, so that noting a frame makes no object. Confined to
 * one loop.
 */
final class FrameRing {
    private final int maxOctets;
    private final long[] numbers;
    private final long[] nanos;
    private final boolean[] sent;
    private final int[] octets;
    private final @Nullable DeviceAddress[] addresses;
    private final @Nullable String[] devices;
    /** {@link SnMessage} or {@link DecodeResult.Malformed}. */
    private final @Nullable Object[] frames;

    /** Where the next one goes. */
    private int head;

    private int size;
    private long totalOctets;

    /**
     * @param maxFrames 1 or more
     * @param maxOctets of all frames together; one that is longer is there alone
     */
    FrameRing(int maxFrames, int maxOctets) {
        this.maxOctets = maxOctets;
        this.numbers = new long[maxFrames];
        this.nanos = new long[maxFrames];
        this.sent = new boolean[maxFrames];
        this.octets = new int[maxFrames];
        this.addresses = new DeviceAddress[maxFrames];
        this.devices = new String[maxFrames];
        this.frames = new Object[maxFrames];
    }

    /** @param frame a message, or a malformed frame */
    void add(long number, long now, boolean isSent, DeviceAddress address, String device, Object frame, int length) {
        while (size > 0 && (size == frames.length || totalOctets + length > maxOctets)) {
            dropOldest();
        }
        numbers[head] = number;
        nanos[head] = now;
        sent[head] = isSent;
        addresses[head] = address;
        devices[head] = device;
        frames[head] = frame;
        octets[head] = length;
        head = head + 1 == frames.length ? 0 : head + 1;
        size++;
        totalOctets += length;
    }

    private void dropOldest() {
        int oldest = position(0);
        totalOctets -= octets[oldest];
        size--;
        addresses[oldest] = null;
        devices[oldest] = null;
        frames[oldest] = null;
    }

    private int position(int age) {
        return Math.floorMod(head - size + age, frames.length);
    }

    /** The frames whose number is greater, the oldest first: at most {@code limit} of them and at most so many octets, but one always. */
    List<TracedFrame> after(long number, int limit, int octetLimit) {
        List<TracedFrame> found = new ArrayList<>();
        long length = 0;
        for (int i = 0; i < size && found.size() < limit && (found.isEmpty() || length <= octetLimit); i++) {
            int position = position(i);
            if (numbers[position] > number) {
                length += octets[position];
                found.add(at(position));
            }
        }
        return found;
    }

    /** The number of the last one added that is still there; 0 when there is none. */
    long newest() {
        return size == 0 ? 0 : numbers[position(size - 1)];
    }

    /** Adds to {@code other}, in their order, those of one device, with new numbers. */
    void copyTo(FrameRing other, String device, LongSupplier numbering) {
        for (int i = 0; i < size; i++) {
            int from = position(i);
            DeviceAddress address = addresses[from];
            Object frame = frames[from];
            if (address != null && frame != null && device.equals(devices[from])) {
                other.add(numbering.getAsLong(), nanos[from], sent[from], address, device, frame, octets[from]);
            }
        }
    }

    private TracedFrame at(int position) {
        Object frame = Objects.requireNonNull(frames[position]);
        return new TracedFrame(
                numbers[position],
                nanos[position],
                sent[position],
                Objects.requireNonNull(addresses[position]),
                Objects.requireNonNull(devices[position]),
                frame instanceof DecodeResult.Malformed malformed
                        ? malformed
                        : new DecodeResult.Decoded((SnMessage) frame),
                octets[position]);
    }
}
