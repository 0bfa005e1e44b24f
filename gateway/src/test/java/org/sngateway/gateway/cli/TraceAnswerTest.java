// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceAnswerTest {
    private static final String FRAME = """
            {"time":"2026-01-02T03:04:05.123456Z","direction":"out","client":"p\\"\\u003c\\ud83d\\ude00\\\\","address":"udp:127.0.0.1:4000",
            "listener":"udp:0.0.0.0:1884","message":"PINGRESP","octets":2,"malformed":false,"peer":"127.0.0.1:4000",
            "local":"[2001:db8::1]:1884","frame":"0217"}""";

    @Test
    void shouldReadWhatTheGatewayAnswers() throws IOException {
        TraceAnswer answer = TraceAnswer.parse(
                "{\"cursor\":\"1-2\",\"leftOut\":12345678901,\"interrupted\":false,\"more\":true,\"frames\":[%s,%s]}"
                        .formatted(FRAME, FRAME));

        assertThat(answer.cursor()).isEqualTo("1-2");
        assertThat(answer.leftOut()).isEqualTo(12_345_678_901L);
        assertThat(answer.interrupted()).isFalse();
        assertThat(answer.more()).isTrue();
        assertThat(answer.frames()).hasSize(2);
        TraceAnswer.Frame frame = answer.frames().get(0);
        assertThat(frame.time()).isEqualTo(Instant.parse("2026-01-02T03:04:05.123456Z"));
        assertThat(frame.sent()).isTrue();
        assertThat(frame.client()).isEqualTo("p\"<😀\\");
        assertThat(frame.peer().getPort()).isEqualTo(4000);
        assertThat(frame.local().getPort()).isEqualTo(1884);
        assertThat(frame.octets()).containsExactly(2, 0x17);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{",
                "x",
                "{\"cursor\":1,\"leftOut\":0,\"interrupted\":false,\"more\":false,\"frames\":[]}",
                "{\"cursor\":\"\",\"leftOut\":0,\"interrupted\":false,\"more\":false,\"frames\":[{}]}",
                "{\"cursor\":\"\",\"leftOut\":0,\"interrupted\":false,\"more\":false,\"frames\":[1]}"
            })
    void shouldRefuseAnythingElse(String json) {
        assertThatThrownBy(() -> TraceAnswer.parse(json))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another version");
    }
}
