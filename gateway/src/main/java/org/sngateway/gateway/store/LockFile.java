// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two gateways off one store: a file that is locked while a gateway runs on the directory, with its process id in it.
 *
 * <p>The operating system gives the lock back when the process ends, however it ends. It also does when the same process opens the file a second
 * time and closes it, so nothing else in a gateway may touch it.
 */
final class LockFile implements AutoCloseable {
    private static final int MAX_DIGITS = 20;

    private final FileChannel channel;

    private LockFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws IOException when another process has it, or the file cannot be written
     */
    static LockFile take(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            if (tryLock(channel, false) == null) {
                throw new IOException("another gateway runs on it (process " + read(channel) + ")");
            }
            channel.truncate(0);
            channel.write(ascii(ProcessHandle.current().pid() + "\n"), 0);
            taken = true;
            return new LockFile(channel);
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    /**
     * The process that has the lock; empty when none has. For other processes than the gateway only.
     *
     * @throws IOException when the file cannot be read
     */
    static OptionalLong holder(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            String pid = read(channel);
            if (!pid.matches("[0-9]{1,18}")
                    || ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                return OptionalLong.empty(); // without touching the lock, which a gateway may just want to take
            }
            FileLock lock = tryLock(channel, true);
            if (lock != null) {
                lock.release();
                return OptionalLong.empty();
            }
            return OptionalLong.of(Long.parseLong(pid));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) { // this very process has it
            return null;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(MAX_DIGITS);
        channel.read(content, 0);
        return StandardCharsets.US_ASCII.decode(content.flip()).toString().strip();
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The file stays: if it were deleted, a gateway that just opened it would lock what nobody else sees. */
    @Override
    public void close() throws IOException {
        try (channel) {
            channel.truncate(0);
        }
    }
}
