// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** The directory of a store: made for its owner alone, locked while it is open. */
final class StoreDirectory implements AutoCloseable {
    private static final String DATABASE = "gateway.db";
    private static final String LOCK = "gateway.lock";
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path path;
    private final LockFile lock;

    private StoreDirectory(Path path, LockFile lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes the directory if it is not there, and locks it.
     *
     * @throws IOException when it cannot be used, or another gateway uses it; the message names it and says why
     */
    static StoreDirectory open(Path path) throws IOException {
        try {
            Files.createDirectories(path, ownerOnly(path, "rwx------"));
            LockFile lock = LockFile.take(path.resolve(LOCK));
            try {
                Files.createFile(databaseIn(path), ownerOnly(path, "rw-------")); // its log becomes as private as it is
            } catch (FileAlreadyExistsException e) {
                // the usual case
            } catch (IOException e) {
                lock.close();
                throw e;
            }
            syncDirectory(path);
            return new StoreDirectory(path, lock);
        } catch (IOException e) {
            throw new IOException("store directory " + path + " cannot be used: " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        if (e instanceof FileAlreadyExistsException) {
            return "it is not a directory";
        }
        if (e instanceof AccessDeniedException denied) {
            return "this user may not write " + denied.getFile();
        }
        if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getFile() + ": " + file.getReason();
        }
        return String.valueOf(e.getMessage());
    }

    private static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Makes new names in the directory durable, where directories can be opened. */
    private static void syncDirectory(Path path) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    static Path databaseIn(Path directory) {
        return directory.resolve(DATABASE);
    }

    static Path lockIn(Path directory) {
        return directory.resolve(LOCK);
    }

    /** The write-ahead log of a database. */
    static Path logOf(Path database) {
        return database.resolveSibling(database.getFileName() + "-wal");
    }

    Path database() {
        return databaseIn(path);
    }

    /**
     * Renames the database and its log, so that a new one can begin and nothing is lost that somebody may still read out of the old one.
     *
     * @return its new name
     */
    Path putDatabaseAside(Instant now) throws IOException {
        String base = DATABASE + ".corrupt-" + TIMESTAMP.format(now);
        Path aside = path.resolve(base);
        for (int i = 2; Files.exists(aside); i++) {
            aside = path.resolve(base + "-" + i);
        }
        for (String suffix : List.of("", "-wal", "-shm")) {
            Path from = path.resolve(DATABASE + suffix);
            if (Files.exists(from)) {
                Files.move(from, aside.resolveSibling(aside.getFileName() + suffix));
            }
        }
        Files.createFile(database(), ownerOnly(path, "rw-------"));
        syncDirectory(path);
        return aside;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
