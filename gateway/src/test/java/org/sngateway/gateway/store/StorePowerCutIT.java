// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a power cut leaves: the files of a process that writes, frozen at a random moment, without what was not synced. The end of the
 * write-ahead log beyond the last sync is cut off or torn, and pages that a checkpoint was just writing are torn, too.
 *
 * <p>{@code -Dstore.cut.copies} sets how many.
 */
@EnabledOnOs(OS.LINUX) // freezes with SIGSTOP and looks at /proc
class StorePowerCutIT {
    private static final int COPIES = Integer.getInteger("store.cut.copies", 50);
    private static final int MAX_LINES = 200;
    private static final int MAX_SPINS = 200_000;
    private static final int TORN_OCTETS = 512;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @TempDir
    private Path parent;

    @Test
    void shouldOpenEveryCopyWithEverythingThatWasDurable() throws Exception {
        Path original = parent.resolve("original");
        int torn = 0;
        try (ChildProcess child = new ChildProcess(original, 1 + random.nextInt(8))) {
            child.awaitLines(MAX_LINES);
            for (int i = 1; i <= COPIES; i++) {
                child.awaitLines(random.nextInt(MAX_LINES));
                for (int spins = random.nextInt(MAX_SPINS); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
                Path copy = Files.createDirectory(parent.resolve("copy-" + i));
                child.freeze();
                long durable = child.lastDurable();
                for (String name : new String[] {"gateway.db", "gateway.db-wal", "gateway.db-shm"}) {
                    Files.copy(original.resolve(name), copy.resolve(name));
                }
                child.thaw();
                if (cutPower(copy, durable)) {
                    torn++;
                }
                try {
                    ChildProcess.check(copy, durable);
                } catch (AssertionError e) {
                    throw new AssertionError("copy " + i + ", seed " + seed + ", durable " + durable, e);
                }
            }
        }
        assertThat(torn).as("copies with something cut off").isPositive();
    }

    /** Takes from the copy what was not synced; whether that was anything. The index of the log is lost in any case. */
    private boolean cutPower(Path copy, long durable) throws IOException {
        WriteAheadLog log = new WriteAheadLog(
                Files.readAllBytes(copy.resolve("gateway.db-wal")), Files.readAllBytes(copy.resolve("gateway.db-shm")));
        Files.delete(copy.resolve("gateway.db-shm"));
        int synced = log.syncedOctets(durable);
        int cut = synced + random.nextInt(log.writtenOctets() - synced + 1);
        try (RandomAccessFile file =
                new RandomAccessFile(copy.resolve("gateway.db-wal").toFile(), "rw")) {
            file.setLength(cut);
            if (random.nextBoolean()) { // sectors reach the disk in any order
                int from = Math.max(synced, cut - TORN_OCTETS);
                byte[] noise = new byte[cut - from];
                random.nextBytes(noise);
                file.seek(from);
                file.write(noise);
            }
        }
        try (RandomAccessFile file =
                new RandomAccessFile(copy.resolve("gateway.db").toFile(), "rw")) {
            for (long page : log.pagesBeingCheckpointed()) {
                long at = (page - 1) * WriteAheadLog.PAGE_OCTETS
                        + random.nextInt(WriteAheadLog.PAGE_OCTETS - TORN_OCTETS);
                if (at + TORN_OCTETS <= file.length()) {
                    byte[] noise = new byte[TORN_OCTETS];
                    random.nextBytes(noise);
                    file.seek(at);
                    file.write(noise);
                }
            }
        }
        return cut < log.writtenOctets();
    }

    /** The log as its file and its index say (sqlite.org/walformat.html). */
    private static final class WriteAheadLog {
        static final int PAGE_OCTETS = 4096;
        private static final int HEADER_OCTETS = 32;
        private static final int FRAME_OCTETS = 24 + PAGE_OCTETS;
        private static final int INDEX_BACKFILLED = 96;
        private static final int INDEX_BACKFILL_ATTEMPTED = 128;

        private final ByteBuffer log;
        private final int frames; // of the present generation
        private final int backfilled;
        private final int backfillAttempted;

        WriteAheadLog(byte[] log, byte[] index) {
            this.log = ByteBuffer.wrap(log);
            int count = 0;
            while (at(count + 1) <= log.length
                    && this.log.getInt(at(count) + 8) == this.log.getInt(16)
                    && this.log.getInt(at(count) + 12) == this.log.getInt(20)) {
                count++;
            }
            frames = count;
            ByteBuffer counters = ByteBuffer.wrap(index).order(ByteOrder.nativeOrder());
            backfilled = Math.min(frames, counters.getInt(INDEX_BACKFILLED));
            backfillAttempted = Math.min(frames, counters.getInt(INDEX_BACKFILL_ATTEMPTED));
        }

        private static int at(int frame) {
            return HEADER_OCTETS + frame * FRAME_OCTETS;
        }

        /** What of the file belongs to the present generation, with a last frame that may be incomplete. */
        int writtenOctets() {
            return Math.min(log.capacity(), at(frames + 1));
        }

        /**
         * What must have been synced: every commit before the last one, since each is synced before the next begins; the last one, when it holds what was
         * told durable; what a checkpoint has begun to copy.
         */
        int syncedOctets(long durable) {
            int synced = backfillAttempted;
            int lastCommit = 0;
            int beginOfCommit = 0;
            boolean found = false;
            for (int frame = 0; frame < frames; frame++) {
                if (log.getInt(at(frame) + 4) != 0) {
                    synced = Math.max(synced, lastCommit);
                    lastCommit = frame + 1;
                    if (!found && contains(at(beginOfCommit), at(frame + 1), StoreChild.marker(durable))) {
                        found = true;
                        synced = Math.max(synced, lastCommit);
                    }
                    beginOfCommit = frame + 1;
                }
            }
            return at(synced);
        }

        /** Pages of the database that were possibly just being written. */
        long[] pagesBeingCheckpointed() {
            long[] pages = new long[Math.max(0, backfillAttempted - backfilled)];
            for (int i = 0; i < pages.length; i++) {
                pages[i] = log.getInt(at(backfilled + i));
            }
            return pages;
        }

        private boolean contains(int from, int to, byte[] what) {
            for (int i = from; i <= to - what.length; i++) {
                int same = 0;
                while (same < what.length && log.get(i + same) == what[same]) {
                    same++;
                }
                if (same == what.length) {
                    return true;
                }
            }
            return false;
        }
    }
}
