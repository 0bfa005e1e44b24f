// SPDX-License-Identifier: Apache-2.0
/**
 * From a frame to the loop that owns its device: address to session, client id to owner, answers to peers without a session.
 * <p>Touches: {@code transport}, {@code gateway.session}, {@code gateway.observe}.
 * <p>Threading: a {@link org.sngateway.gateway.ingress.Shard} is confined to its loop; the client directory is shared and lock-free
 * to read.
 */
@NullMarked
package org.sngateway.gateway.ingress;

import org.jspecify.annotations.NullMarked;
