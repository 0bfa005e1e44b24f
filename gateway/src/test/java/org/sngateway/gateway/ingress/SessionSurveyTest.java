// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.connect;
import static org.sngateway.testsupport.Messages.connectKept;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.gateway.session.SessionState;
import org.sngateway.gateway.session.SessionView;
import org.sngateway.testsupport.LockstepDevice;

final class SessionSurveyTest {
    private final TestGateway gateway = TestGateway.start(2, "");
    private final SessionSurvey survey = gateway.survey();

    private LockstepDevice connected(String clientId, int number, int shard) {
        LockstepDevice device = gateway.device(number, shard);
        device.send(connectKept(clientId));
        device.expect(ConnAck.class);
        return device;
    }

    private SessionSurvey.Roll roll() {
        return gateway.whileTurning(survey::roll);
    }

    @Test
    void shouldListTheSessionsOfAllShards() {
        connected("a", 1, 0);
        connected("b", 2, 1);
        connected("c", 3, 1).send(Disconnect.PLAIN);

        assertThat(roll().sessions())
                .extracting(view -> view.clientId() + " " + view.state())
                .containsExactlyInAnyOrder("a ACTIVE", "b ACTIVE", "c DISCONNECTED");
    }

    @Test
    void shouldListNobodyWhereNobodyIs() {
        assertThat(roll().sessions()).isEmpty();
    }

    @Test
    void shouldAskTheLoopsOnceASecond() {
        connected("a", 1, 0);
        SessionSurvey.Roll first = roll();
        connected("b", 2, 0);

        assertThat(roll()).isSameAs(first);

        gateway.advance(Duration.ofSeconds(1));
        assertThat(roll().sessions()).hasSize(2);
    }

    @Test
    void shouldForgetAListThatNobodyAsksFor() {
        SessionSurvey.Roll first = roll();

        survey.forgetIdle();
        assertThat(roll()).isSameAs(first);

        gateway.advance(Duration.ofSeconds(2));
        survey.forgetIdle();
        assertThat(roll()).isNotSameAs(first);
    }

    @Test
    void shouldLetALoopDoOtherWorkBetweenSlices() {
        for (int i = 0; i < 3 * SessionSurvey.SLICE + 1; i++) {
            gateway.device(i).send(connect("device-" + i));
        }
        CompletableFuture<SessionSurvey.Roll> roll = beginRoll();
        // Work that has come by the time of the first slice is done before the second.
        boolean[] done = new boolean[1];
        gateway.loop().execute(() -> done[0] = true);
        int turns = 0;
        while (gateway.loop().pendingTasks() > 0) {
            gateway.loop().runNext();
            turns++;
            assertThat(turns < 2 || done[0]).isTrue();
        }

        assertThat(roll.join().sessions()).hasSize(3 * SessionSurvey.SLICE + 1);
        assertThat(turns).isEqualTo(5);
    }

    /** Another thread waits for a list, and the loops have been asked. */
    private CompletableFuture<SessionSurvey.Roll> beginRoll() {
        CompletableFuture<SessionSurvey.Roll> roll = new CompletableFuture<>();
        Thread asker = new Thread(() -> {
            try {
                roll.complete(survey.roll());
            } catch (SessionSurvey.UnansweredException failure) {
                roll.completeExceptionally(failure);
            }
        });
        asker.start();
        while (gateway.loop().pendingTasks() == 0) {
            Thread.onSpinWait();
        }
        return roll;
    }

    /** A loop that waited here for somebody who waits for the loop would wait for ever. */
    @Test
    @Timeout(20)
    void shouldNotHoldUpALoopWhileAListIsMade() {
        connected("a", 1, 0);
        CompletableFuture<SessionSurvey.Roll> roll = beginRoll();

        survey.forgetIdle();

        assertThat(roll).isNotDone();
        gateway.advance(Duration.ZERO);
        assertThat(roll.join().sessions()).hasSize(1);
    }

    @Test
    void shouldShowOneSession() {
        connected("b", 2, 1);

        assertThat(gateway.whileTurning(() -> survey.detail("b")))
                .hasValueSatisfying(
                        detail -> assertThat(detail.view().clientId()).isEqualTo("b"));
        assertThat(gateway.whileTurning(() -> survey.detail("none"))).isEmpty();
    }

    @Test
    void shouldActOnTheLoopOfTheSession() {
        LockstepDevice device = connected("b", 2, 1);

        assertThat(gateway.whileTurning(() -> survey.clearBuffer("b"))).isEqualTo(OptionalInt.of(0));
        assertThat(gateway.whileTurning(() -> survey.disconnect("b"))).isEqualTo(Optional.of(true));

        device.expect(Disconnect.PLAIN);
        assertThat(gateway.whileTurning(() -> survey.disconnect("b"))).isEqualTo(Optional.of(false));
        assertThat(gateway.whileTurning(() -> survey.disconnect("none"))).isEmpty();
        assertThat(gateway.whileTurning(() -> survey.clearBuffer("none"))).isEmpty();
        gateway.advance(Duration.ofSeconds(1));
        assertThat(roll().sessions()).extracting(SessionView::state).containsExactly(SessionState.DISCONNECTED);
    }
}
