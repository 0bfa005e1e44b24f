// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random lives of one device: what it sends, what the broker does, what gets lost and how time passes. Whatever happens, nothing
 * throws and the promises of {@link SessionModel} hold. A failure names the seed that shows it again: {@code -Dsn.seed=…} lives that
 * life alone.
 */
final class SessionModelTest {
    private static final int LIVES = 20_000;
    private static final int STEPS = 60;
    private static final int LONG_LIVES = 300;
    private static final int LONG_STEPS = 2000;

    @Test
    void shouldKeepItsPromisesInAnyOrderOfEvents() {
        Long seed = Long.getLong("sn.seed");
        if (seed != null) {
            live(seed, STEPS);
            return;
        }
        for (long each = 0; each < LIVES; each++) {
            live(each, STEPS);
        }
    }

    @Test
    void shouldKeepItsPromisesInLongLivesThatTryAllThatMatters() {
        Long seed = Long.getLong("sn.seed");
        if (seed != null) {
            live(seed, LONG_STEPS);
            return;
        }
        Map<String, Long> tried = new TreeMap<>();
        for (long each = 0; each < LONG_LIVES; each++) {
            SessionModel model = live(each, LONG_STEPS);
            model.tried().forEach((what, times) -> tried.merge(what, times, Long::sum));
        }
        assertThat(tried).allSatisfy((what, times) -> assertThat(times).as(what).isGreaterThan(1000));
    }

    private static SessionModel live(long seed, int steps) {
        SessionModel model = new SessionModel(seed);
        try {
            for (int step = 0; step < steps; step++) {
                model.step();
            }
            model.drain();
            model.leave();
            return model;
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "-Dsn.seed=" + seed + ", " + steps + " steps: " + failure.getMessage() + "\n" + model.story(),
                    failure);
        }
    }
}
