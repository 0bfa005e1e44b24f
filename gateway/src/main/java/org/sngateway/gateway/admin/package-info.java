// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP for operators: metrics, health, actions. Reads counters and snapshots; what is changed, its owner changes.
 * {@link org.sngateway.gateway.admin.Admin} is the door; a page or an action is added by a line there.
 * <p>Touches: {@code gateway.observe}, {@code gateway.config}, {@code gateway.ingress} (its survey), {@code gateway.session} (its views), {@code gateway.store} (its status), {@code transport}, {@code transport.loop}, {@code codec}, {@code codec.message}, {@code codec.text}.
 * <p>Threading: pages run on the server's own threads, never on a loop; a {@code LoopProbe} runs on the loop it watches.
 */
@NullMarked
package org.sngateway.gateway.admin;

import org.jspecify.annotations.NullMarked;
