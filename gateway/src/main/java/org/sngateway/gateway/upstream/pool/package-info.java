// SPDX-License-Identifier: Apache-2.0
/**
 * The shared broker connections: one publish lane per shard, filters counted and placed so that no lane holds two that overlap,
 * and each device given each message once.
 * {@link org.sngateway.gateway.upstream.pool.RetainedLane} fetches retained messages for those who have just subscribed.
 * <p>Touches: the {@code upstream} front door, {@code transport.loop}, {@code gateway.observe}.
 * <p>Threading: a {@link org.sngateway.gateway.upstream.pool.Lane} is confined to its loop; the filter table to the first loop.
 */
@NullMarked
package org.sngateway.gateway.upstream.pool;

import org.jspecify.annotations.NullMarked;
