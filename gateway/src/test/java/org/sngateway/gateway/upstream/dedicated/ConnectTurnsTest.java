// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sngateway.testsupport.ManualLoop;

final class ConnectTurnsTest {
    private final ManualLoop loop = new ManualLoop();
    private final List<Integer> served = new ArrayList<>();

    private ConnectTurns.Turn await(ConnectTurns turns, int number) {
        return turns.await(() -> served.add(number));
    }

    @Test
    void shouldLetBeginAtTheRateInTheOrderOfTheirComing() {
        ConnectTurns turns = new ConnectTurns(loop, 200);
        for (int i = 0; i < 5000; i++) {
            await(turns, i);
        }
        assertThat(served).hasSizeBetween(1, 21);

        for (int second = 1; second <= 24; second++) {
            loop.advance(Duration.ofSeconds(1));
            assertThat(served).hasSizeBetween(second * 200, second * 200 + 21);
        }
        loop.advance(Duration.ofSeconds(1));
        assertThat(served).hasSize(5000).isSorted();
        assertThat(loop.armedTimers()).isZero();
    }

    @Test
    void shouldNotSaveUpMoreThanABurst() {
        ConnectTurns turns = new ConnectTurns(loop, 10);
        await(turns, 0);
        loop.advance(Duration.ofMinutes(1));

        for (int i = 1; i <= 10; i++) {
            await(turns, i);
        }

        assertThat(served).containsExactly(0, 1, 2);
        loop.advance(Duration.ofMillis(100));
        assertThat(served).containsExactly(0, 1, 2, 3);
    }

    @Test
    void shouldServeLessThanOneASecond() {
        ConnectTurns turns = new ConnectTurns(loop, 0.5);
        await(turns, 0);
        await(turns, 1);
        assertThat(served).containsExactly(0);

        loop.advance(Duration.ofMillis(1850));
        assertThat(served).containsExactly(0);
        loop.advance(Duration.ofMillis(100));
        assertThat(served).containsExactly(0, 1);
    }

    @Test
    void shouldPassOverWhoHasLeft() {
        ConnectTurns turns = new ConnectTurns(loop, 1);
        await(turns, 0);
        ConnectTurns.Turn left = await(turns, 1);
        await(turns, 2);

        left.cancel();

        assertThat(turns.waiting()).isEqualTo(1);
        loop.advance(Duration.ofSeconds(1));
        assertThat(served).containsExactly(0, 2);
    }

    @Test
    void shouldBeFullWhenTheLastWouldWaitTooLong() {
        ConnectTurns turns = new ConnectTurns(loop, 2);
        for (int i = 0; !turns.isFull(); i++) {
            await(turns, i);
        }
        assertThat(turns.waiting()).isEqualTo(60);

        loop.advance(Duration.ofSeconds(1));
        assertThat(turns.isFull()).isFalse();
    }

    @Test
    void shouldKeepTheOrderWhenATurnQueuesUpAgain() {
        ConnectTurns turns = new ConnectTurns(loop, 10);
        turns.await(() -> {
            served.add(0);
            await(turns, 2);
        });
        await(turns, 1);

        loop.advance(Duration.ofSeconds(1));
        assertThat(served).containsExactly(0, 2, 1);
    }
}
