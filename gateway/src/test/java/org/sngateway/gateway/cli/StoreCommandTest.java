// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.store.Change;
import org.sngateway.gateway.store.DurableStore;
import org.sngateway.gateway.store.JournalEntry;
import org.sngateway.gateway.store.Store;
import org.sngateway.gateway.store.StoredDelivery;
import org.sngateway.gateway.store.StoredExchange;
import org.sngateway.gateway.store.StoredPlacement;
import org.sngateway.gateway.store.StoredSession;
import org.sngateway.gateway.store.StoredSubscription;
import org.sngateway.gateway.store.StoredTopicId;
import org.sngateway.gateway.store.StoredWill;
import org.sngateway.gateway.store.WriteFailure;
import org.sngateway.gateway.store.WriteListener;
import org.sngateway.transport.loop.Clocks;

class StoreCommandTest {
    private static final String DEVICE = "p\"1\nü";

    @TempDir
    private Path parent;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path directory = Path.of("");

    @BeforeEach
    void name() {
        directory = parent.resolve("store");
    }

    private Store open() throws IOException {
        return DurableStore.open(directory, GatewayConfig.defaults().store(), Clocks.wall(), Clocks.monotonic());
    }

    private void fill(Store store) {
        store.write(new Change.PutSession(new StoredSession(
                DEVICE,
                false,
                60,
                3600,
                "ASLEEP",
                1_700_000_000_000L,
                new StoredWill("w", Payload.utf8("gone"), Qos.AT_LEAST_ONCE, true),
                "udp:10.0.0.1:5000",
                "gw-7")));
        store.write(new Change.PutSubscription(new StoredSubscription(
                DEVICE, "cmd/#", Qos.EXACTLY_ONCE, Qos.AT_LEAST_ONCE, StoredSubscription.Naming.SHORT_NAME, 0, 1)));
        store.write(new Change.PutTopicId(new StoredTopicId(DEVICE, 1, "t", true)));
        store.write(new Change.PutExchange(new StoredExchange(DEVICE, 5, -1)));
        store.write(new Change.AddDelivery(new StoredDelivery(
                DEVICE, 3, "cmd/x", Payload.hex("00ff"), Qos.EXACTLY_ONCE, false, "cmd/#", 12, 9, true)));
        store.write(new Change.AppendJournal(
                new JournalEntry(1, 2, DEVICE, "up", Payload.EMPTY, Qos.AT_LEAST_ONCE, false, 1_600_000_000_000L)));
        store.write(new Change.PutPlacement(new StoredPlacement("cmd/#", 0, Qos.AT_LEAST_ONCE)));
    }

    @Test
    void shouldPrintEverythingAsJson() throws IOException {
        try (Store store = open()) {
            fill(store);
        }

        assertThat(execute("export")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        json(
                                "session",
                                "'cleanSession':false,'keepAliveSeconds':60,'sleepSeconds':3600,'state':'ASLEEP',"
                                        + "'deadline':1700000000000,'address':'udp:10.0.0.1:5000','identity':'gw-7',"
                                        + "'willTopic':'w','willPayload':'Z29uZQ==','willQos':1,'willRetain':true}"),
                        json(
                                "subscription",
                                "'filter':'cmd/#','requested':2,'granted':1,'named':'short-name',"
                                        + "'topicId':0,'position':1}"),
                        json("topic-id", "'id':1,'name':'t','confirmed':true}"),
                        json("exchange", "'msgId':5,'checksum':-1}"),
                        json(
                                "delivery",
                                "'seq':3,'topic':'cmd/x','payload':'AP8=','qos':2,'retained':false,"
                                        + "'via':'cmd/#','msgId':9,'received':true,'expires':12}"),
                        "{'type':'journal','seq':1,'lane':2,'clientId':'p\\'1\\u000a\\u00fc','topic':'up','payload':'','qos':1,'retain':false,'accepted':1600000000000}"
                                .replace('\'', '"'),
                        "{'type':'placement','filter':'cmd/#','lane':0,'granted':1}".replace('\'', '"'));
    }

    private static String json(String type, String rest) {
        return ("{'type':'" + type + "','clientId':'p\\'1\\u000a\\u00fc'," + rest).replace('\'', '"');
    }

    @Test
    void shouldCountWhatThereIs() throws IOException {
        try (Store store = open()) {
            fill(store);
        }

        assertThat(execute("info")).isZero();
        assertThat(out.toString().lines())
                .contains(
                        "directory       " + directory,
                        "gateway         none runs on it",
                        "schema version  3",
                        "sessions        1",
                        "exchanges       1 of QoS 2 not released",
                        "for devices     1 messages, 17 octets",
                        "for the broker  1 messages, 55 octets, the oldest of 2020-09-13T12:26:40Z")
                .anyMatch(line -> line.matches("file            [1-9][0-9]* octets, and [0-9]+ of write-ahead log"));
    }

    @Test
    void shouldReadWhileGatewayWrites() throws Exception {
        CountDownLatch durable = new CountDownLatch(1);
        try (Store store = open()) {
            fill(store);
            store.write(new Change.DeleteExchange("x", 1), Runnable::run, new WriteListener() {
                @Override
                public void onDurable() {
                    durable.countDown();
                }

                @Override
                public void onFailed(WriteFailure reason) {}
            });
            assertThat(durable.await(20, TimeUnit.SECONDS)).isTrue();

            assertThat(execute("info")).isZero();
            assertThat(execute("check")).isZero();
            assertThat(execute("export")).isZero();
            assertThat(out.toString())
                    .contains("runs on it, process " + ProcessHandle.current().pid())
                    .contains(directory + ": ok")
                    .contains("\"type\":\"journal\"");
        }
    }

    @Test
    void shouldReportEveryFinding() throws IOException {
        try (Store store = open()) {
            store.write(new Change.PutTopicId(new StoredTopicId("a", 0, "t", true)));
        }

        assertThat(execute("check")).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        directory + ": a has rows in topic_id and no session",
                        directory + ": a has a topic id out of range");
    }

    @Test
    void shouldFindDirectoryInConfiguration() throws IOException {
        Path config = Files.writeString(parent.resolve("gw.yaml"), "store: { directory: store }");
        open().close();

        assertThat(run("store", "check", "--config", config.toString())).isZero();
        assertThat(out.toString()).isEqualToNormalizingNewlines(directory + ": ok\n");
    }

    @Test
    void shouldSayThatNoStoreIsConfigured() throws IOException {
        Path config = Files.writeString(parent.resolve("gw.yaml"), "");

        assertThat(run("store", "info", "--config", config.toString())).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("No store is configured: name its directory with --directory, or set store.directory in "
                        + config);
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "check", "export"})
    void shouldSayThatThereIsNoStore(String command) {
        assertThat(execute(command)).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .isEqualToNormalizingNewlines("sn-gateway: no store in " + directory + ": gateway.db does not exist\n");
    }

    @Test
    void shouldSayThatFileIsNoDatabase() throws IOException {
        Files.createDirectory(directory);
        Path file = Files.writeString(directory.resolve("gateway.db"), "no database at all ".repeat(300));

        assertThat(execute("check")).isEqualTo(1);
        assertThat(err.toString()).startsWith("sn-gateway: " + file + " cannot be read: ");
        assertThat(file).content().startsWith("no database");
    }

    @Test
    void shouldWantSubcommand() {
        assertThat(run("store")).isEqualTo(2);
        assertThat(err.toString()).contains("info", "check", "export");
    }

    private int execute(String command) {
        return run("store", command, "--directory", directory.toString());
    }

    private int run(String... arguments) {
        return SnGateway.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
