// SPDX-License-Identifier: Apache-2.0
/**
 * How fast the gateway's store is on a disk: {@link org.sngateway.benchmarks.store.StoreBenchmark}; and a filled store for others.
 * <p>Touches: {@code gateway.store} and {@code gateway.config}.
 * <p>Threading: one thread plays the loop that writes and is told; the main thread waits.
 */
@NullMarked
package org.sngateway.benchmarks.store;

import org.jspecify.annotations.NullMarked;
