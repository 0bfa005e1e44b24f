// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackTest {
    @Test
    void shouldReadAddress() {
        assertThat(Loopback.parse("127.0.0.1:1884")).isEqualTo(Loopback.port(1884));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1:1884",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:0",
                "127.0.0.1:99999",
                "127.0.0.300:1",
                "localhost:1884"
            })
    void shouldRefuseWhatIsNotLoopback(String text) {
        assertThatThrownBy(() -> Loopback.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldHandOutEachSourceAddressOnce() {
        SourceAddresses sources = new SourceAddresses();
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < 50_000; i++) {
            assertThat(seen.add(sources.next())).isTrue();
        }
    }
}
