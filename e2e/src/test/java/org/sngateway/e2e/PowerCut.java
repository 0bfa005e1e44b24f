// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Makes of a copy of a store's files, taken while nobody wrote, what a power cut would have left. SQLite enters a commit into the index of the
 * log (sqlite.org/walformat.html) after it has synced it, so what the index does not have may be lost, or in part. So may pages of the
 * database that a checkpoint was writing.
 */
final class PowerCut {
    private static final int PAGE_OCTETS = 4096;
    private static final int HEADER_OCTETS = 32;
    private static final int FRAME_OCTETS = 24 + PAGE_OCTETS;
    private static final int SECTOR_OCTETS = 512;

    // in the log
    private static final int LOG_SALTS = 16;
    private static final int FRAME_SALTS = 8;
    // in the index, which begins with its header twice
    private static final int INDEX_MAX_FRAME = 16;
    private static final int INDEX_SALTS = 32;
    private static final int SECOND_HEADER = 48;
    private static final int INDEX_BACKFILLED = 96;
    private static final int INDEX_BACKFILL_ATTEMPTED = 128;

    private final Path database;
    private final Path logFile;
    private final Random random;
    private final ByteBuffer log;
    private final ByteBuffer index;

    private PowerCut(Path directory, Random random) throws IOException {
        this.database = directory.resolve("gateway.db");
        this.logFile = directory.resolve("gateway.db-wal");
        this.random = random;
        this.log = ByteBuffer.wrap(Files.readAllBytes(logFile));
        Path indexFile = directory.resolve("gateway.db-shm");
        this.index = ByteBuffer.wrap(Files.readAllBytes(indexFile)).order(ByteOrder.nativeOrder());
        Files.delete(indexFile); // memory
    }

    /** Whether anything was lost or torn. */
    static boolean in(Path directory, Random random) throws IOException {
        PowerCut cut = new PowerCut(directory, random);
        boolean lost = cut.cutLog();
        boolean torn = cut.tearPages();
        return lost || torn;
    }

    private static int at(int frame) {
        return HEADER_OCTETS + frame * FRAME_OCTETS;
    }

    /** The salts stand in both as the same octets. A log whose header is not the index's is of before: all of it is in the database. */
    private boolean isOfThisGeneration() {
        return log.capacity() > HEADER_OCTETS && log.getLong(LOG_SALTS) == salts(0) && salts(0) == salts(SECOND_HEADER);
    }

    private long salts(int header) {
        return index.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(header + INDEX_SALTS);
    }

    private boolean cutLog() throws IOException {
        if (!isOfThisGeneration()) {
            return false;
        }
        int synced = at(Math.min(index.getInt(INDEX_MAX_FRAME), index.getInt(SECOND_HEADER + INDEX_MAX_FRAME)));
        int written = Math.min(log.capacity(), at(writtenFrames() + 1)); // the last of them in part
        int cut = synced + random.nextInt(Math.max(0, written - synced) + 1);
        try (RandomAccessFile file = new RandomAccessFile(logFile.toFile(), "rw")) {
            file.setLength(cut);
            if (random.nextBoolean()) { // sectors reach the disk in any order
                noise(file, Math.max(synced, cut - SECTOR_OCTETS), cut);
            }
        }
        return at(writtenFrames()) > synced;
    }

    private int writtenFrames() {
        int frames = 0;
        while (at(frames + 1) <= log.capacity() && log.getLong(at(frames) + FRAME_SALTS) == log.getLong(LOG_SALTS)) {
            frames++;
        }
        return frames;
    }

    private boolean tearPages() throws IOException {
        int attempted = index.getInt(INDEX_BACKFILL_ATTEMPTED);
        int from = index.getInt(INDEX_BACKFILLED);
        if (!isOfThisGeneration() || attempted <= from) {
            return false;
        }
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            for (int frame = from; frame < attempted; frame++) {
                long page = log.getInt(at(frame));
                long at = (page - 1) * PAGE_OCTETS + random.nextInt(PAGE_OCTETS - SECTOR_OCTETS);
                if (at + SECTOR_OCTETS <= file.length()) {
                    noise(file, at, at + SECTOR_OCTETS);
                }
            }
        }
        return true;
    }

    private void noise(RandomAccessFile file, long from, long to) throws IOException {
        byte[] octets = new byte[(int) (to - from)];
        random.nextBytes(octets);
        file.seek(from);
        file.write(octets);
    }
}
