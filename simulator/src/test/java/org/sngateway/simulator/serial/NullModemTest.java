// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sngateway.simulator.time.SimulatorClock;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.PortException;
import org.sngateway.transport.serial.SerialPorts.OpenPort;

@Timeout(30)
class NullModemTest {
    private final SimulatorClock clock = new SimulatorClock();
    private final NullModem modem = new NullModem(clock);

    @Test
    void shouldTakeTheTimeThatALineOfItsSpeedTakes() throws Exception {
        LineSettings line = LineSettings.of(19_200);
        try (OpenPort near = modem.open(NullModem.NEAR, line);
                OpenPort far = modem.open(NullModem.FAR, line)) {
            byte[] sent = new byte[200];
            sent[199] = 7;
            long start = clock.nanoTime();

            near.write(sent);
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            byte[] some = new byte[64];
            while (received.size() < sent.length) {
                received.write(some, 0, far.read(some));
            }

            assertThat(clock.nanoTime() - start).isGreaterThanOrEqualTo(200 * line.nanosPerOctet());
            assertThat(received.toByteArray()).isEqualTo(sent);
            assertThat(far.read(some)).as("octets of a silent line").isZero();
        }
    }

    @Test
    void shouldHaveNoPortsWhileTheCableIsOut() throws Exception {
        LineSettings line = LineSettings.of(115_200);
        OpenPort near = modem.open(NullModem.NEAR, line);
        assertThatThrownBy(() -> modem.open(NullModem.NEAR, line)).isInstanceOf(PortException.class);

        modem.pull();

        assertThatThrownBy(() -> near.read(new byte[1])).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> near.write(new byte[1])).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> modem.open(NullModem.NEAR, line)).isInstanceOf(PortException.class);
        modem.plug();
        modem.open(NullModem.NEAR, line).close();
    }
}
