// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits to go over a line, in octets as they go over it; and until when the line is busy with it and with what it has already taken,
 * as far as its speed tells. Any thread; nothing but {@link #take} and {@link #awaitEmpty} waits.
 */
final class SendQueue {
    private final int maxOctets;
    private final long nanosPerOctet;
    private final LongSupplier clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> frames = new ArrayDeque<>();
    private int octets;
    private long busyUntilNanos;
    private boolean open;
    private boolean ended;
    /** A frame was taken and is being written. */
    private boolean writing;

    /** @param clock monotonic nanoseconds */
    SendQueue(int maxOctets, long nanosPerOctet, LongSupplier clock) {
        this.maxOctets = maxOctets;
        this.nanosPerOctet = nanosPerOctet;
        this.clock = clock;
        this.busyUntilNanos = clock.getAsLong();
    }

    /** From now on frames are taken. */
    void open() {
        lock.lock();
        try {
            open = !ended;
            busyUntilNanos = clock.getAsLong();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Until it is opened again frames are refused.
     *
     * @return how many waited; they are dropped
     */
    int close() {
        lock.lock();
        try {
            open = false;
            int dropped = frames.size();
            frames.clear();
            octets = 0;
            changed.signalAll();
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Frames are refused from now on; {@link #take} ends when all that wait are taken. */
    void end() {
        lock.lock();
        try {
            open = false;
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** False when there is no room, or the queue is not open. A frame finds room in an empty queue, however long it is. */
    boolean offer(byte[] frame) {
        lock.lock();
        try {
            if (!open || (!frames.isEmpty() && octets + frame.length > maxOctets)) {
                return false;
            }
            frames.add(frame);
            octets += frame.length;
            long now = clock.getAsLong();
            busyUntilNanos = now + Math.max(0, busyUntilNanos - now) + frame.length * nanosPerOctet;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How long a frame of this size takes to leave if it is offered now. */
    long sendingNanos(int frameOctets) {
        lock.lock();
        try {
            // The line may have stood still: then more waits than its speed tells.
            long busyNanos = Math.max(busyUntilNanos - clock.getAsLong(), octets * nanosPerOctet);
            return open ? Math.max(0, busyNanos) + frameOctets * nanosPerOctet : 0;
        } finally {
            lock.unlock();
        }
    }

    /** The next frame, when there is one; null when there will be none any more. */
    byte @Nullable [] take() {
        lock.lock();
        try {
            writing = false;
            changed.signalAll();
            while (frames.isEmpty()) {
                if (ended) {
                    return null;
                }
                changed.awaitUninterruptibly();
            }
            byte[] frame = frames.remove();
            octets -= frame.length;
            writing = true;
            return frame;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all is written, at most for {@code nanos}. */
    void awaitEmpty(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while ((!frames.isEmpty() || writing) && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
