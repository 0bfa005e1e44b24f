// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP for operators: metrics and health. Reads counters and snapshots, changes nothing. {@link org.sngateway.gateway.admin.Admin} is
 * the door; a page is added by giving {@code AdminServer} its path.
 * <p>Touches: {@code gateway.observe}, {@code gateway.store} (its status), {@code transport}, {@code transport.loop}, {@code codec}, {@code codec.message}.
 * <p>Threading: pages run on the server's own threads, never on a loop; a {@code LoopProbe} runs on the loop it watches.
 */
@NullMarked
package org.sngateway.gateway.admin;

import org.jspecify.annotations.NullMarked;
