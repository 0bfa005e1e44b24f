// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SendQueueTest {
    private static final int MAX_OCTETS = 200;
    private static final long NANOS_PER_OCTET = LineSettings.of(9600).nanosPerOctet();

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000); // readings may wrap around
    private final SendQueue queue = new SendQueue(MAX_OCTETS, NANOS_PER_OCTET, now::get);

    @Test
    void shouldKnowThatSixtyOctetsTakeSixtyTwoMillisecondsAt9600Baud() {
        queue.open();

        assertThat(queue.sendingNanos(60)).isBetween(62_000_000L, 63_000_000L);
    }

    @Test
    void shouldCountWhatIsAheadUntilTheLineMustHaveSentIt() {
        queue.open();
        queue.offer(new byte[60]);
        queue.offer(new byte[40]);
        assertThat(queue.sendingNanos(10)).isEqualTo(110 * NANOS_PER_OCTET);

        // Handed to the port, and in its buffers, but not over the line.
        queue.take();
        queue.take();
        assertThat(queue.sendingNanos(10)).isEqualTo(110 * NANOS_PER_OCTET);

        now.addAndGet(70 * NANOS_PER_OCTET);
        assertThat(queue.sendingNanos(10)).isEqualTo(40 * NANOS_PER_OCTET);
        now.addAndGet(1_000 * NANOS_PER_OCTET);
        assertThat(queue.sendingNanos(10)).isEqualTo(10 * NANOS_PER_OCTET);
    }

    @Test
    void shouldCountWhatStillWaitsOnALineThatStandsStill() {
        queue.open();
        queue.offer(new byte[60]);
        now.addAndGet(1_000 * NANOS_PER_OCTET);

        assertThat(queue.sendingNanos(0)).isEqualTo(60 * NANOS_PER_OCTET);
    }

    @Test
    void shouldRefuseWhatDoesNotFitButNeverTheOnlyFrame() {
        queue.open();
        assertThat(queue.offer(new byte[MAX_OCTETS + 50])).isTrue();
        assertThat(queue.offer(new byte[1])).isFalse();

        queue.take();
        assertThat(queue.offer(new byte[MAX_OCTETS - 1])).isTrue();
        assertThat(queue.offer(new byte[1])).isTrue();
        assertThat(queue.offer(new byte[1])).isFalse();
    }

    @Test
    void shouldTakeNothingWhileItIsNotOpen() {
        assertThat(queue.offer(new byte[1])).isFalse();
        assertThat(queue.sendingNanos(100)).isZero();

        queue.open();
        queue.offer(new byte[1]);
        queue.offer(new byte[1]);
        assertThat(queue.close()).isEqualTo(2);
        assertThat(queue.offer(new byte[1])).isFalse();
    }

    @Test
    void shouldHandOutWhatWaitsBeforeItEnds() {
        queue.open();
        queue.offer(new byte[] {7});
        queue.end();

        assertThat(queue.offer(new byte[1])).isFalse();
        assertThat(queue.take()).containsExactly(7);
        assertThat(queue.take()).isNull();
    }
}
