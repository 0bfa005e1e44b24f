// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DemoDisplayTest {
    private static final Path NOWHERE = Path.of("/nonexistent");

    private final StringWriter shown = new StringWriter();
    private final String newline = System.lineSeparator();

    private DemoDisplay display(boolean isTerminal) {
        return new DemoDisplay(new PrintWriter(shown), isTerminal);
    }

    @Test
    void shouldRedrawTheLiveLineOnATerminal() {
        DemoDisplay display = display(true);
        display.live("devices 10");
        display.live("devices 9");

        assertThat(shown).hasToString("\rdevices 10\rdevices 9 ");
    }

    @Test
    void shouldClearTheLiveLineForALineThatStays() {
        DemoDisplay display = display(true);
        display.live("abc");
        display.line("hello");

        assertThat(shown).hasToString("\rabc\r   \rhello" + newline);
    }

    @Test
    void shouldPrintLinesWithoutTerminal() {
        DemoDisplay display = display(false);
        display.live("one");
        display.line("two");

        assertThat(shown).hasToString("one" + newline + "two" + newline);
    }

    @Test
    void shouldShowCommandsAndAnswersAndKeepTheLastReading() throws IOException {
        try (DemoDevices devices = DemoDevices.start(NOWHERE, "127.0.0.1:1", 1, 0, display(false))) {
            devices.onLine("reading demo-2 20.50");
            devices.onLine("ready demo-2");
            devices.onLine("command demo-2 blink twice");
            devices.onLine("answered demo-2 {\"command\":\"blink twice\",\"ok\":true}");
            devices.onLine("");

            assertThat(devices.lastReading()).isEqualTo("demo-2: 20.50 C");
        }
        assertThat(shown)
                .hasToString("demo-2 receives the command: blink twice" + newline
                        + "application receives from demo-2: {\"command\":\"blink twice\",\"ok\":true}" + newline);
    }
}
