// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressDisplayTest {
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(octets, true, StandardCharsets.UTF_8);

    private static LiveFigures figures(long sent) {
        return new LiveFigures("publishing", 0.5, 10, 10, sent, sent - 1, sent - 2);
    }

    private String shown() {
        return octets.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldPrintALineASecondWithoutTerminal() {
        ProgressDisplay display = new ProgressDisplay(out, false);
        for (int tenths = 0; tenths <= 20; tenths++) {
            display.update(
                    figures(100L * tenths), Duration.ofMillis(100L * tenths).toNanos());
        }
        display.finish();

        assertThat(shown().lines())
                .hasSize(3)
                .last()
                .isEqualTo("publishing  50%  nodes 10/10  sent 2000 (1000/s)  acknowledged 1999  received 1998");
    }

    @Test
    void shouldRedrawABarOnATerminalAndLeaveNothingOfIt() {
        ProgressDisplay display = new ProgressDisplay(out, true);
        display.update(figures(10), 0);

        assertThat(shown())
                .startsWith("\r[############            ] publishing")
                .doesNotContain("\n");
        display.finish();
        assertThat(shown()).endsWith(" \r");
    }

    @Test
    void shouldKeepTheBarWithinItsBounds() {
        assertThat(ProgressDisplay.bar(-1)).isEqualTo("[" + " ".repeat(24) + "]");
        assertThat(ProgressDisplay.bar(2)).isEqualTo("[" + "#".repeat(24) + "]");
    }
}
