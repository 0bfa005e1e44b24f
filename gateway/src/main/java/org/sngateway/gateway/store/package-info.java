// SPDX-License-Identifier: Apache-2.0
/**
 * What must survive a power cut, in one SQLite database: kept sessions with all their parts, delivery queues, the journal of
 * publishes that the broker has not acknowledged, the placement of upstream filters.
 *
 * <p>{@link org.sngateway.gateway.store.Store} is the door for the rooms that write, and
 * {@link org.sngateway.gateway.store.DurableStore} what stands behind it. {@link org.sngateway.gateway.store.StoreReader} reads a store from
 * outside, also while a gateway runs on it. The store knows rows, not devices: what they mean is the session's matter.
 *
 * <p>Touches: {@code codec.message}, {@code gateway.config}, and SQLite, in this room only.
 * <p>Threading: {@link org.sngateway.gateway.store.Store} may be called from any thread and never blocks one. One writer thread owns the
 * database connection; completions are posted to the executor that the caller named.
 */
@NullMarked
package org.sngateway.gateway.store;

import org.jspecify.annotations.NullMarked;
