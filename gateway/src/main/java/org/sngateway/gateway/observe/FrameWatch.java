// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.time.Duration;
import java.util.List;
import org.sngateway.transport.DeviceAddress;

/**
 * The frames of one device, or all, for as long as somebody asks for them. What comes faster than {@link #PER_SECOND} is left out, and so
 * is the oldest of what nobody fetched in time; either way a number is missing. Confined to one loop.
 */
final class FrameWatch {
    /** A watch that nobody has read for so long ends. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Frames in a second. */
    static final int PER_SECOND = 2000;

    /** What may come at once, and what waits for a reader. */
    static final int MAX_FRAMES = 2048;

    static final int MAX_OCTETS = 512 << 10;

    private static final long NANOS_PER_FRAME = Duration.ofSeconds(1).toNanos() / PER_SECOND;
    private static final long BURST_NANOS = MAX_FRAMES * NANOS_PER_FRAME;

    private final long id;
    private final String device;
    private final FrameRing ring = new FrameRing(MAX_FRAMES, MAX_OCTETS);
    /** The number of the newest frame, whether or not it was left out. */
    private long last;

    /** How much of the rate is left, as time: {@link #NANOS_PER_FRAME} for each frame. */
    private long allowanceNanos = BURST_NANOS;

    private long refilledNanos;
    private long readNanos;

    /**
     * @param id not that of another watch of this loop
     * @param device its client id; empty for all frames
     * @param recent frames from before, of which those of the device are taken
     */
    FrameWatch(long id, String device, FrameRing recent, long nowNanos) {
        this.id = id;
        this.device = device;
        this.refilledNanos = nowNanos;
        this.readNanos = nowNanos;
        if (!device.isEmpty()) {
            recent.copyTo(ring, device, () -> ++last);
        }
    }

    long id() {
        return id;
    }

    String device() {
        return device;
    }

    boolean isOver(long nowNanos) {
        return nowNanos - readNanos > PATIENCE.toNanos();
    }

    void note(long nowNanos, boolean sent, DeviceAddress address, String of, Object frame, int octets) {
        if (!device.isEmpty() && !device.equals(of)) {
            return;
        }
        last++;
        if (isAllowed(nowNanos)) {
            ring.add(last, nowNanos, sent, address, of, frame, octets);
        }
    }

    private boolean isAllowed(long nowNanos) {
        allowanceNanos = Math.min(BURST_NANOS, allowanceNanos + Math.max(0, nowNanos - refilledNanos));
        refilledNanos = nowNanos;
        if (allowanceNanos < NANOS_PER_FRAME) {
            return false;
        }
        allowanceNanos -= NANOS_PER_FRAME;
        return true;
    }

    /** The frames after {@code number}, as many as fit an answer, and what of them is missing. */
    TraceSlice read(long number, int limit, int octetLimit, long nowNanos) {
        readNanos = nowNanos;
        List<TracedFrame> found = ring.after(number, limit, octetLimit);
        long reached = found.isEmpty() ? last : found.get(found.size() - 1).number();
        boolean more = reached < ring.newest();
        long end = more ? reached : last;
        return new TraceSlice(id, end, Math.max(0, end - number - found.size()), more, found);
    }

    /** The newest frames, the oldest of them first. */
    TraceSlice newest(int limit, long nowNanos) {
        readNanos = nowNanos;
        List<TracedFrame> all = ring.after(0, MAX_FRAMES, MAX_OCTETS);
        return new TraceSlice(id, last, 0, false, all.subList(Math.max(0, all.size() - limit), all.size()));
    }

    /** Nothing yet: what comes from now on can be read after it. */
    TraceSlice begin(long nowNanos) {
        readNanos = nowNanos;
        return new TraceSlice(id, last, 0, false, List.of());
    }
}
