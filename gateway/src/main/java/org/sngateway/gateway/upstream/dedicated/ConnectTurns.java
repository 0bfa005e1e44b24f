// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.upstream.Reactions;
import org.sngateway.transport.loop.OwnerLoop;

/**
 * Lets a shard's attempts to connect begin one after the other and no faster than the broker should see them, first come, first served.
 * A broker that restarts is not met by all devices at once.
 */
final class ConnectTurns {
    /** What may begin at once after a pause: the tick of the loop's timers, twice. */
    private static final long BURST_NANOS = Duration.ofMillis(100).toNanos();

    /** A device does not wait longer than this for its CONNACK (T-retry times N-retry). */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A place in the queue. */
    interface Turn {
        /** Gives the place up; does nothing when the turn has come. */
        void cancel();
    }

    private final OwnerLoop loop;
    private final long intervalNanos;
    private final int maxWaiting;
    private final Set<Place> waiting = new LinkedHashSet<>();
    private OwnerLoop.@Nullable Timer timer;
    private boolean begun;
    /** When the next turn would come if no burst were allowed. */
    private long nextNanos;

    private boolean serving;

    /** @param perSecond how many turns there are in a second, more than 0 */
    ConnectTurns(OwnerLoop loop, double perSecond) {
        this.loop = loop;
        this.intervalNanos = Math.max(1, (long) (Duration.ofSeconds(1).toNanos() / perSecond));
        this.maxWaiting = (int) Math.max(1, Math.min(Integer.MAX_VALUE, perSecond * PATIENCE.toSeconds()));
    }

    /** Whether so many wait that a device had better try again later. */
    boolean isFull() {
        return waiting.size() >= maxWaiting;
    }

    int waiting() {
        return waiting.size();
    }

    /**
     * Queues up.
     *
     * @param onTurn run when it is this one's turn, possibly before this method returns
     */
    Turn await(Runnable onTurn) {
        Place place = new Place(onTurn);
        waiting.add(place);
        serve();
        return place;
    }

    private void serve() {
        if (serving) {
            return;
        }
        serving = true;
        long now = loop.nanoTime();
        if (!begun || nextNanos - now < 0) {
            begun = true;
            nextNanos = now;
        }
        while (!waiting.isEmpty() && nextNanos - now <= BURST_NANOS) {
            nextNanos += intervalNanos;
            Iterator<Place> first = waiting.iterator();
            Place served = first.next();
            first.remove();
            Reactions.run(loop, served.onTurn);
        }
        serving = false;
        if (!waiting.isEmpty() && timer == null) {
            timer = loop.after(Duration.ofNanos(nextNanos - BURST_NANOS - now), () -> {
                timer = null;
                serve();
            });
        }
    }

    private final class Place implements Turn {
        private final Runnable onTurn;

        Place(Runnable onTurn) {
            this.onTurn = onTurn;
        }

        @Override
        public void cancel() {
            waiting.remove(this);
        }
    }
}
