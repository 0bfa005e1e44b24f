// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.sngateway.transport.loop.Clocks;

/** A real store in a directory, written to and waited for. */
final class TestStore implements AutoCloseable {
    static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-03-04T12:00:00Z"));
    static final long MAX_OCTETS = 16 << 20;
    static final WriterSettings SETTINGS = new WriterSettings(
            8 << 20, 1L << 30, Duration.ZERO, Duration.ofMillis(5), Duration.ofMillis(5), Duration.ofSeconds(10));

    final DurableStore store;
    final RecordingLoop loop = new RecordingLoop();
    final RecordingLoop states = new RecordingLoop();

    private TestStore(DurableStore store) {
        this.store = store;
        store.watch(states, state -> states.tell(state.toString()));
    }

    static TestStore open(Path directory) throws IOException {
        return open(directory, Schema.CURRENT);
    }

    static TestStore open(Path directory, Schema schema) throws IOException {
        return new TestStore(DurableStore.open(directory, schema, MAX_OCTETS, SETTINGS, NOON, Clocks.monotonic()));
    }

    /** Writes all in one transaction and waits until they are durable. */
    void write(Change... changes) {
        assertThat(store.write(new Change.Together(List.of(changes)), loop, loop.listener("done")))
                .isTrue();
        assertThat(loop.runNext()).containsExactly("done");
    }

    List<StoredDevice> devices() throws IOException {
        List<StoredDevice> devices = new ArrayList<>();
        store.load(devices::add, placement -> {});
        return devices;
    }

    List<StoredPlacement> placements() throws IOException {
        List<StoredPlacement> placements = new ArrayList<>();
        store.load(device -> {}, placements::addAll);
        return placements;
    }

    List<Long> journal(int lane, long afterSeq, int maxEntries, long maxOctets) {
        return entries(lane, afterSeq, maxEntries, maxOctets).stream()
                .map(JournalEntry::seq)
                .toList();
    }

    List<JournalEntry> entries(int lane, long afterSeq, int maxEntries, long maxOctets) {
        List<JournalEntry> read = new ArrayList<>();
        store.readJournal(lane, afterSeq, maxEntries, maxOctets, loop, new JournalListener() {
            @Override
            public void onEntries(List<JournalEntry> entries) {
                read.addAll(entries);
            }

            @Override
            public void onFailed(WriteFailure reason) {
                throw new AssertionError(reason);
            }
        });
        loop.runNext();
        return read;
    }

    @Override
    public void close() {
        store.close();
    }
}
