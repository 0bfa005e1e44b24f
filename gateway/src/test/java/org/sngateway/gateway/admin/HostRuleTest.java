// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRuleTest {
    private static HostRule boundTo(String address) throws UnknownHostException {
        return new HostRule(InetAddress.getByName(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LocalHost:8084", "127.0.0.1", "127.0.0.1:1", "127.3.2.1", "[::1]", "[::1]:8084"})
    void shouldAnswerToLoopback(String host) throws UnknownHostException {
        assertThat(boundTo("127.0.0.1").admits(host)).isTrue();
        assertThat(boundTo("::1").admits(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "[",
                "[]",
                "evil.example",
                "evil.example:8084",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "evil.example#127.0.0.1",
                "10.0.0.1",
                "0.0.0.0:8084",
                "[::]",
                "127.0.0.1 evil.example",
                "2130706433"
            })
    void shouldAnswerToNothingElseOnLoopback(String host) throws UnknownHostException {
        assertThat(boundTo("127.0.0.1").admits(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "0.0.0.0", "::"})
    void shouldAnswerToAnyNameElsewhere(String address) throws UnknownHostException {
        assertThat(boundTo(address).admits("gateway.example:8084")).isTrue();
    }
}
