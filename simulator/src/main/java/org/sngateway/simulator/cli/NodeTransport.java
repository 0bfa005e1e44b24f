// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sngateway.simulator.node.NodeNetwork;
import org.sngateway.simulator.node.UdpNetwork;
import org.sngateway.simulator.serial.SerialNetwork;
import org.sngateway.simulator.time.SimulatorClock;
import org.sngateway.transport.serial.JSerialCommPorts;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.framing.Framing;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say how the nodes reach the gateway. */
final class NodeTransport {
    /** The ways there are. */
    enum Kind {
        UDP,
        DTLS,
        SERIAL
    }

    @Option(
            names = "--transport",
            paramLabel = "KIND",
            defaultValue = "udp",
            converter = KindConverter.class,
            description = "How the nodes reach the gateway: udp, dtls or serial (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Kind kind;

    @Mixin
    private final DtlsOptions dtls = new DtlsOptions();

    @Option(names = "--port", paramLabel = "PATH", description = "The serial port, with --transport serial.")
    private @Nullable String port;

    @Option(
            names = "--baud",
            paramLabel = "N",
            defaultValue = "115200",
            description = "Speed of the serial line (default: ${DEFAULT-VALUE}).")
    private int baud;

    @Option(
            names = "--framing",
            paramLabel = "F",
            defaultValue = "slip",
            converter = FramingConverter.class,
            description =
                    "slip, slip-crc16, raw, xbee-api1 or xbee-api2 (default: ${DEFAULT-VALUE}). With xbee, the simulator"
                            + " is the module and the nodes are behind it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Framing framing;

    @Option(
            names = "--encapsulate",
            description = "The nodes are behind a forwarder at the end of the serial line; without, there is one node.")
    private boolean encapsulates;

    /**
     * The network that the options ask for.
     *
     * @param gateway asked for where the network needs it
     * @throws IllegalArgumentException when they do not go together
     */
    NodeNetwork network(GatewayAddress gateway) throws IOException {
        if (kind != Kind.DTLS) {
            dtls.requireNone();
        }
        return switch (kind) {
            case UDP -> new UdpNetwork(gateway.resolve());
            case DTLS -> dtls.network(gateway.resolve());
            case SERIAL -> serial();
        };
    }

    /** Looks the gateway's address up. */
    @FunctionalInterface
    interface GatewayAddress {
        InetSocketAddress resolve() throws IOException;
    }

    private NodeNetwork serial() {
        if (port == null) {
            throw new IllegalArgumentException("--port is missing, --transport serial needs it");
        }
        return new SerialNetwork(
                new JSerialCommPorts(), port, LineSettings.of(baud), framing, encapsulates, new SimulatorClock());
    }

    static final class KindConverter implements ITypeConverter<Kind> {
        @Override
        public Kind convert(String text) {
            for (Kind each : Kind.values()) {
                if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return each;
                }
            }
            throw new TypeConversionException("\"" + text + "\" is not a transport; allowed: udp, dtls, serial");
        }
    }

    static final class FramingConverter implements ITypeConverter<Framing> {
        @Override
        public Framing convert(String text) {
            return Framing.of(text)
                    .orElseThrow(() -> new TypeConversionException(
                            "\"" + text + "\" is not a framing; allowed: " + String.join(", ", Framing.labels())));
        }
    }
}
