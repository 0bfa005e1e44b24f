// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.testsupport.Messages.id;
import static org.sngateway.testsupport.Messages.name;
import static org.sngateway.testsupport.Messages.predefined;
import static org.sngateway.testsupport.Messages.shortName;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceTopicsTest {
    private final DeviceTopics topics =
            new DeviceTopics(2, IdChoice.NEXT, Map.of(1, "sensors/t"), Map.of(1, "sensors/t"));

    @Test
    void shouldNameTopicsOfEachKind() {
        topics.register("a/b");

        assertThat(topics.nameOf(id(2))).isEqualTo("a/b");
        assertThat(topics.nameOf(predefined(1))).isEqualTo("sensors/t");
        assertThat(topics.nameOf(shortName("ab"))).isEqualTo("ab");
        assertThat(topics.nameOf(name("c/#"))).isEqualTo("c/#");
    }

    @Test
    void shouldKeepNormalAndPredefinedIdsApart() {
        topics.register("a/b");

        assertThat(topics.nameOf(id(1))).isNull();
        assertThat(topics.nameOf(predefined(2))).isNull();
    }

    @Test
    void shouldKnowNoNormalIdBeforeTheFirst() {
        assertThat(topics.nameOf(id(2))).isNull();
        assertThat(topics.knownIdOf("a/b")).isNull();
        topics.forget(2);
        topics.forgetConfirmations();
        assertThat(topics.refFor("a/b")).isNull();
    }

    @Test
    void shouldUseAnIdThatTheDeviceRegisteredOrAccepted() {
        topics.register("a/b");
        assertThat(topics.refFor("a/b")).isEqualTo(id(2));

        int offered = topics.idFor("c");
        assertThat(topics.refFor("c")).isNull();
        topics.confirm(offered);
        assertThat(topics.refFor("c")).isEqualTo(id(3));
    }

    @Test
    void shouldUseAKnownIdRatherThanAShortName() {
        assertThat(topics.refFor("ab")).isEqualTo(shortName("ab"));
        assertThat(topics.knownIdOf("ab")).isNull();

        topics.register("ab");

        assertThat(topics.refFor("ab")).isEqualTo(id(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "ü", "/x"})
    void shouldTakeTwoOctetsForAShortName(String topic) {
        assertThat(topics.refFor(topic)).isEqualTo(shortName(topic));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "abc", "aü", "€", "\uD83D\uDE00"})
    void shouldTakeNothingElseForAShortName(String topic) {
        assertThat(topics.refFor(topic)).isNull();
    }

    @Test
    void shouldKeepIdsButNotWhatTheDeviceKnowsOverAReconnect() {
        topics.register("a/b");

        topics.forgetConfirmations();

        assertThat(topics.nameOf(id(2))).isEqualTo("a/b");
        assertThat(topics.refFor("a/b")).isNull();
        assertThat(topics.idFor("a/b")).isEqualTo(2);
    }

    @Test
    void shouldForgetNormalIdsForANewSession() {
        topics.register("a/b");

        topics.clear();

        assertThat(topics.nameOf(id(2))).isNull();
        assertThat(topics.nameOf(predefined(1))).isEqualTo("sensors/t");
        assertThat(topics.register("c")).isEqualTo(2);
    }

    @Test
    void shouldGiveNoMoreThanTheLimit() {
        assertThat(topics.register("a")).isEqualTo(2);
        assertThat(topics.idFor("b")).isEqualTo(3);
        assertThat(topics.register("c")).isZero();
        assertThat(topics.idFor("c")).isZero();
    }
}
