// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.transport.serial.PortException.Reason;

/** What can go wrong with this machine's ports, without one. */
class JSerialCommPortsTest {
    @TempDir
    private Path directory;

    @Test
    void shouldSayThatAPortIsMissing() {
        assertThat(refusal(directory.resolve("ttyUSB0")).reason()).isEqualTo(Reason.MISSING);
        assertThat(refusal(Path.of("no-such-port")).reason()).isEqualTo(Reason.MISSING);
    }

    @Test
    void shouldSayThatALinkLeadsNowhere() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("by-id"), directory.resolve("ttyUSB0"));

        assertThat(refusal(link).reason()).isEqualTo(Reason.MISSING);
    }

    @Test
    void shouldSayThatAFileIsNoPort() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        PortException refusal = refusal(file);
        assertThat(refusal.reason()).isEqualTo(Reason.FAILED);
        assertThat(refusal).hasMessageContaining("no serial port");
    }

    private static PortException refusal(Path port) {
        return catchThrowableOfType(
                PortException.class, () -> new JSerialCommPorts().open(port.toString(), LineSettings.of(115_200)));
    }
}
