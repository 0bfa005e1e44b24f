// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

/** The database could not do what it was asked. The message says what and why, for a person. */
final class DatabaseException extends Exception {
    private static final long serialVersionUID = 1;

    /** What can be done about it. */
    enum Kind {
        /** No space: less can still be written, and more later. */
        FULL,
        /** The file is not what was written: nothing but a new one helps. */
        CORRUPT,
        /** The disk, or another program: opening it again may help. */
        UNAVAILABLE,
        /** What was asked is itself at fault: it must not be tried again. */
        REFUSED
    }

    private final Kind kind;

    DatabaseException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    DatabaseException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
