// SPDX-License-Identifier: Apache-2.0
/**
 * One device as the gateway sees it: its state, its topics and subscriptions, what is in flight each way, its queue.
 * <p>Touches: {@code codec.message}, {@code transport.loop}, {@code gateway.topic}, the {@code upstream} front door.
 * <p>Threading: every type here is confined to the {@link org.sngateway.transport.loop.OwnerLoop} it was created with, unless it
 * says otherwise.
 */
@NullMarked
package org.sngateway.gateway.session;

import org.jspecify.annotations.NullMarked;
