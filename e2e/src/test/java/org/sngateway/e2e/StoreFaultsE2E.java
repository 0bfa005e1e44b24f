// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.ConnAck;
import org.sngateway.codec.message.Connect;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.PubAck;
import org.sngateway.codec.message.Publish;
import org.sngateway.codec.message.Qos;
import org.sngateway.codec.message.RegAck;
import org.sngateway.codec.message.Register;
import org.sngateway.codec.message.ReturnCode;
import org.sngateway.codec.message.TopicRef;
import org.sngateway.testsupport.MosquittoProcess;

/** The packaged gateway with a store that cannot be written, or not be read. The broker is away unless it is said. */
class StoreFaultsE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String FAILED = "sn_gateway_store_state{state=\"failed\"}";
    private static final String OK = "sn_gateway_store_state{state=\"ok\"}";

    @TempDir
    private Path directory;

    private Path store() {
        return directory.resolve("store");
    }

    private String settings() {
        return "store: { directory: " + store() + " }";
    }

    private GatewayProcess start() throws IOException, InterruptedException {
        return GatewayProcess.start(directory, MosquittoProcess.freePort(), settings());
    }

    private static ReturnCode connectKept(SnDevice device, String clientId) throws IOException {
        device.send(new Connect(false, false, 600, clientId));
        return device.expect(ConnAck.class).returnCode();
    }

    private static ReturnCode publish(SnDevice device, TopicRef topic, int msgId) throws IOException {
        device.send(new Publish(false, Qos.AT_LEAST_ONCE, false, topic, msgId, Payload.utf8("message " + msgId)));
        return device.expect(PubAck.class).returnCode();
    }

    @Test
    void shouldAnswerCongestionWhileWritesFailAndWorkAgain() throws Exception {
        assumeTrue(isInstalled("prlimit"), "prlimit (util-linux) is not installed");
        try (GatewayProcess gateway = start();
                SnDevice device = new SnDevice(gateway.address());
                SnDevice other = new SnDevice(gateway.address())) {
            AdminPages admin = new AdminPages(gateway);
            assertThat(connectKept(device, "kept")).isEqualTo(ReturnCode.ACCEPTED);
            device.send(new Register(0, 1, "data/kept"));
            TopicRef topic = new TopicRef.Normal(device.expect(RegAck.class).topicId());
            assertThat(publish(device, topic, 1)).isEqualTo(ReturnCode.ACCEPTED);

            limitFiles(gateway, "1"); // every write beyond fails with EFBIG
            assertThat(publish(device, topic, 2)).isEqualTo(ReturnCode.CONGESTION);
            assertThat(admin.metric(FAILED)).isEqualTo(1);
            assertThat(admin.body("/health/ready")).contains("{\"kind\":\"store\",\"name\":\"failed\",\"reason\":\"");
            assertThat(publish(device, topic, 3)).isEqualTo(ReturnCode.CONGESTION);
            assertThat(connectKept(other, "other")).isEqualTo(ReturnCode.CONGESTION);
            other.connect("clean");

            limitFiles(gateway, "unlimited");
            gateway.process().awaitLine(line -> line.contains("the store works again"), PATIENCE);
            assertThat(admin.metric(OK)).isEqualTo(1);
            assertThat(publish(device, topic, 4)).isEqualTo(ReturnCode.ACCEPTED);
            assertThat(connectKept(other, "other")).isEqualTo(ReturnCode.ACCEPTED);
            assertThat(admin.metric("sn_gateway_store_journal_messages")).isEqualTo(2);
        }
    }

    /** Of the gateway's log, too, which is a file here. */
    private static void limitFiles(GatewayProcess gateway, String octets) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "prlimit", "--pid", Long.toString(gateway.process().pid()), "--fsize=" + octets + ":unlimited")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static boolean isInstalled(String program) {
        return Stream.of("/usr/bin", "/bin").anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    @Test
    void shouldPutACorruptDatabaseAsideAndServe() throws Exception {
        byte[] garbage = new byte[100_000];
        new Random(1).nextBytes(garbage);
        Files.createDirectory(store());
        Files.write(store().resolve("gateway.db"), garbage);

        try (GatewayProcess gateway = start();
                SnDevice device = new SnDevice(gateway.address())) {
            assertThat(gateway.process().output()).anyMatch(line -> line.contains("gateway.db is corrupt"));
            try (Stream<Path> files = Files.list(store())) {
                Path aside = files.filter(file -> file.getFileName().toString().startsWith("gateway.db.corrupt-"))
                        .findFirst()
                        .orElseThrow();
                assertThat(aside).hasBinaryContent(garbage);
            }
            assertThat(connectKept(device, "kept")).isEqualTo(ReturnCode.ACCEPTED);
            assertThat(new AdminPages(gateway).metric(OK)).isEqualTo(1);
        }
    }

    @Test
    void shouldNotStartWhereTheDirectoryCannotBeUsed() throws Exception {
        Files.createFile(directory.resolve("file"));
        Path config = Files.writeString(directory.resolve("unusable.yaml"), """
                listeners: [{ type: udp, bind: "127.0.0.1:0" }]
                upstream: { servers: ["mqtt://127.0.0.1:1"] }
                admin: { bind: "127.0.0.1:0" }
                store: { directory: %s }
                """.formatted(
                        directory.resolve("file").resolve("store")));
        assertRefusal(config, directory.resolve("file").resolve("store"));
    }

    @Test
    void shouldNotStartOnAReadOnlyFileSystem() throws Exception {
        Files.createDirectory(store());
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", store().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(mount.waitFor() == 0, () -> "no file system can be mounted here: " + said);
        try {
            Path config = Files.writeString(directory.resolve("unusable.yaml"), """
                    listeners: [{ type: udp, bind: "127.0.0.1:0" }]
                    upstream: { servers: ["mqtt://127.0.0.1:1"] }
                    admin: { bind: "127.0.0.1:0" }
                    %s
                    """.formatted(settings()));
            assertRefusal(config, store());
        } finally {
            assertThat(new ProcessBuilder("umount", "--lazy", store().toString())
                            .start()
                            .waitFor())
                    .isZero();
        }
    }

    private static void assertRefusal(Path config, Path named) throws IOException, InterruptedException {
        try (ChildProcess process = ChildProcess.launch("sn-gateway", "run", "--config", config.toString())) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(process.output()).hasSize(1);
            assertThat(process.output().get(0)).startsWith("sn-gateway: ").contains(named.toString());
        }
    }
}
