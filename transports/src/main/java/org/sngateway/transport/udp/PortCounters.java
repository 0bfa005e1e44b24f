// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.udp;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one port has moved. One thread writes, any thread reads: plain reads and opaque writes, no locked instructions. The numbers are
 * in the middle of an array with a cache line of nothing on each side, so that two ports never write to the same line.
 */
final class PortCounters {
    private static final int FRAMES_IN = 16;
    private static final int OCTETS_IN = 17;
    private static final int FRAMES_OUT = 18;
    private static final int OCTETS_OUT = 19;
    private static final int SEND_FAILURES = 20;
    private static final int LENGTH = 37;

    private final AtomicLongArray numbers = new AtomicLongArray(LENGTH);

    void received(int octets) {
        add(FRAMES_IN, 1);
        add(OCTETS_IN, octets);
    }

    void sent(int octets) {
        add(FRAMES_OUT, 1);
        add(OCTETS_OUT, octets);
    }

    void sendFailed() {
        add(SEND_FAILURES, 1);
    }

    long framesIn() {
        return numbers.getOpaque(FRAMES_IN);
    }

    long octetsIn() {
        return numbers.getOpaque(OCTETS_IN);
    }

    long framesOut() {
        return numbers.getOpaque(FRAMES_OUT);
    }

    long octetsOut() {
        return numbers.getOpaque(OCTETS_OUT);
    }

    long sendFailures() {
        return numbers.getOpaque(SEND_FAILURES);
    }

    private void add(int index, long amount) {
        numbers.setOpaque(index, numbers.getPlain(index) + amount);
    }
}
