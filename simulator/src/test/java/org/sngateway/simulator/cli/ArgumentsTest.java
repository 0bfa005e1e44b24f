// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Qos;
import picocli.CommandLine.TypeConversionException;

final class ArgumentsTest {
    @Test
    void shouldReadDurations() {
        assertThat(Arguments.duration("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(Arguments.duration("15s")).isEqualTo(Duration.ofSeconds(15));
        assertThat(Arguments.duration("2m")).isEqualTo(Duration.ofMinutes(2));
        assertThat(Arguments.duration("1h")).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "15", "s", "-1s", "1.5s", "15 s", "9999999999s"})
    void shouldRefuseOtherDurations(String text) {
        assertThatThrownBy(() -> Arguments.duration(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("examples: 500ms, 15s");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:1884, 127.0.0.1, 1884", "edge.example:1, edge.example, 1", "[::1]:65535, ::1, 65535"})
    void shouldReadHostAndPort(String text, String host, int port) {
        assertThat(Arguments.hostPort(text).getHostString()).isEqualTo(host);
        assertThat(Arguments.hostPort(text).getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1", ":1884", "host:", "host:0", "host:65536", "::1:1884", "udp://host:1"})
    void shouldRefuseOtherAddresses(String text) {
        assertThatThrownBy(() -> Arguments.hostPort(text)).isInstanceOf(TypeConversionException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt://127.0.0.1:1885, 127.0.0.1, 1885",
        "mqtt://broker.example, broker.example, 1883",
        "mqtt://[::1]:1883, ::1, 1883"
    })
    void shouldReadABroker(String text, String host, int port) {
        assertThat(Arguments.broker(text).getHostString()).isEqualTo(host);
        assertThat(Arguments.broker(text).getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1:1883", "mqtts://host", "http://host", "mqtt://", "mqtt://a b", "mqtt://h/x"})
    void shouldRefuseOtherBrokers(String text) {
        assertThatThrownBy(() -> Arguments.broker(text)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void shouldReadQos() {
        assertThat(Arguments.qos("0")).isEqualTo(Qos.AT_MOST_ONCE);
        assertThat(Arguments.qos("1")).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(Arguments.qos("2")).isEqualTo(Qos.EXACTLY_ONCE);
        assertThatThrownBy(() -> Arguments.qos("-1")).hasMessage("\"-1\" is not a QoS; allowed: 0, 1, 2");
    }
}
