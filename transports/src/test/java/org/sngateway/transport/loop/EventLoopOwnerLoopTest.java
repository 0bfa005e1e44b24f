// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.epoll.Epoll;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.transport.loop.OwnerLoop.ReusableTimer;

@Timeout(30)
final class EventLoopOwnerLoopTest {
    private OwnerLoops loops = OwnerLoops.startNio(1);

    @AfterEach
    void close() {
        loops.close();
    }

    private EventLoopOwnerLoop loop() {
        return loops.loops().get(0);
    }

    /** Runs {@code task} on the loop, and completes with what it completes its argument with. */
    private <T> T onLoop(Consumer<CompletableFuture<T>> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop().execute(() -> {
            try {
                task.accept(result);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRunTasksInOrderOnThreadsNamedAfterTheirShards(boolean nio) {
        loops.close();
        loops = nio ? OwnerLoops.startNio(3) : OwnerLoops.start(3);
        assertThat(loops.isEpoll()).isEqualTo(!nio && Epoll.isAvailable());
        assertThat(loops.loops()).extracting(Object::toString).containsExactly("shard-0", "shard-1", "shard-2");
        for (EventLoopOwnerLoop loop : loops.loops()) {
            CompletableFuture<String> thread = new CompletableFuture<>();
            loop.execute(() -> thread.complete(Thread.currentThread().getName()));
            assertThat(thread.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(loop.toString());
            assertThat(loop.group().next()).isSameAs(loop.eventLoop());
            assertThat(loop.group()).hasSize(1);
            assertThat(loop.isEpoll()).isEqualTo(loops.isEpoll());
        }
    }

    @Test
    void shouldTellItsOwner() {
        assertThat(loop().isOwner()).isFalse();
        assertThatIllegalStateException().isThrownBy(loop()::assertOwner);
        assertThat(this.<Boolean>onLoop(result -> {
                    loop().assertOwner();
                    result.complete(loop().isOwner());
                }))
                .isTrue();
    }

    @Test
    void shouldCountThrowingTasksAndTimersAndLiveOn() {
        loop().execute(() -> {
            throw new IllegalStateException("thrown by a task");
        });
        assertThat(this.<Boolean>onLoop(result -> {
                    loop().after(Duration.ZERO, () -> {
                        throw new IllegalStateException("thrown by a timer");
                    });
                    loop().after(Duration.ofMillis(1), () -> result.complete(true));
                }))
                .isTrue();
        assertThat(loop().failedTasks()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 49, 50, 51, 120})
    void shouldNotFireBeforeDelayHasPassed(long millis) {
        long waited = onLoop(result -> {
            long start = loop().nanoTime();
            loop().after(Duration.ofMillis(millis), () -> result.complete(loop().nanoTime() - start));
        });
        assertThat(waited).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void shouldFireEarlierTimerThatIsArmedAfterLaterOne() {
        assertThat(this.<String>onLoop(result -> {
                    loop().after(Duration.ofMinutes(5), () -> result.complete("later"));
                    loop().after(Duration.ofMillis(60), () -> result.complete("earlier"));
                }))
                .isEqualTo("earlier");
    }

    @Test
    void shouldNotFireCancelledTimer() {
        assertThat(this.<String>onLoop(result -> {
                    OwnerLoop.Timer timer = loop().after(Duration.ofMillis(10), () -> result.complete("cancelled"));
                    loop().after(Duration.ofMillis(150), () -> result.complete("other"));
                    timer.cancel();
                    timer.cancel();
                }))
                .isEqualTo("other");
    }

    @Test
    void shouldFireReusableTimerEachTimeItIsArmed() {
        assertThat(this.<Integer>onLoop(result -> {
                    int[] times = new int[1];
                    ReusableTimer[] timer = new ReusableTimer[1];
                    timer[0] = loop().timer(() -> {
                        times[0]++;
                        if (times[0] == 3) {
                            result.complete(times[0]);
                        } else {
                            timer[0].armAt(loop().nanoTime());
                        }
                    });
                    assertThat(timer[0].isArmed()).isFalse();
                    timer[0].armAt(loop().deadlineAfter(Duration.ofMinutes(1)));
                    assertThat(timer[0].isArmed()).isTrue();
                    timer[0].armAt(loop().nanoTime());
                }))
                .isEqualTo(3);
    }

    @Test
    void shouldCapDelayThatDoesNotFitTheClock() {
        assertThat(this.<Boolean>onLoop(result -> {
                    long deadline = loop().deadlineAfter(Duration.ofSeconds(Long.MAX_VALUE));
                    loop().after(Duration.ofSeconds(Long.MAX_VALUE), () -> result.complete(false));
                    loop().after(Duration.ofMillis(150), () -> result.complete(deadline - loop().nanoTime() > 0));
                }))
                .isTrue();
    }

    @Test
    void shouldRefuseTimersOffTheLoop() {
        assertThatIllegalStateException().isThrownBy(() -> loop().after(Duration.ZERO, () -> {}));
        assertThatIllegalStateException()
                .isThrownBy(() -> loop().timer(() -> {}).cancel());
    }

    @Test
    void shouldRefuseTasksWhenClosed() {
        loops.close();
        loops.close();
        assertThatThrownBy(() -> loop().execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void shouldCloseFromOneOfItsThreads() {
        loop().execute(loops::close);
        assertThat(loop().group().terminationFuture().awaitUninterruptibly(20, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void shouldRefuseCountBelowOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> OwnerLoops.start(0));
    }
}
