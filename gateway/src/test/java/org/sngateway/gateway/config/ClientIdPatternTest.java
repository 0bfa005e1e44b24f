// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientIdPatternTest {
    @ParameterizedTest
    @CsvSource({
        "pump-1,   pump-1",
        "*,        pump-1",
        "*,        ''",
        "pump-*,   pump-",
        "pump-*,   pump-1",
        "*-1,      pump-1",
        "p*p*1,    pump-1",
        "**,       x",
        "?,        x",
        "pump-?,   pump-1",
        "*?,       x",
        "a*b*c,    abbcbc",
        "[a].+,    [a].+",
        "?,        \uD83D\uDE00",
        "*?x,      \uD83D\uDE00x",
    })
    void shouldMatchWholeClientId(String pattern, String clientId) {
        assertThat(ClientIdPattern.matches(pattern, clientId)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "pump-1,   pump-12",
        "pump-1,   xpump-1",
        "pump-1,   PUMP-1",
        "pump-1,   ''",
        "pump-*,   pump",
        "?,        ''",
        "?,        xy",
        "pump-?,   pump-",
        "*?,       ''",
        "a*b,      abc",
        "[a].+,    aaa",
        "??,       \uD83D\uDE00",
    })
    void shouldNotMatchAnythingElse(String pattern, String clientId) {
        assertThat(ClientIdPattern.matches(pattern, clientId)).isFalse();
    }

    @Property
    void shouldAgreeWithRegularExpression(
            @ForAll @Chars({'*', '?', 'a', 'b'}) @StringLength(max = 8) String pattern,
            @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 10) String clientId) {
        String regex = pattern.replace("?", ".").replace("*", ".*");

        assertThat(ClientIdPattern.matches(pattern, clientId)).isEqualTo(Pattern.matches(regex, clientId));
    }

    @Test
    void shouldMatchHostileInputInTime() {
        String pattern = "*a".repeat(128);
        String clientId = "a".repeat(64_000) + "b";

        boolean matches = Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> ClientIdPattern.matches(pattern, clientId));

        assertThat(matches).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\0", "a\n", "\uD800"})
    void shouldNotBeEmptyOrUnprintable(String pattern) {
        assertThat(ClientIdPattern.isValid(pattern)).isFalse();
    }

    @Test
    void shouldBeShort() {
        assertThat(ClientIdPattern.isValid("p".repeat(256))).isTrue();
        assertThat(ClientIdPattern.isValid("p".repeat(257))).isFalse();
    }
}
