// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sngateway.codec.message.Payload;
import org.sngateway.codec.message.Qos;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.store.StoreStatus.State;
import org.sngateway.transport.loop.Clocks;

class DurableStoreTest {
    private static final long ALL = Long.MAX_VALUE;

    @TempDir
    private Path parent;

    private Path directory() {
        return parent.resolve("store");
    }

    private Path file() {
        return directory().resolve("gateway.db");
    }

    @Test
    void shouldGiveBackEverythingAfterRestart() throws IOException {
        Payload binary = Payload.hex("00ff00fe");
        StoredSession plain = Rows.session("plain");
        StoredSession full = new StoredSession(
                "ünï\0côde 😀 '\"; --",
                true,
                65_535,
                3600,
                "ASLEEP",
                Long.MAX_VALUE,
                new StoredWill("wills/ü", binary, Qos.EXACTLY_ONCE, true),
                null,
                "pümp 7");
        String id = full.clientId();
        StoredWill emptyWill = new StoredWill("", Payload.EMPTY, Qos.AT_MOST_ONCE, false);
        StoredSession bare = new StoredSession("", false, 0, 0, "", 0, emptyWill, "", "");
        List<StoredSubscription> subscriptions = List.of(
                new StoredSubscription(
                        id, "z/#", Qos.EXACTLY_ONCE, Qos.AT_LEAST_ONCE, StoredSubscription.Naming.NAME, 0, 1),
                new StoredSubscription(
                        id,
                        "a/+/b",
                        Qos.AT_LEAST_ONCE,
                        Qos.AT_MOST_ONCE,
                        StoredSubscription.Naming.PREDEFINED_ID,
                        65_534,
                        2),
                new StoredSubscription(
                        id, "ab", Qos.AT_MOST_ONCE, Qos.AT_MOST_ONCE, StoredSubscription.Naming.SHORT_NAME, 0, 3));
        List<StoredTopicId> topicIds =
                List.of(new StoredTopicId(id, 1, "z", true), new StoredTopicId(id, 65_534, "a", false));
        List<StoredExchange> exchanges =
                List.of(new StoredExchange(id, 1, Long.MIN_VALUE), new StoredExchange(id, 65_535, -1));
        List<StoredDelivery> deliveries = List.of(
                new StoredDelivery(id, 1, "t", binary, Qos.EXACTLY_ONCE, true, "#", 1_700_000_000_000L, 65_535, true),
                new StoredDelivery(id, 10, "t", Payload.EMPTY, Qos.AT_MOST_ONCE, false, "t", 0, 0, false));
        JournalEntry entry = new JournalEntry(5, 63, id, "t/ü", binary, Qos.EXACTLY_ONCE, true, 1_700_000_000_001L);
        StoredPlacement placement = new StoredPlacement("site/#", 3, Qos.AT_LEAST_ONCE);

        try (TestStore before = TestStore.open(directory())) {
            Stream.of(plain, full, bare).map(Change.PutSession::new).forEach(before::write);
            subscriptions.stream().map(Change.PutSubscription::new).forEach(before::write);
            topicIds.stream().map(Change.PutTopicId::new).forEach(before::write);
            exchanges.stream().map(Change.PutExchange::new).forEach(before::write);
            deliveries.stream().map(Change.AddDelivery::new).forEach(before::write);
            before.write(new Change.AppendJournal(entry), new Change.PutPlacement(placement));
        }

        try (TestStore after = TestStore.open(directory())) {
            assertThat(after.devices())
                    .containsExactly(
                            new StoredDevice(bare, List.of(), List.of(), List.of(), List.of()),
                            new StoredDevice(plain, List.of(), List.of(), List.of(), List.of()),
                            new StoredDevice(full, subscriptions, topicIds, exchanges, deliveries));
            assertThat(after.entries(JournalEntry.ALL_LANES, 0, 10, ALL)).containsExactly(entry);
            assertThat(after.placements()).containsExactly(placement);
            assertThat(after.store.nextJournalSeq()).isEqualTo(6);
            StoreStatus status = after.store.status();
            assertThat(status.deliveries()).isEqualTo(2);
            assertThat(status.deliveryOctets())
                    .isEqualTo(deliveries.get(0).octets() + deliveries.get(1).octets());
            assertThat(status.journalEntries()).isEqualTo(1);
            assertThat(status.journalOctets()).isEqualTo(entry.octets());
            assertThat(status.fileOctets()).isPositive();
        }
    }

    @Test
    void shouldReplaceWhatIsPutAgainAndDeleteWhatIsAsked() throws IOException {
        try (TestStore store = TestStore.open(directory())) {
            StoredTopicId first = new StoredTopicId("a", 1, "x", false);
            StoredTopicId second = new StoredTopicId("a", 2, "y", false);
            StoredTopicId confirmed = new StoredTopicId("a", 1, "x", true);
            StoredSubscription subscription = new StoredSubscription(
                    "a", "f", Qos.AT_LEAST_ONCE, Qos.AT_LEAST_ONCE, StoredSubscription.Naming.NAME, 0, 1);
            store.write(new Change.PutSession(Rows.session("a")), new Change.PutSession(Rows.session("b")));
            store.write(new Change.PutTopicId(first), new Change.PutTopicId(second));
            store.write(new Change.PutTopicId(confirmed), new Change.PutSubscription(subscription));
            store.write(new Change.PutExchange(new StoredExchange("a", 7, 1)));
            for (long seq = 1; seq <= 5; seq++) {
                store.write(new Change.AddDelivery(Rows.delivery("a", seq)));
                store.write(new Change.AddDelivery(Rows.delivery("b", seq)));
            }
            store.write(new Change.PutPlacement(new StoredPlacement("f", 1, Qos.AT_LEAST_ONCE)));
            StoredDevice a = store.devices().get(0);
            assertThat(a.topicIds()).containsExactly(confirmed, second);
            assertThat(a.deliveries()).hasSize(5);

            store.write(new Change.UpdateDelivery("a", 4, 9, true));
            for (long seq : new long[] {5, 1, 2, 3}) {
                store.write(new Change.DeleteDelivery("a", seq));
            }
            store.write(new Change.DeleteExchange("a", 7));
            store.write(new Change.DeleteSubscription("a", "f"));
            store.write(new Change.DeletePlacement("f"));
            a = store.devices().get(0);
            assertThat(a.deliveries()).singleElement().satisfies(delivery -> {
                assertThat(delivery.seq()).isEqualTo(4);
                assertThat(delivery.msgId()).isEqualTo(9);
                assertThat(delivery.received()).isTrue();
            });
            assertThat(a.topicIds()).containsExactly(confirmed, second);
            assertThat(a.exchanges()).isEmpty();
            assertThat(a.subscriptions()).isEmpty();
            assertThat(store.placements()).isEmpty();
            assertThat(store.store.status().deliveries()).isEqualTo(6);

            store.write(new Change.DeleteSession("b"));
            assertThat(store.devices()).hasSize(1);
            assertThat(store.store.status().deliveries()).isEqualTo(1);
            assertThat(store.store.status().deliveryOctets())
                    .isEqualTo(Rows.delivery("a", 4).octets());

            store.write(new Change.DeleteSession("a"));
            assertThat(store.devices()).isEmpty();
            assertThat(store.store.status().deliveries()).isZero();
            assertThat(store.store.status().deliveryOctets()).isZero();
            store.write(new Change.PutSession(Rows.session("a")));
            assertThat(store.devices().get(0).topicIds()).isEmpty();
            store.write(new Change.PutSession(Rows.session("b")));
            assertThat(store.devices().get(1).deliveries())
                    .as("no parts of the old one")
                    .isEmpty();
        }
    }

    @Test
    void shouldReadJournalInPagesOfOneLane() throws IOException {
        try (TestStore store = TestStore.open(directory())) {
            Change[] entries = LongStream.rangeClosed(1, 20)
                    .mapToObj(seq -> new Change.AppendJournal(Rows.entry(seq, (int) seq % 2)))
                    .toArray(Change[]::new);
            store.write(entries);

            assertThat(store.journal(0, 0, 3, ALL)).containsExactly(2L, 4L, 6L);
            assertThat(store.journal(0, 6, 3, ALL)).containsExactly(8L, 10L, 12L);
            assertThat(store.journal(1, 17, 3, ALL)).containsExactly(19L);
            assertThat(store.journal(JournalEntry.ALL_LANES, 17, 9, ALL)).containsExactly(18L, 19L, 20L);
            assertThat(store.journal(JournalEntry.ALL_LANES, 20, 9, ALL)).isEmpty();
            assertThat(store.journal(0, 0, 9, 1)).containsExactly(2L);
            assertThat(store.journal(0, 0, 9, Rows.entry(2).octets() + 1)).containsExactly(2L, 4L);
        }
    }

    @Test
    void shouldDeleteBatchesOfJournal() throws IOException {
        try (TestStore store = TestStore.open(directory())) {
            store.write(LongStream.rangeClosed(1, 9).mapToObj(Rows::append).toArray(Change[]::new));

            store.write(new Change.DeleteJournal(List.of(8L, 2L, 3L, 4L, 100L)));
            assertThat(store.journal(0, 0, 99, ALL)).containsExactly(1L, 5L, 6L, 7L, 9L);
            assertThat(store.store.status().journalEntries()).isEqualTo(5);

            store.write(new Change.DeleteJournalOlderThan(Rows.entry(6).acceptedMillis()));
            assertThat(store.journal(0, 0, 99, ALL)).containsExactly(6L, 7L, 9L);
            assertThat(store.store.status().journalOctets())
                    .isEqualTo(3L * Rows.entry(6).octets());
        }
    }

    @Test
    void shouldKeepFilesToTheirOwner() throws IOException {
        try (TestStore store = TestStore.open(directory())) {
            store.write(Rows.append(1));
            assertThat(permissions(directory())).isEqualTo("rwx------");
            assertThat(permissions(file())).isEqualTo("rw-------");
            assertThat(permissions(directory().resolve("gateway.db-wal"))).isEqualTo("rw-------");
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void shouldRefuseDirectoryThatIsInUse() throws IOException {
        try (TestStore holder = TestStore.open(directory())) {
            holder.write(Rows.append(1));
            assertThatThrownBy(() -> TestStore.open(directory()))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "store directory " + directory() + " cannot be used: another gateway runs on it (process "
                                    + ProcessHandle.current().pid() + ")");
        }
        TestStore.open(directory()).close();
    }

    @Test
    void shouldNameDirectoryThatCannotBeUsed() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "x");

        assertThatThrownBy(() -> TestStore.open(file))
                .isInstanceOf(IOException.class)
                .hasMessage("store directory " + file + " cannot be used: it is not a directory");
        assertThatThrownBy(() -> TestStore.open(file.resolve("below")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("store directory " + file.resolve("below") + " cannot be used: ");
    }

    @Test
    void shouldNameDirectoryThatMayNotBeWritten() throws IOException {
        Files.createDirectory(
                directory(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
        assumeTrue(!Files.isWritable(directory()), "root may write everywhere");

        assertThatThrownBy(() -> TestStore.open(directory()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("store directory " + directory() + " cannot be used: this user may not write");
    }

    // ---- versions

    @Test
    void shouldTakeStepsToNewerSchema() throws IOException, SQLException {
        try (TestStore store = TestStore.open(directory())) {
            store.write(new Change.PutSession(Rows.session("a")));
        }
        List<List<String>> steps = new ArrayList<>(Schema.CURRENT.steps());
        steps.add(List.of("ALTER TABLE session ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'"));
        steps.add(List.of("CREATE TABLE shade (name TEXT)", "INSERT INTO shade SELECT colour FROM session"));
        Schema made = new Schema(steps);

        TestStore.open(directory(), made).close();
        TestStore.open(directory(), made).close();

        assertThat(query("PRAGMA user_version")).isEqualTo(List.of("5"));
        assertThat(query("SELECT name FROM shade")).isEqualTo(List.of("red"));
        assertThatThrownBy(() -> TestStore.open(directory()))
                .isInstanceOf(IOException.class)
                .hasMessage(file() + " has schema version 5, and this version of the gateway knows versions up to 3:"
                        + " it was written by a newer one, which is the one to use");
        assertThat(query("SELECT client_id FROM session")).as("left alone").isEqualTo(List.of("a"));
    }

    /** As the first version wrote it. */
    @Test
    void shouldReadAFileOfAnOlderVersion() throws Exception {
        Files.createDirectory(directory());
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            new Schema(Schema.CURRENT.steps().subList(0, 1)).migrate(connection);
            statement.execute("INSERT INTO session VALUES"
                    + " ('a', 0, 60, 0, 'ACTIVE', 1700000000000, NULL, NULL, NULL, NULL, 'udp:127.0.0.1:5000', 7),"
                    + " ('b', 1, 60, 0, 'ASLEEP', NULL, 'w', x'00', 1, 0, NULL, 65535)");
            statement.execute("INSERT INTO topic_id VALUES ('a', 1, 't', 1)");
        }
        assertThat(query("PRAGMA user_version")).isEqualTo(List.of("1"));

        try (TestStore store = TestStore.open(directory())) {
            StoredWill will = new StoredWill("w", Payload.hex("00"), Qos.AT_LEAST_ONCE, false);
            assertThat(store.devices())
                    .extracting(StoredDevice::session)
                    .containsExactly(
                            Rows.session("a"), new StoredSession("b", true, 60, 0, "ASLEEP", 0, will, null, null));
            assertThat(store.devices().get(0).topicIds()).containsExactly(new StoredTopicId("a", 1, "t", true));
            store.write(new Change.PutSession(Rows.session("c")));
        }

        assertThat(query("PRAGMA user_version")).isEqualTo(List.of("3"));
        assertThat(query("SELECT client_id FROM session")).isEqualTo(List.of("a", "b", "c"));
    }

    /** As the second version wrote it, which knew no identities. */
    @Test
    void shouldReadAFileWithoutIdentities() throws Exception {
        Files.createDirectory(directory());
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            new Schema(Schema.CURRENT.steps().subList(0, 2)).migrate(connection);
            statement.execute("INSERT INTO session VALUES"
                    + " ('a', 0, 60, 0, 'ACTIVE', 1700000000000, NULL, NULL, NULL, NULL, 'udp:127.0.0.1:5000')");
        }
        assertThat(query("PRAGMA user_version")).isEqualTo(List.of("2"));
        StoredSession owned =
                new StoredSession("b", false, 60, 0, "ASLEEP", 1_700_000_000_000L, null, null, "identity of b");

        try (TestStore store = TestStore.open(directory())) {
            assertThat(store.devices()).extracting(StoredDevice::session).containsExactly(Rows.session("a"));
            store.write(new Change.PutSession(owned));
        }

        assertThat(query("PRAGMA user_version")).isEqualTo(List.of("3"));
        assertThat(query("SELECT identity FROM session WHERE client_id = 'b'")).isEqualTo(List.of("identity of b"));
        try (TestStore store = TestStore.open(directory())) {
            assertThat(store.devices()).extracting(StoredDevice::session).containsExactly(Rows.session("a"), owned);
        }
    }

    @Test
    void shouldTakeStepWhollyOrNotAtAll() throws IOException, SQLException {
        TestStore.open(directory()).close();
        List<List<String>> steps = new ArrayList<>(Schema.CURRENT.steps());
        steps.add(List.of("CREATE TABLE half (x)", "SELECT nonsense FROM nowhere"));

        assertThatThrownBy(() -> TestStore.open(directory(), new Schema(steps))).isInstanceOf(IOException.class);

        assertThat(query("SELECT name FROM sqlite_schema WHERE name = 'half'")).isEmpty();
        TestStore.open(directory()).close();
    }

    @Test
    void shouldRefuseDatabaseOfAnotherProgram() throws IOException, SQLException {
        Files.createDirectory(directory());
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE recipes (name TEXT)");
        }

        assertThatThrownBy(() -> TestStore.open(directory()))
                .isInstanceOf(IOException.class)
                .hasMessage(file() + " is a database of another program");
    }

    private List<String> query(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    // ---- bad days

    @Test
    void shouldPutFileAsideThatIsNoDatabase() throws IOException {
        Files.createDirectory(directory());
        Files.writeString(file(), "this is not a database, but long enough to be looked at".repeat(50));
        Files.writeString(directory().resolve("gateway.db-wal"), "log");

        try (TestStore store = TestStore.open(directory())) {
            store.write(Rows.append(1));
            assertThat(store.journal(0, 0, 9, ALL)).containsExactly(1L);
        }

        Path aside = directory().resolve("gateway.db.corrupt-20260304T120000Z");
        assertThat(aside).content().startsWith("this is not");
        assertThat(directory().resolve("gateway.db.corrupt-20260304T120000Z-wal"))
                .hasContent("log");
        assertThat(permissions(file())).isEqualTo("rw-------");

        Files.writeString(file(), "and once more ".repeat(500));
        TestStore.open(directory()).close();
        assertThat(directory().resolve("gateway.db.corrupt-20260304T120000Z-2")).exists();
    }

    @Test
    void shouldPutDatabaseAsideWhosePagesAreDamaged() throws IOException {
        try (TestStore store = TestStore.open(directory())) {
            store.write(LongStream.rangeClosed(1, 2000).mapToObj(Rows::append).toArray(Change[]::new));
        }
        byte[] content = Files.readAllBytes(file());
        Arrays.fill(content, content.length / 2, content.length / 2 + 6000, (byte) 0x5a);
        Files.write(file(), content);

        try (TestStore store = TestStore.open(directory())) {
            assertThat(store.journal(0, 0, 9, ALL)).isEmpty();
            store.write(Rows.append(1));
        }

        assertThat(Files.readAllBytes(directory().resolve("gateway.db.corrupt-20260304T120000Z")))
                .isEqualTo(content);
    }

    @Test
    void shouldFailWhenFileIsFoundDamagedWhileRunning() throws IOException {
        try (TestStore store = TestStore.open(directory())) {
            for (long seq = 1; seq <= 3000; seq += 100) {
                store.write(LongStream.range(seq, seq + 100)
                        .mapToObj(s -> new Change.AddDelivery(new StoredDelivery(
                                "c" + s,
                                s,
                                "t",
                                Payload.wrap(new byte[3000]),
                                Qos.AT_LEAST_ONCE,
                                false,
                                "t",
                                0,
                                0,
                                false)))
                        .toArray(Change[]::new));
            }
            byte[] noise = "noise".repeat(20_000).getBytes(StandardCharsets.UTF_8);
            long size = Files.size(file());
            try (var channel = Files.newByteChannel(file(), StandardOpenOption.WRITE)) {
                for (long at = 8192; at < size; at += noise.length) {
                    channel.position(at);
                    channel.write(java.nio.ByteBuffer.wrap(noise));
                }
            }

            boolean accepted = true;
            for (long seq = 1; seq <= 3000 && accepted; seq += 7) {
                accepted =
                        store.store.write(new Change.DeleteSession("c" + seq), store.loop, store.loop.listener("done"));
                if (!store.loop.runNext().equals(List.of("done"))) {
                    break;
                }
            }

            assertThat(store.store.status().state()).isEqualTo(State.FAILED);
            assertThat(store.store.status().reason()).contains("malformed");
            assertThat(store.store.write(Rows.append(1))).isFalse();
        }
    }

    @Test
    void shouldRefuseMessagesWhenQuotaIsReachedAndWorkAgainWithSpace() throws IOException {
        try (TestStore store = TestStore.open(directory())) {
            long seq = 0;
            List<String> told = List.of("done");
            while (told.equals(List.of("done"))) {
                seq++;
                Change change = new Change.AppendJournal(new JournalEntry(
                        seq, 0, "c", "t", Payload.wrap(new byte[50_000]), Qos.AT_LEAST_ONCE, false, seq));
                assertThat(store.store.write(change, store.loop, store.loop.listener("done")))
                        .isTrue();
                told = store.loop.runNext();
            }
            assertThat(told).containsExactly("done FULL");
            assertThat(store.states.runNext()).containsExactly("FULL");
            assertThat(seq * 50_000).isBetween(TestStore.MAX_OCTETS * 9 / 10, TestStore.MAX_OCTETS);
            assertThat(Files.size(file())).isLessThanOrEqualTo(TestStore.MAX_OCTETS);
            assertThat(store.store.write(Rows.append(1000))).isFalse();
            assertThat(store.journal(0, 0, 9999, ALL)).hasSize((int) seq - 1);

            for (long s = 1; s < seq; s += 2) { // while it is full, one by one
                store.store.write(new Change.DeleteJournal(List.of(s)), store.loop, store.loop.listener("done"));
                assertThat(store.loop.runNext()).containsExactly("done");
            }
            assertThat(store.states.runNext()).containsExactly("OK");

            store.write(Rows.append(1000));
            assertThat(store.journal(0, 990, 9, ALL)).containsExactly(1000L);
            assertThat(store.store.status().journalEntries()).isEqualTo((seq - 1) / 2 + 1);
            assertThat(Files.size(directory().resolve("gateway.db-wal"))).isLessThan(8 << 20);
        }
    }

    @Test
    void shouldOpenAccordingToConfiguration() throws IOException {
        try (Store store =
                DurableStore.open(directory(), GatewayConfig.defaults().store(), Clocks.wall(), Clocks.monotonic())) {
            assertThat(store.nextJournalSeq()).isEqualTo(1);
            assertThat(store.status().state()).isEqualTo(State.OK);
        }
    }

    @Test
    void shouldFindNothingWrongWithWhatItWrote() throws IOException {
        try (TestStore store = TestStore.open(directory())) {
            store.write(
                    new Change.PutSession(Rows.session("a")),
                    new Change.AddDelivery(Rows.delivery("a", 1)),
                    Rows.append(1));
            try (StoreReader reader = StoreReader.open(directory())) {
                assertThat(reader.findings()).isEmpty();
            }
            store.write(
                    new Change.AddDelivery(Rows.delivery("nobody", 1)),
                    new Change.PutTopicId(new StoredTopicId("a", 1, "x", true)),
                    new Change.PutTopicId(new StoredTopicId("a", 2, "x", true)),
                    new Change.PutExchange(new StoredExchange("a", 0, 0)),
                    new Change.UpdateDelivery("a", 1, 1, true));
            try (StoreReader reader = StoreReader.open(directory())) {
                assertThat(reader.findings())
                        .containsExactly(
                                "nobody has rows in delivery and no session",
                                "a has a message id out of range",
                                "a has one topic name under two topic ids",
                                "a has a message that was received and never sent, or is not of QoS 2");
            }
            assertThat(store.devices()).as("parts of nobody are left out").hasSize(1);
        }
    }

    @Test
    void shouldSayWhereThereIsNoStore() {
        assertThatThrownBy(() -> StoreReader.open(parent))
                .isInstanceOf(IOException.class)
                .hasMessage("no store in " + parent + ": gateway.db does not exist");
    }
}
