// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.observe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The frames of all shards, for readers on other threads. Reading keeps a watch alive; one that is not read for five seconds ends, and
 * begins again with the next read. May be used from any thread that may wait.
 */
public final class FrameTrace {
    /** What is given at a time, some of it by each shard. */
    private static final int BATCH_FRAMES = 1024;

    private static final int BATCH_OCTETS = 256 << 10;
    private static final int PATIENCE_SECONDS = 2;

    private final List<FrameLog> logs;

    /** @param logs of all shards */
    public FrameTrace(List<FrameLog> logs) {
        this.logs = List.copyOf(logs);
    }

    /**
     * What a reader gets at a time.
     *
     * @param cursor where the next read goes on
     * @param leftOut how many frames are missing since the read before
     * @param isInterrupted whether the reader was away for too long, and it is not known what it missed
     * @param more whether there are more frames already
     * @param frames as they passed, the oldest first
     */
    public record Batch(String cursor, long leftOut, boolean isInterrupted, boolean more, List<TracedFrame> frames) {}

    /**
     * The frames since the reader asked before.
     *
     * @param device client id of the device to watch; empty for all frames, those without a session included
     * @param after the cursor of the answer before; null for a reader that begins: it gets what passes from now on
     * @throws TraceUnavailableException when too many watch already, or the shards do not answer
     * @throws IllegalArgumentException when {@code after} is no cursor
     */
    public Batch read(String device, @Nullable String after) throws TraceUnavailableException {
        List<TraceCursor.Position> known =
                after == null ? List.of() : TraceCursor.parse(after).positions();
        boolean isKnown = known.size() == logs.size();
        int limit = Math.max(1, BATCH_FRAMES / logs.size());
        int octetLimit = BATCH_OCTETS / logs.size();
        List<TraceSlice> slices = new ArrayList<>();
        List<CompletableFuture<Optional<TraceSlice>>> asked = new ArrayList<>();
        for (int i = 0; i < logs.size(); i++) {
            TraceCursor.Position since = isKnown ? known.get(i) : null;
            asked.add(ask(logs.get(i), log -> log.read(device, since, limit, octetLimit)));
        }
        boolean isInterrupted = after != null && !isKnown;
        for (int i = 0; i < asked.size(); i++) {
            TraceSlice slice = await(asked.get(i));
            slices.add(slice);
            isInterrupted |= isKnown && known.get(i).watch() != slice.watch();
        }
        return new Batch(
                new TraceCursor(slices.stream()
                                .map(slice -> new TraceCursor.Position(slice.watch(), slice.end()))
                                .toList())
                        .toString(),
                slices.stream().mapToLong(TraceSlice::leftOut).sum(),
                isInterrupted,
                slices.stream().anyMatch(TraceSlice::more),
                merge(slices));
    }

    /**
     * The last frames of a device. The first time these are what the shards remember of it among the frames of all devices; it is watched from
     * then on, as long as this is called at least every five seconds.
     *
     * @param limit how many, 1 or more
     * @return the oldest first
     * @throws TraceUnavailableException when too many watch already, or the shards do not answer
     */
    public List<TracedFrame> recent(String clientId, int limit) throws TraceUnavailableException {
        List<CompletableFuture<Optional<TraceSlice>>> asked = logs.stream()
                .map(one -> ask(one, log -> log.newest(clientId, limit)))
                .toList();
        List<TraceSlice> slices = new ArrayList<>();
        for (CompletableFuture<Optional<TraceSlice>> one : asked) {
            slices.add(await(one));
        }
        List<TracedFrame> merged = merge(slices);
        return merged.subList(Math.max(0, merged.size() - limit), merged.size());
    }

    private static List<TracedFrame> merge(List<TraceSlice> slices) {
        long origin = slices.stream()
                .flatMap(slice -> slice.frames().stream())
                .mapToLong(TracedFrame::nanos)
                .findFirst()
                .orElse(0);
        return slices.stream()
                .flatMap(slice -> slice.frames().stream())
                .sorted(Comparator.comparingLong(frame -> frame.nanos() - origin)) // the clock may overflow
                .toList();
    }

    private static CompletableFuture<Optional<TraceSlice>> ask(
            FrameLog log, Function<FrameLog, Optional<TraceSlice>> question) {
        try {
            return CompletableFuture.supplyAsync(() -> question.apply(log), log.loop());
        } catch (RejectedExecutionException stopping) {
            return CompletableFuture.failedFuture(stopping);
        }
    }

    private static TraceSlice await(CompletableFuture<Optional<TraceSlice>> slice) throws TraceUnavailableException {
        try {
            return slice.get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .orElseThrow(() -> new TraceUnavailableException("too many traces are under way"));
        } catch (ExecutionException | TimeoutException failure) {
            throw new TraceUnavailableException("the gateway does not answer: it is too busy, or stops");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new TraceUnavailableException("the gateway stops");
        }
    }
}
