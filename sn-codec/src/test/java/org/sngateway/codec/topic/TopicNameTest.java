// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.topic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "//", "a/b", "/a/", "$SYS/x", " ", "été", "\uD83D\uDE00", "a b"})
    void shouldTakeNames(String text) {
        assertThat(TopicName.isValid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "+", "#", "a/+", "a+", "a#b", "\0", "a\0b", "\uD83D", "\uDE00", "\uDE00\uD83D", "\uD83Dx"})
    void shouldRefuseWhatIsNoName(String text) {
        assertThat(TopicName.isValid(text)).isFalse();
    }

    @Test
    void shouldCountOctetsNotCharacters() {
        assertThat(TopicName.isValid("a".repeat(65535))).isTrue();
        assertThat(TopicName.isValid("a".repeat(65536))).isFalse();
        assertThat(TopicName.isValid("é".repeat(32767) + "a")).isTrue();
        assertThat(TopicName.isValid("é".repeat(32768))).isFalse();
        assertThat(TopicName.isValid("度".repeat(21845))).isTrue();
        assertThat(TopicName.isValid("度".repeat(21845) + "a")).isFalse();
        assertThat(TopicName.isValid("\uD83D\uDE00".repeat(16384))).isFalse();
        assertThat(TopicName.isValid("\uD83D\uDE00".repeat(16383) + "abc")).isTrue();
    }
}
