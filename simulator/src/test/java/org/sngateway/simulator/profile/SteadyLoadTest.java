// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Qos;
import org.sngateway.simulator.check.ProbePayload;
import org.sngateway.simulator.node.Publication;
import org.sngateway.simulator.time.SimulatorClock;

final class SteadyLoadTest {
    private static final long INTERVAL = 1000;
    private static final long START = 50_000;

    private final PublishWindow window = new PublishWindow();
    private final LongAdder unsent = new LongAdder();

    private SteadyLoad load(long interval, double phase) {
        return new SteadyLoad(new SteadyLoad.Shape(9, interval, Qos.AT_LEAST_ONCE, 40), 3, phase, window, unsent);
    }

    @Test
    void shouldBeDueNeverBeforeTheWindowOpens() {
        assertThat(load(INTERVAL, 0.5).dueNanos()).isEqualTo(SimulatorClock.NEVER);
    }

    @Test
    void shouldPublishOncePerIntervalFromItsPhaseUntilTheEnd() {
        SteadyLoad load = load(INTERVAL, 0.25);
        window.open(START, START + 3 * INTERVAL);

        for (int i = 0; i < 3; i++) {
            assertThat(load.dueNanos()).isEqualTo(START + 250 + i * INTERVAL);
            Publication publication = load.next(load.dueNanos());
            assertThat(publication.sequence()).isEqualTo(i);
            assertThat(publication.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        }
        assertThat(load.dueNanos()).isEqualTo(SimulatorClock.NEVER);
        load.settle();
        assertThat(unsent.sum()).isZero();
    }

    @Test
    void shouldPutWhatTheCheckNeedsIntoThePayload() {
        window.open(START, START + INTERVAL);

        Publication publication = load(INTERVAL, 0).next(START + 7);

        assertThat(ProbePayload.parse(publication.data().asReadOnlyBuffer(), 40))
                .isEqualTo(new ProbePayload(9, 3, 0, START + 7));
    }

    @Test
    void shouldCatchUpAfterAShortDelay() {
        SteadyLoad load = load(INTERVAL, 0);
        window.open(START, START + 100 * INTERVAL);
        long now = START + SteadyLoad.MAX_BACKLOG * INTERVAL;
        int sent = 0;
        while (load.dueNanos() <= now) {
            load.next(now);
            sent++;
        }

        assertThat(sent).isEqualTo(SteadyLoad.MAX_BACKLOG + 1);
        assertThat(unsent.sum()).isZero();
    }

    @Test
    void shouldCountWhatIsTooLateAsUnsent() {
        SteadyLoad load = load(INTERVAL, 0);
        window.open(START, START + 100 * INTERVAL);
        long now = START + 30 * INTERVAL;
        int sent = 0;
        while (load.dueNanos() <= now) {
            load.next(now);
            sent++;
        }

        assertThat(sent).isEqualTo(SteadyLoad.MAX_BACKLOG + 1);
        assertThat(unsent.sum()).isEqualTo(31 - sent);
    }

    @Test
    void shouldCountWhatWasNotTakenByTheEndAsUnsent() {
        SteadyLoad load = load(INTERVAL, 0.5);
        window.open(START, START + 10 * INTERVAL);
        load.next(START + 500);
        load.settle();

        assertThat(unsent.sum()).isEqualTo(9);
    }

    @Test
    void shouldOweNothingForTimeAfterAnEarlyEnd() {
        SteadyLoad load = load(INTERVAL, 0);
        window.open(START, START + 100 * INTERVAL);
        load.next(START);
        load.next(START + INTERVAL);
        window.close(START + 2 * INTERVAL - 1);
        load.settle();

        assertThat(load.dueNanos()).isEqualTo(SimulatorClock.NEVER);
        assertThat(unsent.sum()).isZero();
        assertThat(window.openNanos()).isEqualTo(2 * INTERVAL - 1);
    }

    @Test
    void shouldAlwaysBeDueWithoutARateUntilTheEnd() {
        SteadyLoad load = load(0, 0.5);
        window.open(START, START + 100);

        assertThat(load.dueNanos()).isEqualTo(START);
        load.next(START + 10);
        assertThat(load.dueNanos()).isEqualTo(START + 10);
        load.next(START + 100);
        assertThat(load.dueNanos()).isEqualTo(SimulatorClock.NEVER);
        load.settle();
        assertThat(unsent.sum()).isZero();
    }
}
