// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sngateway.transport.serial.LineSettings.FlowControl;
import org.sngateway.transport.serial.LineSettings.Parity;

class LineSettingsTest {
    @Test
    void shouldCountTheBitsOfAnOctet() {
        assertThat(LineSettings.of(115_200).nanosPerOctet()).isEqualTo(86_805);
        assertThat(new LineSettings(9600, Parity.EVEN, 2, FlowControl.NONE).nanosPerOctet())
                .isEqualTo(1_250_000);
    }

    @Test
    void shouldWaitForTwentyOctetsOrFiftyMilliseconds() {
        assertThat(LineSettings.of(115_200).silence()).isEqualTo(Duration.ofMillis(50));
        assertThat(LineSettings.of(300).silence().toMillis()).isEqualTo(666);
    }

    @Test
    void shouldRefuseWhatNoLineIs() {
        assertThatThrownBy(() -> LineSettings.of(299)).hasMessageContaining("300..4000000");
        assertThatThrownBy(() -> new LineSettings(9600, Parity.NONE, 3, FlowControl.NONE))
                .hasMessageContaining("1 or 2");
    }
}
