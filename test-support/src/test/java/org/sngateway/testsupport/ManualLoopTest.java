// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sngateway.transport.loop.OwnerLoop;
import org.sngateway.transport.loop.OwnerLoop.ReusableTimer;

final class ManualLoopTest {
    private final ManualLoop loop = new ManualLoop();
    private final List<String> ran = new ArrayList<>();

    private Runnable note(String name) {
        return () -> ran.add(name + " at " + loop.elapsed().toSeconds());
    }

    @Test
    void shouldRunTimersInOrderOfDeadlinesThenOfArming() {
        loop.after(Duration.ofSeconds(20), note("c"));
        loop.after(Duration.ofSeconds(3), note("a"));
        loop.after(Duration.ofSeconds(3), note("b"));
        loop.advance(Duration.ofSeconds(19));
        assertThat(ran).containsExactly("a at 3", "b at 3");
        loop.advance(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("a at 3", "b at 3", "c at 20");
        assertThat(loop.armedTimers()).isZero();
    }

    @Test
    void shouldRunTimersThatTimersArmWithinTheSameAdvance() {
        loop.after(Duration.ofSeconds(4), () -> loop.after(Duration.ofSeconds(3), note("inner")));
        loop.after(Duration.ofSeconds(8), note("outer"));
        loop.advance(Duration.ofSeconds(10));
        assertThat(ran).containsExactly("inner at 7", "outer at 8");
        assertThat(loop.elapsed()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void shouldRunPostedTasksWhenToldOrWhenTimePasses() {
        loop.execute(() -> loop.execute(note("nested")));
        loop.execute(note("first"));
        assertThat(ran).isEmpty();
        assertThat(loop.pendingTasks()).isEqualTo(2);
        loop.runPending();
        assertThat(ran).containsExactly("first at 0", "nested at 0");

        loop.after(Duration.ofSeconds(1), () -> loop.execute(note("posted by a timer")));
        loop.after(Duration.ofSeconds(2), note("next timer"));
        loop.advance(Duration.ofSeconds(3));
        assertThat(ran).endsWith("posted by a timer at 1", "next timer at 2");
    }

    @Test
    void shouldNotRunCancelledTimer() {
        OwnerLoop.Timer timer = loop.after(Duration.ofSeconds(1), note("cancelled"));
        timer.cancel();
        timer.cancel();
        loop.advance(Duration.ofMinutes(1));
        assertThat(ran).isEmpty();
    }

    @Test
    void shouldKeepOneDeadlineOfReusableTimer() {
        ReusableTimer timer = loop.timer(note("fired"));
        assertThat(timer.isArmed()).isFalse();
        timer.armAt(loop.deadlineAfter(Duration.ofSeconds(2)));
        timer.armAt(loop.deadlineAfter(Duration.ofSeconds(9)));
        assertThat(timer.isArmed()).isTrue();
        assertThat(timer.deadlineNanos()).isEqualTo(loop.deadlineAfter(Duration.ofSeconds(9)));
        assertThat(loop.armedTimers()).isEqualTo(1);
        loop.advance(Duration.ofSeconds(10));
        assertThat(timer.isArmed()).isFalse();
        timer.armAt(loop.deadlineAfter(Duration.ofSeconds(5)));
        loop.advance(Duration.ofSeconds(10));
        assertThat(ran).containsExactly("fired at 9", "fired at 15");
    }

    @Test
    void shouldRunTimerWhoseDeadlineHasPassedWithoutTurningTimeBack() {
        loop.advance(Duration.ofSeconds(30));
        loop.timer(note("late")).armAt(loop.nanoTime() - Duration.ofSeconds(10).toNanos());
        loop.advance(Duration.ZERO);
        assertThat(ran).containsExactly("late at 30");
    }

    @Test
    void shouldLetFailuresReachTheTestAndCarryOnAfterwards() {
        loop.after(Duration.ofSeconds(1), () -> {
            throw new IllegalStateException("thrown by a timer");
        });
        loop.after(Duration.ofSeconds(1), note("other"));
        assertThatIllegalStateException()
                .isThrownBy(() -> loop.advance(Duration.ofSeconds(1)))
                .withMessage("thrown by a timer");
        loop.advance(Duration.ZERO);
        assertThat(ran).containsExactly("other at 1");
    }

    @Test
    void shouldRefuseTimersWhenNotOwner() {
        ReusableTimer timer = loop.timer(note("never"));
        loop.setOwner(false);
        assertThatIllegalStateException().isThrownBy(loop::assertOwner);
        assertThatIllegalStateException().isThrownBy(() -> timer.armAt(loop.nanoTime()));
        assertThatIllegalStateException().isThrownBy(timer::cancel);
        assertThat(loop.armedTimers()).isZero();
    }

    @Test
    void shouldOverflowItsClockEarly() {
        long start = loop.nanoTime();
        loop.after(Duration.ofHours(1), note("after the overflow"));
        loop.advance(Duration.ofMinutes(61));
        assertThat(loop.nanoTime()).isLessThan(start);
        assertThat(ran).containsExactly("after the overflow at 3600");
    }

    @Test
    void shouldRefuseToTurnTimeBack() {
        assertThatIllegalArgumentException().isThrownBy(() -> loop.advance(Duration.ofNanos(-1)));
    }
}
