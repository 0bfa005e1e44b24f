// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

/** Why the store did not keep a change, be it at once or with the commit that it would have been in. */
public enum RefusalCause {
    /** Too much waits for the writer: the disk is slower than what comes. */
    QUEUE,
    /** The journal is at its bound. */
    JOURNAL,
    /** The disk or the quota is full. */
    FULL,
    /** The database cannot be written. */
    FAILED,
    /** The store is closed or being closed. */
    CLOSED
}
