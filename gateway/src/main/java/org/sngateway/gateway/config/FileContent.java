// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads small files whole and says in plain words why one cannot be used. */
final class FileContent {
    private FileContent() {}

    /** A file cannot be used. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        private final String wrong;

        private UnusableException(String wrong, Throwable cause) {
            super(wrong, cause);
            this.wrong = wrong;
        }

        private UnusableException(String wrong) {
            super(wrong);
            this.wrong = wrong;
        }

        /** What is wrong, as the end of a sentence about the file: {@code does not exist}. */
        String wrong() {
            return wrong;
        }
    }

    static byte[] read(Path file, int maxOctets) throws UnusableException {
        if (Files.isDirectory(file)) {
            throw new UnusableException("is a directory");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(maxOctets + 1);
            if (content.length > maxOctets) {
                throw new UnusableException("is longer than " + maxOctets + " octets");
            }
            return content;
        } catch (NoSuchFileException e) {
            throw new UnusableException("does not exist", e);
        } catch (AccessDeniedException e) {
            throw new UnusableException("may not be read by this user", e);
        } catch (IOException e) {
            throw new UnusableException("cannot be read: " + e.getMessage(), e);
        }
    }
}
