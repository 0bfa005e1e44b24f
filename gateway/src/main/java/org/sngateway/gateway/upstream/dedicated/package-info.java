// SPDX-License-Identifier: Apache-2.0
/**
 * One broker connection for each device: the broker knows every device by its client id and keeps its session, so that any gateway
 * before that broker can serve it.
 * <p>Touches: the {@code upstream} front door, {@code gateway.config}, {@code gateway.observe}.
 * <p>Threading: a device's connection lives on the device's loop, and so does all of it but {@code QueueBudget} and {@code
 * ClosingConnections}, which the shards share and which are thread-safe.
 */
@NullMarked
package org.sngateway.gateway.upstream.dedicated;

import org.jspecify.annotations.NullMarked;
