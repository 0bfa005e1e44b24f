// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.transport.serial.JSerialCommPorts;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.PortException;
import org.sngateway.transport.serial.PortException.Reason;
import org.sngateway.transport.serial.SerialPorts;
import org.sngateway.transport.serial.SerialPorts.OpenPort;

/** The ports of a real machine, as far as pseudo-terminals are ones. */
@Timeout(60)
final class SerialPortE2E {
    private static final LineSettings LINE = LineSettings.of(115_200);

    private final SerialPorts ports = new JSerialCommPorts();

    @TempDir
    private Path directory;

    @Test
    void shouldCarryOctetsAndTellSilenceAndThatAPortIsTakenOrGone() throws Exception {
        NullModemCable.require();
        try (NullModemCable cable = new NullModemCable(directory);
                OpenPort near = ports.open(cable.near(), LINE);
                OpenPort far = ports.open(cable.far(), LINE)) {
            byte[] into = new byte[16];
            near.write(new byte[] {1, 2, 3});
            assertThat(far.read(into)).isPositive();
            while (far.read(into) > 0) {
                // the rest
            }

            PortException taken = catchThrowableOfType(PortException.class, () -> ports.open(cable.near(), LINE));
            assertThat(taken.reason()).isEqualTo(Reason.BUSY);
            assertThat(taken).hasMessageContaining("fuser -v /dev/pts/");

            cable.pull();
            assertThatThrownBy(() -> {
                        while (true) {
                            near.read(into);
                        }
                    })
                    .isInstanceOf(IOException.class);
            PortException missing = catchThrowableOfType(PortException.class, () -> ports.open(cable.near(), LINE));
            assertThat(missing.reason()).isEqualTo(Reason.MISSING);
        }
    }
}
