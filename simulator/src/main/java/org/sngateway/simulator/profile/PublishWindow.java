// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.profile;

import org.sngateway.simulator.time.SimulatorClock;

/** From when to when the nodes of a run publish: closed at first, opened once all are connected. Any thread. */
public final class PublishWindow {
    private volatile Span span = new Span(SimulatorClock.NEVER, SimulatorClock.NEVER);

    private record Span(long startNanos, long endNanos) {}

    /** Publishing starts at {@code startNanos} and ends before {@code endNanos}. */
    public void open(long startNanos, long endNanos) {
        span = new Span(startNanos, endNanos);
    }

    /** Nothing is due from now on. */
    public void close(long nowNanos) {
        Span current = span;
        span = new Span(Math.min(current.startNanos, nowNanos), Math.min(current.endNanos, nowNanos));
    }

    boolean isOpened() {
        return span.startNanos != SimulatorClock.NEVER;
    }

    /** How long it was open. */
    public long openNanos() {
        Span current = span;
        return current.endNanos - current.startNanos;
    }

    /** When publishing starts. */
    public long startNanos() {
        return span.startNanos;
    }

    long endNanos() {
        return span.endNanos;
    }
}
