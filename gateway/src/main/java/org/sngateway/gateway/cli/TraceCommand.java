// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sngateway.codec.text.MessageText;
import org.sngateway.gateway.admin.AdminToken;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sn-gateway trace}: the frames of a running gateway while they pass. */
@Command(
        name = "trace",
        description = {
            "Prints the frames that pass a running gateway on this machine, decoded, one a line: time, direction (in: from the device), client",
            "id, address, message. Ends with Ctrl-C, and says then how many frames there were.",
            "What comes too fast to be shown is left out and counted; the gateway does not wait for anybody who traces it."
        },
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class)
final class TraceCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private static final long POLL_MILLIS = 250;
    private static final int END_SECONDS = 5;
    private static final String STANDARD_OUTPUT = "-";

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Option(names = "--client", paramLabel = "ID", description = "Only the frames of the device with this client id.")
    private String client = "";

    @Option(names = "--count", paramLabel = "N", description = "Ends after so many frames.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = "--payloads",
            description = {
                "Shows application data and will messages, of which only the length is shown else.",
                "Needs the token of the gateway's admin port, which its user can read, and root."
            })
    private boolean payloads;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description = {
                "Writes the frames to a capture file (pcapng), too, for Wireshark: decode its UDP port as MQTT-SN.",
                "With - for FILE to standard output, instead of the lines. Without --payloads zeros stand for what is hidden."
            })
    private @Nullable String pcap;

    @Option(
            names = "--admin",
            paramLabel = "ADDRESS:PORT",
            description = "Where the gateway's admin port is; as admin.bind in the configuration says unless given.")
    private @Nullable String admin;

    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final LocalAddresses localAddresses = new LocalAddresses();
    private long seen;
    private long leftOut;
    private int port;

    @Override
    public Integer call() throws InvalidConfigException {
        if (count < 1) {
            throw new ParameterException(spec.commandLine(), "--count is " + count + ", allowed is 1 or more");
        }
        GatewayConfig read = config.read();
        Thread hook = new Thread(this::onSignal, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        int exitCode = 0;
        try {
            trace(new AdminClient(adminAddress(read), payloads ? token(read) : null));
        } catch (IOException failure) {
            tell(String.valueOf(failure.getMessage()));
            exitCode = 1;
        } finally {
            done.countDown();
        }
        return exitCode;
    }

    /** Lets what is under way end; the virtual machine by itself would end with the number of the signal. */
    private void onSignal() {
        boolean wasRunning = done.getCount() > 0;
        stop.countDown();
        try {
            if (done.await(END_SECONDS, TimeUnit.SECONDS) && wasRunning) {
                Runtime.getRuntime().halt(0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String token(GatewayConfig read) throws IOException {
        try {
            return AdminToken.find(read, System.getenv());
        } catch (IOException failure) {
            throw new IOException("--payloads needs the token of the gateway: " + failure.getMessage(), failure);
        }
    }

    private InetSocketAddress adminAddress(GatewayConfig read) throws IOException {
        if (admin != null) {
            return AdminClient.address(admin)
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(), "--admin is " + admin + ", allowed is an IP address and a port"));
        }
        InetSocketAddress bind = read.admin().bind();
        if (bind == null) {
            throw new IOException(
                    "admin.bind is off in " + config.file() + ", and a gateway is traced over its admin port");
        }
        if (bind.getPort() == 0) {
            throw new IOException("admin.bind in " + config.file()
                    + " has port 0; name the one that the gateway has got with --admin: its log tells");
        }
        return bind;
    }

    private void trace(AdminClient gateway) throws IOException {
        // Before the file: an error of the gateway leaves the file of another time as it is.
        TraceAnswer answer = ask(gateway, "");
        tell("tracing the gateway at " + gateway.base() + "; Ctrl-C ends it");
        try (CaptureFile file = openFile()) {
            boolean isLast = false; // what has passed until it is stopped is shown
            while (!isLast && seen < count && !spec.commandLine().getOut().checkError()) {
                isLast = isStopped(answer.more());
                answer = ask(gateway, answer.cursor());
                show(answer, file);
                if (file != null) {
                    file.flush();
                }
            }
        } finally {
            tell(seen + " frames" + (leftOut > 0 ? ", " + leftOut + " left out" : "")
                    + (port == 0 ? "" : "; to read them: tshark -r " + pcap + " -d udp.port==" + port + ",mqttsn"));
        }
    }

    private TraceAnswer ask(AdminClient gateway, String cursor) throws IOException {
        Map<String, String> parameters = new HashMap<>();
        if (!cursor.isEmpty()) {
            parameters.put("after", cursor);
        }
        if (!client.isEmpty()) {
            parameters.put("client", client);
        }
        if (payloads) {
            parameters.put("payloads", "true");
        }
        return TraceAnswer.parse(gateway.get("/api/trace", parameters));
    }

    private @Nullable CaptureFile openFile() throws IOException {
        if (pcap == null) {
            return null;
        }
        OutputStream out = pcap.equals(STANDARD_OUTPUT)
                ? new FileOutputStream(FileDescriptor.out)
                : Files.newOutputStream(Path.of(pcap));
        return new CaptureFile(out, new SnGateway.ManifestVersion().getVersion()[0]);
    }

    /** Waits for more, unless there is. */
    private boolean isStopped(boolean more) {
        try {
            return stop.await(more ? 0 : POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void show(TraceAnswer answer, @Nullable CaptureFile file) throws IOException {
        String gap = answer.interrupted()
                ? "frames may be missing: the gateway was not asked for too long"
                : answer.leftOut() > 0 ? answer.leftOut() + " frames left out" : "";
        leftOut += answer.leftOut();
        if (!gap.isEmpty()) {
            line("… " + gap);
        }
        for (TraceAnswer.Frame frame : answer.frames()) {
            if (seen == count) {
                break;
            }
            seen++;
            String device = frame.client().isEmpty() ? STANDARD_OUTPUT : MessageText.ofText(frame.client());
            line(TIME.format(frame.time()) + (frame.sent() ? " out " : " in  ") + device + " " + frame.address() + " "
                    + frame.message());
            if (file != null) {
                write(file, frame, gap.isEmpty() ? device : device + "; before: " + gap);
                gap = "";
            }
        }
        spec.commandLine().getOut().flush();
    }

    private void line(String text) {
        if (!STANDARD_OUTPUT.equals(pcap)) {
            spec.commandLine().getOut().println(text);
        }
    }

    private void write(CaptureFile file, TraceAnswer.Frame frame, String comment) throws IOException {
        InetSocketAddress local = localAddresses.towards(frame.peer(), frame.local());
        port = local.getPort();
        file.write(
                frame.time(),
                frame.sent(),
                frame.listener(),
                frame.sent() ? local : frame.peer(),
                frame.sent() ? frame.peer() : local,
                frame.octets(),
                comment);
    }

    private void tell(String text) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("sn-gateway: " + text);
        err.flush();
    }
}
