// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimerWheelTest {
    private static final long TICK = TimerWheel.TICK_NANOS;
    private static final long TURN = TimerWheel.BUCKETS * TICK;
    /** Overflows one turn after the start: nanoTime may be anything. */
    private static final long ORIGIN = Long.MAX_VALUE - TURN;

    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> fired = new ArrayList<>();
    private final TimerWheel wheel = new TimerWheel(ORIGIN, failures::add);

    private final class Named extends TimerWheel.Node {
        private final String name;
        private final Runnable task;

        Named(String name, Runnable task) {
            this.name = name;
            this.task = task;
        }

        @Override
        void onDue() {
            fired.add(name);
            task.run();
        }
    }

    /** The time {@code nanos} after the start. */
    private static long at(long nanos) {
        return ORIGIN + nanos;
    }

    private Named named(String name) {
        return new Named(name, () -> {});
    }

    @Test
    void shouldFireOnceWithinOneTickOfDeadlineAndNotBefore() {
        Named timer = named("a");
        wheel.arm(timer, at(3 * TICK + 1));
        wheel.advanceTo(at(3 * TICK + 1));
        wheel.advanceTo(at(4 * TICK - 1));
        assertThat(fired).isEmpty();
        assertThat(timer.isArmed()).isTrue();

        wheel.advanceTo(at(4 * TICK));
        wheel.advanceTo(at(2 * TURN));
        assertThat(fired).containsExactly("a");
        assertThat(timer.isArmed()).isFalse();
        assertThat(timer.deadlineNanos()).isEqualTo(at(3 * TICK + 1));
        assertThat(wheel.isEmpty()).isTrue();
    }

    @Test
    void shouldFireAtDeadlineThatIsWholeTick() {
        wheel.arm(named("a"), at(2 * TICK));
        wheel.advanceTo(at(2 * TICK - 1));
        assertThat(fired).isEmpty();
        wheel.advanceTo(at(2 * TICK));
        assertThat(fired).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -10 * TICK, Long.MIN_VALUE / 4})
    void shouldFireAtNextTickWhenDeadlineHasPassed(long relativeDeadline) {
        wheel.advanceTo(at(100 * TICK));
        wheel.arm(named("a"), at(100 * TICK + relativeDeadline));
        wheel.advanceTo(at(101 * TICK));
        assertThat(fired).containsExactly("a");
    }

    @Test
    void shouldNotFireWhenDisarmed() {
        Named first = named("first");
        Named second = named("second");
        wheel.arm(first, at(TICK));
        wheel.arm(second, at(TICK));
        wheel.disarm(first);
        wheel.disarm(first);
        wheel.advanceTo(at(TURN));
        assertThat(fired).containsExactly("second");
    }

    @Test
    void shouldKeepOneDeadlineWhenRearmed() {
        Named later = named("later");
        Named earlier = named("earlier");
        wheel.arm(later, at(2 * TICK));
        wheel.arm(later, at(9 * TICK));
        wheel.arm(earlier, at(TURN));
        wheel.arm(earlier, at(5 * TICK));
        wheel.advanceTo(at(8 * TICK));
        assertThat(fired).containsExactly("earlier");
        wheel.advanceTo(at(3 * TURN));
        assertThat(fired).containsExactly("earlier", "later");
    }

    @Test
    void shouldFireInOrderOfTicksAcrossTurnsAndOfArmingWithinOne() {
        wheel.arm(named("third turn"), at(2 * TURN + 7 * TICK));
        wheel.arm(named("first turn"), at(7 * TICK));
        wheel.arm(named("second turn"), at(TURN + 7 * TICK));
        wheel.arm(named("first turn, too"), at(7 * TICK));
        wheel.advanceTo(at(3 * TURN));
        assertThat(fired).containsExactly("first turn", "first turn, too", "second turn", "third turn");
    }

    @Test
    void shouldLetTaskCancelAndRearmOthersOfItsTick() {
        Named cancelled = named("cancelled");
        Named postponed = named("postponed");
        wheel.arm(
                new Named("first", () -> {
                    wheel.disarm(cancelled);
                    wheel.arm(postponed, at(5 * TICK));
                }),
                at(TICK));
        wheel.arm(cancelled, at(TICK));
        wheel.arm(postponed, at(TICK));
        wheel.arm(named("last"), at(TICK));
        wheel.advanceTo(at(4 * TICK));
        assertThat(fired).containsExactly("first", "last");
        wheel.advanceTo(at(5 * TICK));
        assertThat(fired).containsExactly("first", "last", "postponed");
    }

    @Test
    void shouldFireTaskThatRearmsItselfOncePerTickHoweverFarTimeJumps() {
        Named[] timer = new Named[1];
        timer[0] = new Named("again", () -> wheel.arm(timer[0], ORIGIN));
        wheel.arm(timer[0], ORIGIN);
        wheel.advanceTo(at(10 * TICK));
        assertThat(fired).hasSize(10);
    }

    @Test
    void shouldReportThrowingTaskAndRunTheOthers() {
        RuntimeException failure = new IllegalStateException("thrown by a task");
        wheel.arm(
                new Named("throws", () -> {
                    throw failure;
                }),
                at(TICK));
        wheel.arm(named("same tick"), at(TICK));
        wheel.arm(named("next tick"), at(2 * TICK));
        wheel.advanceTo(at(2 * TICK));
        assertThat(fired).containsExactly("throws", "same tick", "next tick");
        assertThat(failures).containsExactly(failure);
    }

    @Test
    void shouldNameNextOccupiedBucketAsNextWakeUp() {
        wheel.advanceTo(at(4000 * TICK));
        Named near = named("near");
        wheel.arm(named("beyond the last bucket"), at(4100 * TICK));
        wheel.arm(near, at(4050 * TICK));
        assertThat(wheel.nextWakeUpNanos()).isEqualTo(at(4050 * TICK));
        wheel.disarm(near);
        assertThat(wheel.nextWakeUpNanos()).isEqualTo(at(4100 * TICK));
    }

    @Test
    void shouldWakeUpOncePerTurnForTimerFarAway() {
        Named timer = named("in a day");
        wheel.arm(timer, at(Duration.ofDays(1).toNanos()));
        int wakeUps = 0;
        while (!wheel.isEmpty()) {
            wheel.advanceTo(wheel.nextWakeUpNanos());
            wakeUps++;
        }
        assertThat(fired).containsExactly("in a day");
        assertThat(wakeUps).isEqualTo((int) (Duration.ofDays(1).toNanos() / TURN) + 1);
    }

    /** Whatever is armed, rearmed and cancelled, and however time moves, each timer fires within a tick of its last deadline. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldFireEachTimerWithinOneTickOfItsLastDeadline(long seed) {
        Random random = new Random(seed);
        List<ModelTimer> timers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            timers.add(new ModelTimer());
        }
        long now = ORIGIN;
        for (int step = 0; step < 5000; step++) {
            ModelTimer timer = timers.get(random.nextInt(timers.size()));
            if (random.nextInt(4) == 0) {
                wheel.disarm(timer);
            } else {
                wheel.arm(timer, now + (long) (random.nextDouble() * random.nextDouble() * 3 * TURN));
            }
            long before = now;
            now += random.nextInt(100) == 0 ? random.nextLong(2 * TURN) : random.nextLong(3 * TICK);
            wheel.advanceTo(now);
            for (ModelTimer each : timers) {
                if (each.fired) {
                    assertThat(each.deadlineNanos() - now).isLessThanOrEqualTo(0);
                    assertThat(before - each.deadlineNanos()).isLessThan(TICK);
                    each.fired = false;
                } else if (each.isArmed()) {
                    assertThat(now - each.deadlineNanos()).isLessThan(TICK);
                }
            }
        }
        wheel.advanceTo(now + 4 * TURN);
        assertThat(wheel.isEmpty()).isTrue();
        assertThat(timers).noneMatch(TimerWheel.Node::isArmed);
        assertThat(failures).isEmpty();
    }

    private static final class ModelTimer extends TimerWheel.Node {
        private boolean fired;

        @Override
        void onDue() {
            assertThat(fired).isFalse();
            fired = true;
        }
    }
}
