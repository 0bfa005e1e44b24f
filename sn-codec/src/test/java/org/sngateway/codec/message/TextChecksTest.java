// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of text fields are in octets of UTF-8, and only text that has some is taken. */
class TextChecksTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\ud800\udc00", "aé度\udbff\udfff"})
    void shouldCountOctetsOfUtf8(String text) {
        assertThat(Checks.utf8Octets(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "a\udc00", "\udc00\ud800", "\ud800a", "\ud800\ud800\udc00"})
    void shouldRefuseTextWithoutAnEncoding(String text) {
        assertThatThrownBy(() -> new PingReq(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldGiveTheOctetsOfAShortName() {
        assertThat(new TopicRef.ShortName("ab").octets()).isEqualTo(0x6162);
        assertThat(new TopicRef.ShortName("é").octets()).isEqualTo(0xC3A9);
        assertThat(new TopicRef.ShortName("\u0080").octets()).isEqualTo(0xC280);
        assertThat(new TopicRef.ShortName("\u07ff").octets()).isEqualTo(0xDFBF);
    }

    @Test
    void shouldTakeNoMoreThanFitsAFrame() {
        assertThat(new PingReq("a".repeat(65531)).clientId()).hasSize(65531);
        assertThatThrownBy(() -> new PingReq("a".repeat(65532))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PingReq("é".repeat(32766))).isInstanceOf(IllegalArgumentException.class);
    }
}
