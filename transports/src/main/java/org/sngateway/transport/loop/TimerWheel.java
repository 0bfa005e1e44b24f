// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.loop;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel: timers in buckets of one tick, so that arming and cancelling one of a million costs the same as one of ten.
 *
 * <p>Time is cut into ticks counted from the wheel's origin. A timer belongs to the first tick that ends at or after its deadline and
 * is linked into bucket {@code tick mod 4096}; when the wheel has advanced to that tick, the deadline has passed, so nothing fires
 * early, and nothing fires more than a tick late. Timers further away than one turn of the wheel (204.8 s) share buckets with nearer
 * ones and stay where they are until their turn. Links are in the timers themselves. One bit per bucket says whether it holds
 * anything: advancing over empty buckets, and finding the next one to wake up for, look at 64 of them at a time.
 *
 * <p>Timers of one tick fire in the order they were armed. Confined to one thread; knows no clock.
 */
final class TimerWheel {
    static final long TICK_NANOS = 50_000_000L;
    static final int BUCKETS = 4096;

    private static final int MASK = BUCKETS - 1;
    private static final int WORDS = BUCKETS / Long.SIZE;
    /** The bucket of those whose tick has come and whose turn to run has not. */
    private static final int DUE = BUCKETS;

    private static final int UNLINKED = -1;

    /** First of each bucket's ring of timers. */
    private final @Nullable Node[] heads = new Node[BUCKETS + 1];

    private final long[] occupied = new long[WORDS];
    private final long originNanos;
    private final Consumer<Throwable> failures;
    private long tick;
    private int armed;

    /** @param failures told what a timer's task threw */
    TimerWheel(long originNanos, Consumer<Throwable> failures) {
        this.originNanos = originNanos;
        this.failures = failures;
    }

    boolean isEmpty() {
        return armed == 0;
    }

    void arm(Node node, long deadlineNanos) {
        disarm(node);
        node.deadlineNanos = deadlineNanos;
        node.tick = Math.max(tick + 1, -Math.floorDiv(originNanos - deadlineNanos, TICK_NANOS));
        link(node, (int) node.tick & MASK);
        armed++;
    }

    void disarm(Node node) {
        if (node.bucket != UNLINKED) {
            unlink(node);
            armed--;
        }
    }

    /** When {@code node}, which is armed, will be due. */
    long dueNanos(Node node) {
        return originNanos + node.tick * TICK_NANOS;
    }

    /**
     * When the wheel must next be advanced: no timer is due before, though there may be none due then either, when the next bucket
     * holds timers of a later turn only. Not to be called when empty.
     */
    long nextWakeUpNanos() {
        return originNanos + (tick + ticksToOccupiedBucket()) * TICK_NANOS;
    }

    /** Runs, tick by tick, what is due at {@code nowNanos}. */
    void advanceTo(long nowNanos) {
        long target = Math.floorDiv(nowNanos - originNanos, TICK_NANOS);
        while (tick < target) {
            int step = ticksToOccupiedBucket();
            if (step == 0 || step > target - tick) {
                tick = target;
                return;
            }
            tick += step;
            collectDue((int) tick & MASK);
            runDue();
        }
    }

    private void collectDue(int bucket) {
        Node node = heads[bucket];
        if (node == null) {
            return;
        }
        Node last = node.previous;
        boolean more;
        do {
            Node next = node.next;
            more = node != last;
            if (node.tick <= tick) {
                unlink(node);
                link(node, DUE);
            }
            node = next;
        } while (more);
    }

    /** Each is taken off only when its turn comes, so that one task may still cancel or rearm the others. */
    private void runDue() {
        for (Node node = heads[DUE]; node != null; node = heads[DUE]) {
            disarm(node);
            try {
                node.onDue();
            } catch (Throwable e) {
                failures.accept(e);
            }
        }
    }

    /** How far the next bucket that holds anything is, 1..{@value #BUCKETS}; 0 when there is none. */
    private int ticksToOccupiedBucket() {
        int start = (int) (tick + 1) & MASK;
        int word = start / Long.SIZE;
        long bits = occupied[word] & (-1L << start);
        for (int looked = 0; looked <= WORDS; looked++) {
            if (bits != 0) {
                int bucket = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                return ((bucket - start) & MASK) + 1;
            }
            word = (word + 1) % WORDS;
            bits = occupied[word];
        }
        return 0;
    }

    private void link(Node node, int bucket) {
        Node head = heads[bucket];
        node.bucket = bucket;
        if (head == null) {
            node.previous = node;
            node.next = node;
            heads[bucket] = node;
            if (bucket != DUE) {
                occupied[bucket / Long.SIZE] |= 1L << bucket;
            }
        } else {
            node.previous = head.previous;
            node.next = head;
            head.previous.next = node;
            head.previous = node;
        }
    }

    private void unlink(Node node) {
        int bucket = node.bucket;
        node.bucket = UNLINKED;
        if (node.next == node) {
            heads[bucket] = null;
            if (bucket != DUE) {
                occupied[bucket / Long.SIZE] &= ~(1L << bucket);
            }
            return;
        }
        node.previous.next = node.next;
        node.next.previous = node.previous;
        if (heads[bucket] == node) {
            heads[bucket] = node.next;
        }
        node.next = node;
        node.previous = node;
    }

    /** A timer: its own place in a bucket's ring. */
    abstract static class Node {
        private Node previous = this;
        private Node next = this;
        private int bucket = UNLINKED;
        private long tick;
        private long deadlineNanos;

        /** Its time has come; it is disarmed and may be armed again. */
        abstract void onDue();

        public final boolean isArmed() {
            return bucket != UNLINKED;
        }

        public final long deadlineNanos() {
            return deadlineNanos;
        }
    }
}
