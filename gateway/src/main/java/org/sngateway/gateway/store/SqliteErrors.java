// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

import java.sql.SQLException;
import org.sngateway.gateway.store.DatabaseException.Kind;
import org.sqlite.SQLiteException;

/** What SQLite's result codes (sqlite.org/rescode.html) mean for the store. */
final class SqliteErrors {
    private static final int PRIMARY_CODE = 0xff;

    private SqliteErrors() {}

    /** @param what was not possible: {@code cannot write} */
    static DatabaseException of(String what, SQLException e) {
        return new DatabaseException(kindOf(e), what + ": " + e.getMessage(), e);
    }

    private static Kind kindOf(SQLException e) {
        if (!(e instanceof SQLiteException sqlite)) {
            return Kind.UNAVAILABLE;
        }
        return switch (sqlite.getResultCode().code & PRIMARY_CODE) {
            case 13 -> Kind.FULL; // SQLITE_FULL
            case 11, 26 -> Kind.CORRUPT; // SQLITE_CORRUPT, SQLITE_NOTADB
            case 1, 18, 19, 20, 21, 25 -> Kind.REFUSED; // _ERROR, _TOOBIG, _CONSTRAINT, _MISMATCH, _MISUSE, _RANGE
            default -> Kind.UNAVAILABLE; // SQLITE_IOERR, _CANTOPEN, _READONLY, _BUSY, _NOMEM and the like
        };
    }
}
