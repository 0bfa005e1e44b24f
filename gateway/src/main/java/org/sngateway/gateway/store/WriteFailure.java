// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.store;

/** Why an accepted write is not durable. */
public enum WriteFailure {
    /** The disk or the quota is full. */
    FULL,
    /** The database could not be written; {@link StoreStatus#reason} has the words. */
    DATABASE_FAILED,
    /** The store was closed first. */
    CLOSED
}
