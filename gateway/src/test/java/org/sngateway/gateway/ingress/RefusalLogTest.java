// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sngateway.gateway.observe.Refusal;

class RefusalLogTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final RefusalLog log = new RefusalLog();

    @Test
    void shouldLogTheFirstAndThenEverMoreRarely() {
        List<Long> loggedAtSecond = new ArrayList<>();
        for (long second = 0; second < 300; second++) {
            if (log.take(Refusal.CLIENT_ID, second * SECOND) != RefusalLog.QUIET) {
                loggedAtSecond.add(second);
            }
        }

        assertThat(loggedAtSecond).containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 63L, 123L, 183L, 243L);
    }

    @Test
    void shouldSayHowManyWereLeftOut() {
        assertThat(log.take(Refusal.CLIENT_ID, 0)).isZero();
        for (int i = 1; i < 1000; i++) {
            assertThat(log.take(Refusal.CLIENT_ID, i)).isEqualTo(RefusalLog.QUIET);
        }

        assertThat(log.take(Refusal.CLIENT_ID, SECOND)).isEqualTo(999);
        assertThat(log.take(Refusal.CLIENT_ID, 3 * SECOND)).isZero();
    }

    @Test
    void shouldLogTheFirstOfTheNextBurst() {
        log.take(Refusal.CLIENT_ID, 0);
        log.take(Refusal.CLIENT_ID, 10);

        assertThat(log.take(Refusal.CLIENT_ID, 60 * SECOND + 10)).isEqualTo(1);
        assertThat(log.take(Refusal.CLIENT_ID, 61 * SECOND + 10)).isZero();
    }

    @Test
    void shouldLogEachReasonForItself() {
        assertThat(log.take(Refusal.CLIENT_ID, 0)).isZero();
        assertThat(log.take(Refusal.IDENTITY, 1)).isZero();
        assertThat(log.take(Refusal.CLIENT_ID, 1)).isEqualTo(RefusalLog.QUIET);
    }
}
