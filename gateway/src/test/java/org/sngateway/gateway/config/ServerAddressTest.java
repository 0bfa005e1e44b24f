// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"mqtt://broker.example:1883", "mqtt://10.0.0.1:8883", "mqtt://[2001:db8::1]:1"})
    void shouldShowAsItIsWritten(String text) {
        assertThat(ScalarTypes.server().of(text)).hasToString(text);
    }
}
