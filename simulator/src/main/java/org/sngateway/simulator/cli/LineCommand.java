// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.sngateway.simulator.serial.LineLoad;
import org.sngateway.transport.serial.LineSettings;
import org.sngateway.transport.serial.framing.Framing;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sn-sim line}: what gets through a serial line of some speed that is full in both directions. */
@Command(
        name = "line",
        description =
                "Measures frames per second over a virtual null modem that is kept full both ways, with the gateway's"
                        + " serial listener at one end. Needs no gateway, no broker and no port.",
        mixinStandardHelpOptions = true,
        versionProvider = SnSim.ManifestVersion.class,
        sortOptions = false)
final class LineCommand implements Callable<Integer> {
    @Option(
            names = "--baud",
            paramLabel = "N",
            defaultValue = "115200",
            description = "Speed of the line (default: ${DEFAULT-VALUE}).")
    private int baud;

    @Option(
            names = "--framing",
            paramLabel = "F",
            defaultValue = "slip",
            converter = NodeTransport.FramingConverter.class,
            description = "slip, slip-crc16 or raw (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Framing framing;

    @Option(
            names = "--size",
            paramLabel = "OCTETS",
            defaultValue = "60",
            description = "Size of the messages, 7 to 255 (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Duration duration;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // injected by picocli
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        LineLoad.Result result = load().run(duration);
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%d baud, %s, %d octets: from device %.1f/s (%.1f %%), to device %.1f/s (%.1f %%), limit %.1f/s%n",
                        baud,
                        framing.label(),
                        size,
                        result.fromDevice(),
                        100 * result.fromDevice() / result.limit(),
                        result.toDevice(),
                        100 * result.toDevice() / result.limit(),
                        result.limit());
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }

    private LineLoad load() {
        try {
            return new LineLoad(LineSettings.of(baud), framing, size);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
