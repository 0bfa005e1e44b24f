// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.dedicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.upstream.BrokerMessage;

final class RedeliveriesTest {
    private final Redeliveries redeliveries = new Redeliveries();
    private final List<String> acknowledged = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1000;

    /** @param copy what tells this copy from others when it is acknowledged */
    private @Nullable Runnable receive(String payload, String copy) {
        return receive(payload, copy, Qos.AT_LEAST_ONCE);
    }

    private @Nullable Runnable receive(String payload, String copy, Qos qos) {
        return redeliveries.receive(
                new BrokerMessage(
                        "a", Payload.utf8(payload), qos, false, BrokerMessage.NO_EXPIRY, () -> acknowledged.add(copy)),
                now);
    }

    private static void take(@Nullable Runnable taken) {
        Objects.requireNonNull(taken).run();
    }

    @Test
    void shouldAcknowledgeEveryCopyWhenTheDeviceHasIt() {
        Runnable taken = receive("x", "first");
        redeliveries.onConnected(true, now);

        assertThat(receive("x", "second")).isNull();
        assertThat(acknowledged).isEmpty();
        take(taken);
        assertThat(acknowledged).containsExactly("first", "second");
    }

    @Test
    void shouldAcknowledgeACopyOfWhatTheDeviceHasTakenMeanwhile() {
        Runnable taken = receive("x", "first");
        redeliveries.onConnected(true, now);
        take(taken);

        assertThat(receive("x", "second")).isNull();
        assertThat(acknowledged).containsExactly("first", "second");
    }

    @Test
    void shouldKnowTheCopyAfterTheNextLossToo() {
        Runnable taken = receive("x", "first");
        redeliveries.onConnected(true, now);
        take(taken);
        redeliveries.onConnected(true, now);

        assertThat(receive("x", "third")).isNull();
        assertThat(acknowledged).containsExactly("first", "third");
    }

    @Test
    void shouldTellCopiesFromNewMessagesThatAreAlike() {
        receive("on", "1");
        receive("on", "2");
        redeliveries.onConnected(true, now);

        assertThat(receive("on", "1 again")).isNull();
        assertThat(receive("on", "2 again")).isNull();
        assertThat(receive("on", "3")).isNotNull();
    }

    @Test
    void shouldExpectNothingAnyMoreWhenAnotherMessageHasCome() {
        receive("on", "1");
        redeliveries.onConnected(true, now);

        assertThat(receive("off", "2")).isNotNull();
        assertThat(receive("on", "3")).isNotNull();
    }

    @Test
    void shouldExpectNothingAfterAWhile() {
        receive("on", "1");
        redeliveries.onConnected(true, now);
        now += Redeliveries.PATIENCE.toNanos() + 1;

        assertThat(receive("on", "2")).isNotNull();
    }

    @Test
    void shouldExpectNothingOfABrokerThatHasForgotten() {
        Runnable taken = receive("on", "1");
        redeliveries.onConnected(false, now);

        assertThat(receive("on", "2")).isNotNull();
        take(taken);
        assertThat(acknowledged).containsExactly("1");
    }

    @Test
    void shouldExpectNothingThatTheDeviceHadTakenBefore() {
        take(receive("on", "1"));
        redeliveries.onConnected(true, now);

        assertThat(receive("on", "1 again")).isNotNull();
    }

    @Test
    void shouldPassOverWhatTheBrokerDoesNotSendAgain() {
        receive("1", "1");
        receive("2", "2");
        receive("3", "3");
        redeliveries.onConnected(true, now);

        assertThat(receive("2", "2 again")).isNull();
        assertThat(receive("1", "another 1")).isNotNull();
    }

    @Test
    void shouldLeaveOtherQosAlone() {
        receive("x", "1", Qos.EXACTLY_ONCE);
        redeliveries.onConnected(true, now);

        take(receive("x", "2", Qos.EXACTLY_ONCE));
        take(receive("x", "3", Qos.AT_MOST_ONCE));
        assertThat(acknowledged).containsExactly("2", "3");
    }
}
