// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.DecodeResult;
import org.sngateway.codec.SnCodec;
import org.sngateway.codec.message.SnMessage;
import org.sngateway.transport.DeviceAddress;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * The frames that pass one shard: the last few always, and more while somebody watches ({@link FrameTrace}). Bounded in frames, octets,
 * watches and rate, and nothing is written as text here, so that tracing does not hold up what is traced. Confined to the shard's loop.
 */
public final class FrameLog {
    private static final int RECENT_FRAMES = 256;
    private static final int RECENT_OCTETS = 64 << 10;
    private static final int MAX_WATCHES = 8;

    private final OwnerLoop loop;
    private final FrameRing recent = new FrameRing(RECENT_FRAMES, RECENT_OCTETS);
    private final List<FrameWatch> watches = new ArrayList<>();
    /** Never used twice, by a gateway before a restart included. */
    private long nextWatch;

    private boolean isCleaning;

    public FrameLog(OwnerLoop loop) {
        this.loop = loop;
        this.nextWatch = loop.nanoTime() & Long.MAX_VALUE;
    }

    OwnerLoop loop() {
        return loop;
    }

    /**
     * A message has arrived.
     *
     * @param device the client id of the session it is for; empty when there is none
     */
    public void received(DeviceAddress from, String device, SnMessage message) {
        note(false, from, device, message, SnCodec.encodedOctets(message) + from.overheadOctets());
    }

    /** A frame has arrived that is no message; the rest as for {@link #received}. */
    public void malformed(DeviceAddress from, String device, DecodeResult.Malformed frame) {
        note(false, from, device, frame, frame.head().length());
    }

    /**
     * A message was handed to the transport.
     *
     * @param device the client id of the session it is from; empty when it is from none
     */
    public void sent(DeviceAddress to, String device, SnMessage message) {
        note(true, to, device, message, SnCodec.encodedOctets(message) + to.overheadOctets());
    }

    private void note(boolean sent, DeviceAddress address, String device, Object frame, int octets) {
        long now = loop.nanoTime();
        recent.add(0, now, sent, address, device, frame, octets);
        if (!watches.isEmpty()) {
            for (FrameWatch watch : watches) {
                watch.note(now, sent, address, device, frame, octets);
            }
        }
    }

    // ---- readers

    /**
     * What has come since the reader asked before.
     *
     * @param device whose frames; all when empty
     * @param since where the reader was; null when it begins now
     * @param limit how many frames to give at most, 1 or more
     * @param octetLimit how many octets they may have together; one is given always
     * @return empty when there are too many watches
     */
    Optional<TraceSlice> read(String device, TraceCursor.@Nullable Position since, int limit, int octetLimit) {
        long now = loop.nanoTime();
        return watch(device)
                .map(watch -> since == null || since.watch() != watch.id()
                        ? watch.begin(now)
                        : watch.read(since.number(), limit, octetLimit, now));
    }

    /** The last frames of a device; empty when there are too many watches. */
    Optional<TraceSlice> newest(String device, int limit) {
        long now = loop.nanoTime();
        return watch(device).map(watch -> watch.newest(limit, now));
    }

    private Optional<FrameWatch> watch(String device) {
        loop.assertOwner();
        dropOld();
        for (FrameWatch watch : watches) {
            if (watch.device().equals(device)) {
                return Optional.of(watch);
            }
        }
        if (watches.size() == MAX_WATCHES) {
            return Optional.empty();
        }
        if (!isCleaning) {
            isCleaning = true;
            loop.after(FrameWatch.PATIENCE, this::clean);
        }
        FrameWatch made = new FrameWatch(nextWatch++, device, recent, loop.nanoTime());
        watches.add(made);
        return Optional.of(made);
    }

    private void clean() {
        dropOld();
        isCleaning = !watches.isEmpty();
        if (isCleaning) {
            loop.after(FrameWatch.PATIENCE, this::clean);
        }
    }

    private void dropOld() {
        long now = loop.nanoTime();
        watches.removeIf(watch -> watch.isOver(now));
    }

    /** How many there are, for tests. */
    int watches() {
        return watches.size();
    }
}
