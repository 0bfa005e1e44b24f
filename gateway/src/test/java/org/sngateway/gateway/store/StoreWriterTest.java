// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sngateway.gateway.store.Rows.append;
import static org.sngateway.gateway.store.Rows.entry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sngateway.gateway.store.DatabaseException.Kind;
import org.sngateway.gateway.store.FakeDatabase.Step;
import org.sngateway.gateway.store.StoreStatus.State;
import org.sngateway.transport.loop.Clocks;

class StoreWriterTest {
    private static final Duration SOON = Duration.ofMillis(5);
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Change DELETE = new Change.DeleteExchange("c", 1);

    private final FakeDatabase database = new FakeDatabase();
    private final RecordingLoop loop = new RecordingLoop();
    private final RecordingLoop states = new RecordingLoop();
    private StoreWriter writer = writer(Duration.ZERO, SOON);

    private StoreWriter writer(Duration company, Duration retry) {
        return writer(new WriterSettings(1000, 100_000, company, retry, retry, Duration.ofSeconds(10)));
    }

    private StoreWriter writer(WriterSettings settings) {
        StoreWriter made = new StoreWriter(database, database::reopen, settings, Clocks.monotonic());
        made.watch(states, state -> states.tell(state.toString()));
        return made;
    }

    private void start() {
        writer.start();
    }

    @AfterEach
    void close() {
        database.release();
        writer.close();
    }

    private boolean write(Change change, String name) {
        return writer.write(change, loop, loop.listener(name));
    }

    /** Keeps the writer busy, so that what comes next is pending together. */
    private void occupy() throws InterruptedException {
        database.hold();
        write(append(1), "first");
        assertThat(database.committing.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldTellInOrderOfCallsWithOneTaskForEachCommit() throws InterruptedException {
        start();
        occupy();
        for (int i = 2; i <= 4; i++) {
            assertThat(write(append(i), "w" + i)).isTrue();
        }
        database.release();

        assertThat(loop.runNext()).containsExactly("first");
        assertThat(loop.runNext()).containsExactly("w2", "w3", "w4");
        assertThat(database.transactions).containsExactly(List.of(append(1)), List.of(append(2), append(3), append(4)));
        assertThat(writer.status().commits()).isEqualTo(2);
        assertThat(writer.status().pendingOctets()).isZero();
        assertThat(writer.status().latency().counts().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(2);
    }

    @Test
    void shouldTellForHowLongItIsAtOneStep() throws InterruptedException {
        start();
        assertThat(writer.status().atWork()).isZero();
        occupy();
        Duration first = writer.status().atWork();
        assertThat(first).isPositive();
        assertThat(writer.status().atWork()).isGreaterThan(first);
        database.release();
        assertThat(loop.runNext()).containsExactly("first");

        writer.close();
        assertThat(writer.status().atWork()).isZero();
        assertThat(writer.status().isOver()).isFalse();
    }

    @Test
    void shouldTellEachLoopItsOwn() throws InterruptedException {
        RecordingLoop other = new RecordingLoop();
        start();
        occupy();
        write(append(2), "w2");
        writer.write(append(3), other, other.listener("w3"));
        write(append(4), "w4");
        database.release();

        assertThat(loop.runNext()).containsExactly("first");
        assertThat(loop.runNext()).containsExactly("w2", "w4");
        assertThat(other.runNext()).containsExactly("w3");
        assertThat(other.isIdle()).isTrue();
    }

    @Test
    void shouldTellTheOthersWhenOneListenerThrows() throws InterruptedException {
        start();
        occupy();
        writer.write(append(2), loop, new WriteListener() {
            @Override
            public void onDurable() {
                throw new IllegalStateException("made up");
            }

            @Override
            public void onFailed(WriteFailure reason) {}
        });
        write(append(3), "w3");
        database.release();

        loop.runNext();
        assertThat(loop.runNext()).containsExactly("w3");
    }

    @Test
    void shouldRefuseWhatNeedsSpaceWhenTooMuchIsPending() throws InterruptedException {
        start();
        occupy();
        long accepted =
                IntStream.range(2, 100).filter(i -> write(append(i), "w" + i)).count();

        int octets = append(2).octets();
        assertThat(accepted).isEqualTo(1000 / octets - 1); // the first is pending, too
        assertThat(write(DELETE, "delete")).isTrue();
        assertThat(writer.status().pendingOctets())
                .isEqualTo((accepted + 1) * octets + DELETE.octets())
                .isLessThan(1000 + DELETE.octets());
        assertThat(writer.status().refused()).containsEntry(RefusalCause.QUEUE, 98 - accepted);

        database.release();
        loop.runNext();
        assertThat(loop.runNext()).hasSize((int) accepted + 1).endsWith("delete");
        assertThat(write(append(200), "again")).isTrue();
        assertThat(loop.runNext()).containsExactly("again");
    }

    @Test
    void shouldTellThatThereIsRoomAgainForWhatWasRefused() throws InterruptedException {
        start();
        occupy();
        while (write(append(2), "accepted")) {
            assertThat(states.isIdle()).isTrue();
        }
        assertThat(states.isIdle()).isTrue();

        database.release();

        assertThat(states.runNext()).containsExactly("OK");
        assertThat(write(append(3), "again")).isTrue();
        assertThat(states.isIdle()).isTrue();
    }

    @Test
    void shouldRefuseEntriesBeyondBoundOfJournal() {
        int octets = entry(1).octets();
        writer = writer(new WriterSettings(100_000, 3L * octets, Duration.ZERO, SOON, SOON, Duration.ofSeconds(10)));
        start();
        Change two = new Change.Together(List.of(append(1), append(2)));

        assertThat(write(two, "two")).isTrue();
        assertThat(write(append(3), "third")).isTrue();
        assertThat(write(append(4), "fourth")).isFalse();
        assertThat(write(new Change.PutSession(Rows.session("c")), "session")).isTrue();
        while (!loop.runNext().contains("session")) {
            Thread.onSpinWait();
        }
        assertThat(write(append(4), "fourth")).isFalse();

        write(new Change.DeleteJournal(List.of(1L)), "delete");
        assertThat(loop.runNext()).containsExactly("delete");
        assertThat(write(append(5), "fifth")).isTrue();
        assertThat(write(append(6), "sixth")).isFalse();
        assertThat(writer.status().refused()).containsEntry(RefusalCause.JOURNAL, 3L);
    }

    @Test
    void shouldLetChangesThatNobodyWaitsForWaitForCompany() {
        writer = writer(NEVER, SOON);
        start();
        assertThat(writer.write(append(1), null, null)).isTrue();
        assertThat(writer.write(append(2), null, null)).isTrue();
        write(append(3), "w3");

        assertThat(loop.runNext()).containsExactly("w3");
        assertThat(database.transactions).containsExactly(List.of(append(1), append(2), append(3)));
    }

    @Test
    void shouldNotWaitForCompanyWhenMuchIsPending() throws InterruptedException {
        writer = writer(NEVER, SOON);
        start();
        for (int i = 1; i <= 4; i++) {
            writer.write(append(i), null, null);
        }

        assertThat(database.committing.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldTellOfEntryThatWasDeletedBeforeItWasWritten() throws InterruptedException {
        start();
        occupy();
        write(append(2), "append");
        write(new Change.DeleteJournal(List.of(2L)), "delete");
        database.release();

        loop.runNext();
        assertThat(loop.runNext()).containsExactly("append", "delete");
        assertThat(database.transactions).containsExactly(List.of(append(1)));
    }

    @Test
    void shouldGoOnDeletingWhileFullAndWorkAgainWithSpace() {
        database.full = true;
        start();
        write(append(1), "refused");
        assertThat(loop.runNext()).containsExactly("refused FULL");
        assertThat(states.runNext()).containsExactly("FULL");
        assertThat(writer.status().state()).isEqualTo(State.FULL);
        assertThat(writer.status().reason()).contains("full");
        assertThat(write(append(2), "not taken")).isFalse();

        assertThat(write(DELETE, "delete")).isTrue();
        assertThat(loop.runNext()).containsExactly("delete");
        assertThat(database.transactions).containsExactly(List.of(DELETE));

        database.full = false;
        assertThat(states.runNext()).containsExactly("OK");
        assertThat(writer.status().reason()).isEmpty();
        assertThat(write(append(3), "taken")).isTrue();
        assertThat(loop.runNext()).containsExactly("taken");
        assertThat(writer.status().journalOctets()).isEqualTo(entry(3).octets());
    }

    @Test
    void shouldCarryOutDeletesOfBatchThatDoesNotFit() throws InterruptedException {
        start();
        occupy();
        database.full = true;
        write(append(2), "add");
        write(DELETE, "delete");
        write(append(3), "add again");
        database.release();

        loop.runNext();
        assertThat(loop.runNext()).containsExactly("add FULL", "delete", "add again FULL");
        assertThat(database.transactions).containsExactly(List.of(append(1)), List.of(DELETE));
    }

    @Test
    void shouldTryDeletesAgainThatFoundNoSpace() {
        database.failNext(Step.APPLY, Kind.FULL);
        database.failNext(Step.COMMIT, Kind.FULL);
        start();
        write(DELETE, "delete");

        assertThat(loop.runNext()).containsExactly("delete FULL");
        assertThat(states.runNext()).containsExactly("FULL");
        assertThat(states.runNext()).containsExactly("OK");
        assertThat(database.transactions).containsExactly(List.of(DELETE));
        assertThat(loop.isIdle()).isTrue();
    }

    @Test
    void shouldOpenDatabaseAgainAfterError() {
        database.openFailure.set(Kind.UNAVAILABLE);
        database.failNext(Step.APPLY, Kind.UNAVAILABLE);
        start();
        write(append(1), "lost");
        assertThat(loop.runNext()).containsExactly("lost DATABASE_FAILED");
        assertThat(states.runNext()).containsExactly("FAILED");
        assertThat(writer.status().reason()).contains("made up");
        assertThat(write(append(2), "not taken")).isFalse();
        assertThat(write(DELETE, "delete")).isTrue();
        assertThat(loop.runNext()).containsExactly("delete DATABASE_FAILED");

        database.openFailure.set(null);
        assertThat(states.runNext()).containsExactly("OK");
        assertThat(database.opened).hasValue(2);
        assertThat(database.transactions).as("what was asked while it was away").containsExactly(List.of(DELETE));
        write(append(3), "taken");
        assertThat(loop.runNext()).containsExactly("taken");
    }

    /** A failed fsync leaves open whether the transaction is in the file. */
    @Test
    void shouldTakeBackWhatWasToldFailedAtCommit() throws InterruptedException {
        start();
        occupy();
        database.failNext(Step.COMMIT, Kind.UNAVAILABLE);
        database.release();
        assertThat(loop.runNext()).containsExactly("first DATABASE_FAILED");
        states.runNext();

        assertThat(states.runNext()).containsExactly("OK");
        assertThat(database.transactions).containsExactly(List.of(new Change.DeleteJournal(List.of(1L))));
    }

    @Test
    void shouldGiveUpOnCorruptFile() {
        database.failNext(Step.APPLY, Kind.CORRUPT);
        start();
        write(append(1), "lost");
        assertThat(loop.runNext()).containsExactly("lost DATABASE_FAILED");
        assertThat(states.runNext()).containsExactly("FAILED");

        assertThat(write(append(2), "not taken")).isFalse();
        assertThat(write(DELETE, "delete")).isTrue();
        assertThat(loop.runNext()).containsExactly("delete DATABASE_FAILED");
        assertThat(database.opened).as("not opened again").hasValue(1);
        assertThat(states.isIdle()).isTrue();
        assertThat(writer.status().isOver()).isTrue();
    }

    @Test
    void shouldGiveUpWhenFileIsFoundCorruptAtReopening() {
        database.openFailure.set(Kind.CORRUPT);
        database.failNext(Step.APPLY, Kind.UNAVAILABLE);
        start();
        write(append(1), "lost");
        loop.runNext();
        states.runNext();
        while (!writer.status().reason().contains("made up at open")) {
            Thread.onSpinWait();
        }
        database.openFailure.set(null);

        write(DELETE, "delete");
        assertThat(loop.runNext()).containsExactly("delete DATABASE_FAILED");
        assertThat(database.opened).hasValue(1);
    }

    @Test
    void shouldGoOnAfterChangeThatDatabaseRefuses() {
        database.failNext(Step.APPLY, Kind.REFUSED);
        start();
        write(append(1), "bad");
        assertThat(loop.runNext()).containsExactly("bad DATABASE_FAILED");
        write(append(2), "good");
        assertThat(loop.runNext()).containsExactly("good");
        assertThat(writer.status().state()).isEqualTo(State.OK);
    }

    @Test
    void shouldReadWhatWasWrittenBefore() throws InterruptedException {
        start();
        occupy();
        writer.write(append(2), null, null);
        writer.read(new JournalRead(JournalEntry.ALL_LANES, 0, 10, 1000, loop, new JournalListener() {
            @Override
            public void onEntries(List<JournalEntry> entries) {
                entries.forEach(entry -> loop.tell("read " + entry.seq()));
            }

            @Override
            public void onFailed(WriteFailure reason) {
                loop.tell("read " + reason);
            }
        }));
        database.release();

        assertThat(loop.runNext()).containsExactly("first");
        assertThat(loop.runNext()).containsExactly("read 1", "read 2");
    }

    @Test
    void shouldWriteWhatIsPendingWhenClosed() throws InterruptedException {
        writer = writer(NEVER, SOON);
        start();
        occupy();
        write(append(2), "w2");
        writer.write(append(3), null, null);
        CountDownLatch closed = new CountDownLatch(1);
        Thread closing = new Thread(() -> {
            writer.close();
            closed.countDown();
        });
        closing.start();
        while (write(append(4), "w4")) {
            Thread.onSpinWait();
        }
        database.release();

        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        loop.runNext();
        assertThat(loop.runNext()).startsWith("w2").doesNotContain("w4 CLOSED");
        assertThat(database.transactions).last().asString().contains("seq=2", "seq=3");
        assertThat(write(append(5), "late")).isFalse();
        assertThat(write(DELETE, "late")).isFalse();
        assertThat(loop.isIdle()).isTrue();
    }

    @Test
    void shouldNotWaitForEverForDiskThatDoesNotAnswer() throws InterruptedException {
        writer = writer(new WriterSettings(1000, 1000, Duration.ZERO, SOON, SOON, Duration.ofMillis(50)));
        start();
        occupy();

        writer.close();

        assertThat(loop.isIdle()).isTrue();
    }
}
