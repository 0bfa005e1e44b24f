// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fazecast.jSerialComm.SerialPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sngateway.transport.serial.PortException.Reason;

/** What can go wrong with this machine's ports, without one. */
class JSerialCommPortsTest {
    // errno of Linux
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EAGAIN = 11;
    private static final int EACCES = 13;
    private static final int EBUSY = 16;

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

    @Test
    void shouldSayWhichGroupLetsAPortBeOpened() throws Exception {
        Path port = Files.createFile(directory.resolve("ttyUSB0"));
        String group =
                Files.readAttributes(port, PosixFileAttributes.class).group().getName();

        for (int error : new int[] {EPERM, EACCES}) {
            PortException denied = JSerialCommPorts.refused(port, error);
            assertThat(denied.reason()).isEqualTo(Reason.DENIED);
            assertThat(denied)
                    .hasMessage("no permission; add the user of the gateway to the group " + group
                            + ", log in or start the service again, and mind DeviceAllow of a systemd unit");
            assertThat(JSerialCommPorts.refused(directory.resolve("of-unknown-group"), error))
                    .hasMessageContaining("to the group dialout,");
        }
    }

    @Test
    void shouldSayHowToFindWhoHasAPortOpen() throws Exception {
        Path port = Files.createFile(directory.resolve("ttyUSB0"));

        for (int error : new int[] {EAGAIN, EBUSY, ENOENT}) {
            PortException busy = JSerialCommPorts.refused(port, error);
            assertThat(busy.reason()).isEqualTo(Reason.BUSY);
            assertThat(busy)
                    .hasMessage("another program has it open, such as a terminal or ModemManager; fuser -v " + port
                            + " shows which");
        }
        assertThat(JSerialCommPorts.refused(directory.resolve("gone"), ENOENT).reason())
                .isEqualTo(Reason.MISSING);
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, 0",
        "ODD, 1",
        "EVEN, 2",
        "MARK, 3",
        "SPACE, 4",
    })
    void shouldPassParityOn(LineSettings.Parity parity, int expected) throws Exception {
        assertThat(settingsOfPort(parity, 1, LineSettings.FlowControl.NONE).getParity())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 3"})
    void shouldPassStopBitsOn(int stopBits, int expected) throws Exception {
        assertThat(settingsOfPort(LineSettings.Parity.NONE, stopBits, LineSettings.FlowControl.NONE)
                        .getNumStopBits())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"NONE, 0x0", "RTS_CTS, 0x11", "XON_XOFF, 0x110000"})
    void shouldPassFlowControlOn(LineSettings.FlowControl flowControl, String expected) throws Exception {
        assertThat(settingsOfPort(LineSettings.Parity.NONE, 1, flowControl).getFlowControlSettings())
                .isEqualTo(Integer.decode(expected));
    }

    @Test
    void shouldPassSpeedAndEightDataBitsOn() throws Exception {
        SerialPort port = settingsOfPort(LineSettings.Parity.EVEN, 2, LineSettings.FlowControl.RTS_CTS);

        assertThat(port.getBaudRate()).isEqualTo(38_400);
        assertThat(port.getNumDataBits()).isEqualTo(8);
    }

    /** A port that is not open knows what it is to be opened with. */
    private SerialPort settingsOfPort(LineSettings.Parity parity, int stopBits, LineSettings.FlowControl flowControl)
            throws Exception {
        SerialPort port = SerialPort.getCommPort(
                Files.createFile(directory.resolve("port")).toString());
        JSerialCommPorts.set(port, new LineSettings(38_400, parity, stopBits, flowControl));
        return port;
    }

    private static PortException refusal(Path port) {
        return catchThrowableOfType(
                PortException.class, () -> new JSerialCommPorts().open(port.toString(), LineSettings.of(115_200)));
    }
}
