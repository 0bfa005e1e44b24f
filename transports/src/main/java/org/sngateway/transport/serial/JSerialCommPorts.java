// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Arrays;
import org.sngateway.transport.serial.PortException.Reason;

/**
 * The ports of this machine, by jSerialComm. Its native library is unpacked into the temporary directory when the first port is opened,
 * so that must not be mounted {@code noexec}; the system property {@code jSerialComm.library.path} names a directory to load it from
 * instead.
 */
public final class JSerialCommPorts implements SerialPorts {
    // errno of Linux
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EAGAIN = 11; // the lock that jSerialComm takes
    private static final int EACCES = 13;
    private static final int EBUSY = 16;

    /** As little as possible, so that what is silence is decided here. */
    private static final int NO_SAFETY_SLEEP = 0;

    private static final int NO_TIMEOUT = 0;

    @Override
    public OpenPort open(String name, LineSettings settings) throws PortException {
        Path device = device(name);
        try {
            SerialPort port = SerialPort.getCommPort(device.toString());
            set(port, settings);
            if (!port.openPort(NO_SAFETY_SLEEP)) {
                throw refused(device, port.getLastErrorCode());
            }
            return new JSerialCommPort(port);
        } catch (SerialPortInvalidPortException e) {
            throw missing();
        } catch (LinkageError e) {
            throw new PortException(
                    Reason.FAILED,
                    "the native library of jSerialComm cannot be loaded (" + firstLine(e)
                            + "); java.io.tmpdir must be writable and not mounted noexec");
        }
    }

    /** The name with its links followed; on systems whose ports are no files, the name. */
    private static Path device(String name) throws PortException {
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            throw new PortException(Reason.MISSING, "that is no name of a port");
        }
        if (!path.isAbsolute()) {
            return path;
        }
        try {
            path = path.toRealPath();
        } catch (IOException e) {
            throw missing();
        }
        if (!Files.isReadable(path) || !Files.isWritable(path)) {
            throw denied(path);
        }
        return path;
    }

    static void set(SerialPort port, LineSettings settings) {
        int stopBits = settings.stopBits() == 1 ? SerialPort.ONE_STOP_BIT : SerialPort.TWO_STOP_BITS;
        int parity = switch (settings.parity()) {
            case NONE -> SerialPort.NO_PARITY;
            case ODD -> SerialPort.ODD_PARITY;
            case EVEN -> SerialPort.EVEN_PARITY;
            case MARK -> SerialPort.MARK_PARITY;
            case SPACE -> SerialPort.SPACE_PARITY;
        };
        int flowControl = switch (settings.flowControl()) {
            case NONE -> SerialPort.FLOW_CONTROL_DISABLED;
            case RTS_CTS -> SerialPort.FLOW_CONTROL_RTS_ENABLED | SerialPort.FLOW_CONTROL_CTS_ENABLED;
            case XON_XOFF -> SerialPort.FLOW_CONTROL_XONXOFF_IN_ENABLED | SerialPort.FLOW_CONTROL_XONXOFF_OUT_ENABLED;
        };
        port.setComPortParameters(settings.baud(), LineSettings.DATA_BITS, stopBits, parity);
        port.setFlowControl(flowControl);
        port.setComPortTimeouts(
                SerialPort.TIMEOUT_READ_SEMI_BLOCKING | SerialPort.TIMEOUT_WRITE_BLOCKING,
                (int) settings.silence().toMillis(),
                NO_TIMEOUT);
    }

    /** @param error what the operating system says, {@code errno} */
    static PortException refused(Path device, int error) {
        return switch (error) {
            case EPERM, EACCES -> denied(device);
            case ENOENT -> Files.exists(device) ? busy(device) : missing(); // exists: this process has it open
            case EAGAIN, EBUSY -> busy(device);
            default ->
                new PortException(
                        Reason.FAILED, "it is no serial port, or does not know these settings (error " + error + ")");
        };
    }

    private static PortException missing() {
        return new PortException(Reason.MISSING, "there is no such port; it is opened when it appears");
    }

    private static PortException busy(Path device) {
        return new PortException(
                Reason.BUSY,
                "another program has it open, such as a terminal or ModemManager; fuser -v " + device + " shows which");
    }

    private static PortException denied(Path device) {
        return new PortException(
                Reason.DENIED,
                "no permission; add the user of the gateway to the group " + group(device)
                        + ", log in or start the service again, and mind DeviceAllow of a systemd unit");
    }

    private static String group(Path device) {
        try {
            return Files.readAttributes(device, PosixFileAttributes.class)
                    .group()
                    .getName();
        } catch (IOException | UnsupportedOperationException e) {
            return "dialout";
        }
    }

    private static String firstLine(LinkageError error) {
        return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    }

    private static final class JSerialCommPort implements OpenPort {
        private final SerialPort port;

        JSerialCommPort(SerialPort port) {
            this.port = port;
        }

        @Override
        public int read(byte[] into) throws IOException {
            int count = port.readBytes(into, into.length);
            if (count < 0) {
                throw new IOException("reading failed with error " + port.getLastErrorCode());
            }
            return count;
        }

        @Override
        public void write(byte[] octets) throws IOException {
            byte[] left = octets;
            while (left.length > 0) {
                int count = port.writeBytes(left, left.length);
                if (count <= 0) {
                    throw new IOException("writing failed with error " + port.getLastErrorCode());
                }
                left = Arrays.copyOfRange(left, count, left.length);
            }
        }

        @Override
        public void close() {
            boolean unused = port.closePort();
        }
    }
}
