// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Disconnect;
import org.sngateway.codec.message.ForwarderEncapsulation;
import org.sngateway.codec.message.MessageType;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PingReq;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.PubComp;
import org.sngateway.codec.message.PubRec;
import org.sngateway.codec.message.PubRel;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.SubAck;
import org.sngateway.codec.message.Subscribe;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.codec.message.WillHeader;
import org.sngateway.codec.message.WillMsg;
import org.sngateway.codec.message.WillMsgReq;
import org.sngateway.codec.message.WillTopic;
import org.sngateway.codec.message.WillTopicReq;
import org.sngateway.testsupport.MosquittoProcess;

/** {@code sn-gateway trace} beside a running gateway. */
class TraceE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SECRET = "nobody is to read this";
    private static final String SECRET_HEX = Payload.utf8(SECRET).toHex();
    private static final Pattern LINE = Pattern.compile("\\d{4}-\\S+Z (in |out) (\\S+) (\\S+) ([A-Z]+).*");
    private static final Pattern SUMMARY = Pattern.compile("sn-gateway: (\\d+) frames(?:, (\\d+) left out)?(?:;.*)?");

    @TempDir
    private static Path directory;

    private static MosquittoProcess broker;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws Exception {
        // In CI the tool is there, and its absence is a failure.
        assumeTrue(MosquittoProcess.isInstalled() || System.getenv("CI") != null, "mosquitto is not installed");
        broker = MosquittoProcess.start(directory);
        gateway = GatewayProcess.start(
                directory, broker.port(), "store: { directory: \"%s\" }".formatted(directory.resolve("store")));
        gateway.awaitBroker(1);
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    /** Starts it and waits until it watches. */
    private static ChildProcess trace(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "trace",
                "--config",
                directory.resolve("sn-gateway.yaml").toString(),
                "--admin",
                gateway.admin().getAuthority()));
        command.addAll(List.of(options));
        ChildProcess trace = ChildProcess.launch("sn-gateway", command.toArray(String[]::new));
        trace.awaitLine(line -> line.startsWith("sn-gateway: tracing "), PATIENCE);
        return trace;
    }

    private static void awaitMessage(ChildProcess trace, String message) throws InterruptedException {
        trace.awaitLine(line -> line.contains(message), PATIENCE);
    }

    /** Ends it as Ctrl-C does, and returns how many frames it has shown and how many it has left out. */
    private static long[] end(ChildProcess trace) throws InterruptedException {
        trace.terminate();
        assertThat(trace.awaitExit(PATIENCE)).isZero();
        Matcher summary = SUMMARY.matcher(trace.output().get(trace.output().size() - 1));
        assertThat(summary.matches()).as("%s", trace.output()).isTrue();
        return new long[] {
            Long.parseLong(summary.group(1)), summary.group(2) == null ? 0 : Long.parseLong(summary.group(2))
        };
    }

    private static List<Matcher> frames(ChildProcess trace) {
        return trace.output().stream()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .toList();
    }

    private static Publish publish(Qos qos, int topicId, int msgId) {
        return new Publish(false, qos, false, new TopicRef.Normal(topicId), msgId, Payload.utf8(SECRET));
    }

    private static int register(SnDevice device, String topic) throws IOException {
        device.send(new Register(0, 1, topic));
        return device.expect(RegAck.class).topicId();
    }

    @Test
    void shouldPrintTheFramesOfOneDeviceAndHidePayloads() throws Exception {
        try (ChildProcess trace = trace("--client", "one");
                SnDevice one = new SnDevice(gateway.address());
                SnDevice two = new SnDevice(gateway.address())) {
            two.connect("two");
            one.connect("one");
            for (SnDevice device : List.of(two, one)) {
                device.send(publish(Qos.AT_LEAST_ONCE, register(device, "t"), 2));
                device.expect(PubAck.class);
            }
            awaitMessage(trace, "PUBACK");

            assertThat(end(trace)).containsExactly(6, 0);
            assertThat(frames(trace))
                    .extracting(line -> line.group(1).strip() + " " + line.group(2) + " " + line.group(4))
                    .containsExactly(
                            "in one CONNECT",
                            "out one CONNACK",
                            "in one REGISTER",
                            "out one REGACK",
                            "in one PUBLISH",
                            "out one PUBACK");
            assertThat(String.join("\n", trace.output()))
                    .contains("data=" + SECRET.length())
                    .doesNotContain(SECRET, SECRET_HEX);
        }
    }

    @Test
    void shouldShowPayloadsWhenAskedAndEndByItself() throws Exception {
        try (ChildProcess trace = trace("--client", "shown", "--payloads", "--count", "3");
                SnDevice device = new SnDevice(gateway.address())) {
            device.connect("shown");
            device.send(publish(Qos.AT_LEAST_ONCE, 999, 2)); // answered: there is no such id
            device.expect(PubAck.class);

            assertThat(trace.awaitExit(PATIENCE)).isZero();
            assertThat(frames(trace)).hasSize(3);
            assertThat(frames(trace).get(2).group()).contains("data=0x" + SECRET_HEX);
        }
    }

    @Test
    void shouldTellWhatIsMissing() throws Exception {
        Path config = directory.resolve("other.yaml");
        for (String[] wrong : new String[][] {
            {"admin: { bind: off }", "admin.bind is off"},
            {"admin: { bind: \"127.0.0.1:1\" }", "no gateway answers at http://127.0.0.1:1"},
            {"admin: { bind: \"127.0.0.1:0\" }", "name the one that the gateway has got"},
            {"admin: { bind: \"127.0.0.1:1\", token-file: none }", "no gateway answers", ""},
            {"admin: { bind: \"127.0.0.1:1\", token-file: none }", "needs the token of the gateway", "--payloads"}
        }) {
            Files.writeString(config, wrong[0]);
            List<String> command = new ArrayList<>(List.of("trace", "--config", config.toString()));
            Arrays.stream(wrong).skip(2).filter(option -> !option.isEmpty()).forEach(command::add);
            try (ChildProcess trace = ChildProcess.launch("sn-gateway", command.toArray(String[]::new))) {
                assertThat(trace.awaitExit(PATIENCE)).isEqualTo(1);
                assertThat(String.join("\n", trace.output())).contains(wrong[1]);
            }
        }
    }

    @Test
    void shouldLeaveOutAndCountWhatIsTooMuch() throws Exception {
        AdminPages pages = new AdminPages(gateway);
        try (ChildProcess trace = trace();
                SnDevice device = new SnDevice(gateway.address())) {
            double before = passed(pages);
            device.connect("flood");
            for (int i = 0; i < 20_000; i++) {
                device.send(new PingReq(""));
            }
            do { // until it is not among those left out
                device.send(Disconnect.PLAIN);
            } while (trace.findLine(line -> line.contains("DISCONNECT"), Duration.ofMillis(100))
                    .isEmpty());
            double passed = passed(pages) - before;
            long[] told = end(trace);

            assertThat(told[1]).isPositive();
            assertThat((double) (told[0] + told[1])).isEqualTo(passed);
            assertThat(trace.output()).anyMatch(line -> line.matches("… \\d+ frames left out"));
        }
    }

    /** Frames both ways so far. */
    private static double passed(AdminPages pages) throws IOException, InterruptedException {
        return pages.metric("sn_gateway_frames_received_total{listener=\"" + gateway.listener() + "\"}")
                + pages.metric("sn_gateway_frames_sent_total{listener=\"" + gateway.listener() + "\"}");
    }

    @Test
    void shouldCostNoDeviceAMessage() throws Exception {
        int count = 10;
        int messages = 300;
        List<SnDevice> devices = new ArrayList<>();
        try (ChildProcess trace = trace();
                ChildProcess second = trace("--client", "load0")) {
            List<Integer> topics = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                devices.add(new SnDevice(gateway.address()));
                devices.get(i).connect("load" + i);
                topics.add(register(devices.get(i), "load/" + i));
            }
            for (int message = 2; message < messages + 2; message++) {
                for (int i = 0; i < count; i++) {
                    devices.get(i).send(publish(Qos.AT_LEAST_ONCE, topics.get(i), message));
                }
                for (SnDevice device : devices) {
                    PubAck ack = device.expect(PubAck.class);
                    assertThat(ack.msgId()).isEqualTo(message);
                    assertThat(ack.returnCode()).isEqualTo(ReturnCode.ACCEPTED);
                }
            }
            devices.get(0).send(Disconnect.PLAIN);
            devices.get(0).expect(Disconnect.class);
            awaitMessage(trace, "DISCONNECT");
            awaitMessage(second, "DISCONNECT");

            long[] all = end(trace);
            long[] one = end(second);
            assertThat(all[0] + all[1]).isEqualTo(count * (4L + 2L * messages) + 2);
            assertThat(one[0] + one[1]).isEqualTo(4L + 2L * messages + 2);
        } finally {
            devices.forEach(SnDevice::close);
        }
    }

    @Test
    void shouldWriteWhatWiresharkReads() throws Exception {
        Path file = directory.resolve("trace.pcap");
        try (ChildProcess trace = trace("--pcap", file.toString());
                SnDevice device = new SnDevice(gateway.address());
                SnDevice forwarder = new SnDevice(gateway.address())) {
            device.send(new Connect(true, true, 60, "wire"));
            device.expect(WillTopicReq.class);
            device.send(new WillTopic(new WillHeader(Qos.AT_LEAST_ONCE, false, "wills/wire")));
            device.expect(WillMsgReq.class);
            device.send(new WillMsg(Payload.utf8(SECRET)));
            device.expect(ConnAck.class);
            int topic = register(device, "wire");
            device.send(new Subscribe(false, Qos.AT_MOST_ONCE, 2, new TopicRef.Name("other")));
            device.expect(SubAck.class);
            device.send(publish(Qos.AT_LEAST_ONCE, topic, 3));
            device.expect(PubAck.class);
            device.send(publish(Qos.EXACTLY_ONCE, topic, 4));
            device.expect(PubRec.class);
            device.send(new PubRel(4));
            device.expect(PubComp.class);
            forwarder.send(new ForwarderEncapsulation(1, Payload.hex("0a0b"), new Connect(false, true, 60, "node")));
            forwarder.expect(ForwarderEncapsulation.class);
            device.send(Disconnect.PLAIN);
            device.expect(Disconnect.class);
            awaitMessage(trace, "out wire");
            trace.awaitLine(line -> line.contains("out wire") && line.contains("DISCONNECT"), PATIENCE);
            end(trace);

            List<String> told = frames(trace).stream()
                    .map(line -> (line.group(3).contains("/0a0b") ? code(MessageType.ENCAPSULATED) + "," : "")
                            + code(MessageType.valueOf(line.group(4))))
                    .toList();
            List<String[]> read = tshark(file);
            assertThat(told).hasSize(20);
            assertThat(read).extracting(fields -> fields[0]).containsExactlyElementsOf(told);
            assertThat(read).extracting(fields -> fields[1]).as("complaints").containsOnly("");
            assertThat(read).extracting(fields -> fields[2]).as("checksums").containsOnly("1");
            assertThat(read)
                    .extracting(fields -> fields[3])
                    .containsOnly("0x00000001", "0x00000002"); // inbound, outbound
            assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                    .doesNotContain(SECRET)
                    .contains("wire")
                    .contains("\0".repeat(SECRET.length()));
        }
    }

    private static String code(MessageType type) {
        return "0x%02x".formatted(type.code());
    }

    /** Of each packet: the types of its messages, complaints, the state of the UDP checksum, flags. */
    private static List<String[]> tshark(Path file) throws IOException, InterruptedException {
        ChildProcess tshark;
        try {
            tshark = ChildProcess.start(Stream.of(
                            "tshark -r %s -n -o udp.check_checksum:TRUE -d udp.port==%d,mqttsn -T fields -E separator=|"
                                    .formatted(file, gateway.address().getPort())
                                    .split(" "),
                            "-e mqttsn.msg.type -e _ws.malformed -e udp.checksum.status -e frame.packet_flags"
                                    .split(" "))
                    .flatMap(Arrays::stream)
                    .toList());
        } catch (IOException missing) {
            if (System.getenv("CI") != null) {
                throw missing;
            }
            assumeTrue(false, "tshark is not installed");
            throw missing;
        }
        try (tshark) {
            assertThat(tshark.awaitExit(PATIENCE)).as("%s", tshark.output()).isZero();
            return tshark.output().stream()
                    .filter(line -> line.contains("|"))
                    .map(line -> line.split("\\|", -1))
                    .toList();
        }
    }
}
