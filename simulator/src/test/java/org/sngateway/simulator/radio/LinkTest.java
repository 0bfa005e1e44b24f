// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sngateway.simulator.radio.Impairments.Bursts;

final class LinkTest {
    private static final int FRAMES = 100_000;
    private static final long MILLI = 1_000_000;

    private final RadioCounts.Direction counts = new RadioCounts.Direction();
    private final long[] delays = new long[Link.MAX_COPIES];

    private static Impairments air(double loss, double duplication, double reordering, Bursts bursts) {
        return new Impairments(
                loss, duplication, reordering, Duration.ofMillis(50), Duration.ZERO, Duration.ZERO, bursts, 0);
    }

    private static Impairments slow(Duration delay, Duration jitter, long bitsPerSecond) {
        return new Impairments(0, 0, 0, Duration.ZERO, delay, jitter, Bursts.NONE, bitsPerSecond);
    }

    private Link link(Impairments quality) {
        return new Link(quality, counts, 7);
    }

    @Test
    void shouldLoseAndDoubleAndHoldBackSoManyFrames() {
        Link link = link(air(0.05, 0.01, 0.02, Bursts.NONE));
        long held = 0;
        for (int i = 0; i < FRAMES; i++) {
            int copies = link.carry(0, 20, delays);
            for (int copy = 0; copy < copies; copy++) {
                assertThat(delays[copy]).isIn(0L, 50 * MILLI);
                held += delays[copy] > 0 ? 1 : 0;
            }
        }

        assertThat(counts.frames.sum()).isEqualTo(FRAMES);
        assertThat(counts.lost.sum()).isCloseTo(5_000, within(300L));
        assertThat(counts.duplicated.sum()).isCloseTo(950, within(120L));
        assertThat(counts.heldBack.sum()).isEqualTo(held).isCloseTo(1_919, within(180L));
    }

    @Test
    void shouldLoseFramesInBursts() {
        Link link = link(air(0, 0, 0, new Bursts(0.01, 0.2, 1)));
        int bursts = 0;
        boolean lostBefore = false;
        for (int i = 0; i < FRAMES; i++) {
            boolean isLost = link.carry(0, 20, delays) == 0;
            bursts += isLost && !lostBefore ? 1 : 0;
            lostBefore = isLost;
        }

        // Bad 1 / (1 + 0.2 / 0.01) of the time, 5 frames long on average.
        assertThat(counts.lost.sum() / (double) FRAMES).isCloseTo(1 / 21.0, within(0.005));
        assertThat(counts.lost.sum() / (double) bursts).isCloseTo(5, within(0.5));
    }

    @Test
    void shouldDelayWithinTheJitter() {
        Link link = link(slow(Duration.ofMillis(10), Duration.ofMillis(5), 0));
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 1_000; i++) {
            assertThat(link.carry(0, 20, delays)).isEqualTo(1);
            least = Math.min(least, delays[0]);
            most = Math.max(most, delays[0]);
        }

        assertThat(least).isBetween(10 * MILLI, 10 * MILLI + MILLI / 10);
        assertThat(most).isBetween(15 * MILLI - MILLI / 10, 15 * MILLI);
    }

    @Test
    void shouldLetFramesWaitForThoseBeforeThem() {
        Link link = link(slow(Duration.ZERO, Duration.ZERO, 8_000)); // an octet a millisecond

        List<Long> arrivals = new ArrayList<>();
        for (long now : new long[] {0, 0, 30, 100}) {
            assertThat(link.carry(now * MILLI, 20, delays)).isEqualTo(1);
            arrivals.add(now + delays[0] / MILLI);
        }

        assertThat(arrivals).containsExactly(20L, 40L, 60L, 120L);
    }

    @Test
    void shouldLoseWhatDoesNotFitTheWaitingFrames() {
        Link link = link(slow(Duration.ZERO, Duration.ZERO, 8_000));
        for (int i = 0; i < 6; i++) {
            assertThat(link.carry(0, 1_000, delays)).as("frame %d", i).isEqualTo(1);
        }

        assertThat(link.carry(0, 1_000, delays)).isZero();
        assertThat(link.carry(1_000 * MILLI, 1_000, delays)).isEqualTo(1);
        assertThat(counts.lost.sum()).isEqualTo(1);
    }

    @Test
    void shouldDoTheSameWithTheSameSeed() {
        Impairments air = air(0.3, 0.3, 0.3, new Bursts(0.1, 0.3, 0.8));

        assertThat(fates(new Link(air, counts, 11)))
                .isEqualTo(fates(new Link(air, counts, 11)))
                .isNotEqualTo(fates(new Link(air, counts, 12)));
    }

    private List<Long> fates(Link link) {
        List<Long> fates = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int copies = link.carry(i, 20, delays);
            fates.add((long) copies);
            for (int copy = 0; copy < copies; copy++) {
                fates.add(delays[copy]);
            }
        }
        return fates;
    }

    @Test
    void shouldBeDarkAtTheEndOfEachPeriod() {
        Blackouts blackouts = new Blackouts(Duration.ofSeconds(10), Duration.ofSeconds(60));

        assertThat(blackouts.isDarkAt(Duration.ofSeconds(49).toNanos())).isFalse();
        assertThat(blackouts.isDarkAt(Duration.ofSeconds(50).toNanos())).isTrue();
        assertThat(blackouts.isDarkAt(Duration.ofSeconds(60).toNanos())).isFalse();
        assertThat(blackouts.isDarkAt(Duration.ofSeconds(119).toNanos())).isTrue();
        assertThat(Blackouts.NONE.isDarkAt(Duration.ofSeconds(1).toNanos() - 1)).isFalse();
    }

    @Test
    void shouldRefuseWhatIsNoProbability() {
        assertThatThrownBy(() -> air(1.1, 0, 0, Bursts.NONE)).hasMessage("loss is 1.1, allowed is 0..1");
        assertThatThrownBy(() -> new Blackouts(Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
