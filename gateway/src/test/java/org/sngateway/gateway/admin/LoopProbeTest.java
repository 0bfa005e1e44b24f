// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sngateway.gateway.observe.LatencyHistogram;

class LoopProbeTest {
    private final ProbedLoop loop = new ProbedLoop();
    private final LoopProbe probe = new LoopProbe(new AdminSources.Shard("shard-0", loop, () -> 0), loop.nanoTime());

    @BeforeEach
    void start() {
        probe.start();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    private long samples() {
        return probe.delays().counts().stream().mapToLong(Long::longValue).sum();
    }

    private long samplesUpTo(double seconds) {
        LatencyHistogram.Snapshot delays = probe.delays();
        return IntStream.range(0, delays.bounds().size())
                .filter(bucket -> delays.bounds().get(bucket).toNanos() <= seconds * 1e9)
                .mapToLong(bucket -> delays.counts().get(bucket))
                .sum();
    }

    @Test
    void shouldNotTakeTheTickOfTheTimersForDelay() {
        for (int i = 0; i < 5; i++) {
            loop.fireLate(millis(30));
        }

        assertThat(samples()).isEqualTo(4);
        assertThat(samplesUpTo(0.001)).isEqualTo(4);
        assertThat(probe.delays().sum()).isZero();
    }

    @Test
    void shouldMeasureWhatIsBeyondTheTick() {
        loop.fireLate(millis(30));
        loop.fireLate(millis(30 + 70));

        assertThat(samplesUpTo(0.05)).isZero();
        assertThat(samplesUpTo(0.1)).isEqualTo(1);
        assertThat(probe.delays().sum().toNanos() / 1e9).isCloseTo(0.07, within(1e-9));
    }

    @Test
    void shouldLearnTheTickThoughTheFirstTimeWasLate() {
        loop.fireLate(millis(400));
        loop.fireLate(millis(10));
        loop.fireLate(millis(20));

        assertThat(probe.delays().sum().toNanos() / 1e9).isCloseTo(0.01, within(1e-9));
    }

    @Test
    void shouldCountALongStandstillOnce() {
        loop.fireLate(millis(0));
        loop.fireLate(millis(3700));
        loop.fireLate(millis(0));
        loop.fireLate(millis(0));

        assertThat(samples()).isEqualTo(3);
        assertThat(samplesUpTo(0.001)).isEqualTo(2);
        assertThat(probe.delays().sum().toNanos() / 1e9).isCloseTo(3.7, within(1e-9));
    }

    @Test
    void shouldTellHowLongAgoTheLoopTurned() {
        loop.pass(millis(500));
        assertThat(probe.nanosSinceTurn(loop.nanoTime())).isEqualTo(millis(500).toNanos());

        loop.fireLate(millis(0));
        assertThat(probe.nanosSinceTurn(loop.nanoTime())).isZero();
        assertThat(probe.nanosSinceTurn(loop.nanoTime() - 1)).isZero();

        loop.pass(millis(12_000));
        assertThat(probe.nanosSinceTurn(loop.nanoTime()))
                .isEqualTo(millis(12_000).toNanos());
    }
}
